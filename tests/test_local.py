"""The local runner's clock: how often it looks, and that it leaves nothing unsaid."""

from collections.abc import Iterable
from itertools import pairwise

from schemas.codec import encode
from streams.local import Local, Looked, Routed, route
from tests.builders import Log, ended, flat, ms, scheduled, stay
from tests.live import policies


def lines(log: Iterable[Log]) -> list[Routed]:
    ordered = sorted(flat(log), key=lambda record: record.at)
    return [route(encode(record), number) for number, record in enumerate(ordered, 1)]


def looks(log: Iterable[Log], until: int, every_ms: int) -> list[Looked]:
    return list(Local(policies()).run(lines(log), lambda: until, every_ms))


LOG = [scheduled(), *stay("10:00", "12:00", "a"), ended("12:01")]


def test_looks_are_never_nearer_than_asked_for() -> None:
    often, seldom = (looks(LOG, ms("14:00"), every) for every in (2_000, 600_000))

    for every, looked in ((2_000, often), (600_000, seldom)):
        at = [each.now for each in looked]
        gaps = [after - before for before, after in pairwise(at)]
        assert all(gap >= every for gap in gaps[:-1])
        assert at[-1] == ms("14:00")
    assert len(often) > len(seldom)


def test_however_often_it_looks_it_ends_with_the_same() -> None:
    def last(every_ms: int) -> dict[str, bytes]:
        changes = [c for looked in looks(LOG, ms("14:00"), every_ms) for c in looked.changes]
        return {change.id: change.published.digest for change in changes}

    assert last(2_000) == last(60_000) == last(3_600_000)


def test_the_last_records_are_looked_at_even_when_all_is_final() -> None:
    late = [*LOG, *stay("10:00", "12:00", "b")]
    routed = lines(late)
    routed[-1] = routed[-1]._replace(entry=routed[-1].entry._replace(timestamp=ms("15:00")))
    known = Local(policies())

    looked = list(known.run(routed, lambda: 0, 2_000))

    assert looked[-1].now == ms("15:00")
    assert any(change.key == "b" for each in looked for change in each.changes)


def test_after_the_last_record_time_goes_on_from_look_to_look() -> None:
    silent = [scheduled(), *stay("10:00", "11:00", "a")]

    at = [looked.now for looked in looks(silent, ms("14:00"), 2_000)]

    assert ms("12:00") in at
    assert at[-1] == ms("14:00")
