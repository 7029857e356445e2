"""No letter is lost and none is sent twice, whatever the redrives before it were asked for."""

from collections import Counter
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letter import Entry
from streams.deadletters.choice import Filters, Wanted
from streams.deadletters.progress import MARK, Place, mark
from streams.deadletters.survey import Histogram, Survey
from tests.deadletters.letters import AT, TELEMETRY, door, ours

PARTITIONS = 2
REASONS = ("misrouted", "unknown_type")
OURS = frozenset({TELEMETRY})


@dataclass
class Log:
    """A dead letter topic, its group, and how often each letter was sent again."""

    records: list[list[Entry]] = field(default_factory=lambda: [[] for _ in range(PARTITIONS)])
    positions: dict[int, int] = field(default_factory=dict)
    sent: Counter[Place] = field(default_factory=Counter)

    def append(self, partition: int, entry: Entry) -> None:
        # Offsets have holes where transactions ended.
        offset = 2 * len(self.records[partition])
        self.records[partition].append(entry._replace(offset=offset, timestamp=AT + offset))

    def redrive(
        self,
        reasons: frozenset[str] | None,
        most: int | None = None,
        batch: int = 2,
        cut_off_after: int = 1_000,
    ) -> Histogram:
        """As `Redrive.run` does it; cut off between sending and settling a later batch."""
        wanted = Wanted(Filters(reasons), 3, None, OURS)
        records = [
            (partition, entry)
            for partition, entries in enumerate(self.records)
            for entry in entries
            if entry.offset >= self.positions.get(partition, 0)
        ]
        survey = Survey(records, wanted, most)
        chosen = sorted(survey.chosen)
        for number, first in enumerate(range(0, len(chosen), batch)):
            places = chosen[first : first + batch]
            self.sent.update(places)
            if number >= cut_off_after:
                break
            for partition, position, behind in survey.sent(places):
                if behind:
                    value = mark(behind)
                    self.append(partition, Entry(0, 0, None, value, MARK))
                self.positions[partition] = position
        return survey.histogram({})


letters = st.lists(
    st.tuples(st.integers(0, PARTITIONS - 1), st.sampled_from([*REASONS, "door"])), max_size=20
)
filters = st.sampled_from([None, *(frozenset({reason}) for reason in REASONS)])
runs = st.lists(st.tuples(filters, st.none() | st.integers(1, 6), st.integers(1, 5), letters))


def filled(log: Log, found: list[tuple[int, str]]) -> None:
    for partition, reason in found:
        log.append(partition, door() if reason == "door" else ours(reason))  # type: ignore[arg-type]


def returning(log: Log) -> set[Place]:
    """Every letter on the log that may be sent again."""
    return {
        (partition, entry.offset)
        for partition, entries in enumerate(log.records)
        for entry in entries
        if entry.headers
        and dict(entry.headers).get("rollcall.reason") in (b"misrouted", b"unknown_type")
    }


@given(first=letters, runs=runs)
def test_each_letter_is_sent_once_in_the_end(
    first: list[tuple[int, str]],
    runs: list[tuple[frozenset[str] | None, int | None, int, list[tuple[int, str]]]],
) -> None:
    log = Log()
    filled(log, first)
    for reasons, most, batch, more in runs:
        before = log.sent.total()
        found = log.redrive(reasons, most, batch)
        assert sum(n for (_, outcome), n in found.items() if outcome == "redriven") == (
            log.sent.total() - before
        )
        assert most is None or log.sent.total() - before <= most
        filled(log, more)
    log.redrive(None)

    assert log.sent == Counter(returning(log))
    after = log.redrive(None)
    assert all(outcome != "redriven" for _, outcome in after)


@given(first=letters, filters=st.lists(filters), cut=st.integers(0, 3))
def test_a_run_that_is_cut_off_loses_nothing(
    first: list[tuple[int, str]], filters: list[frozenset[str] | None], cut: int
) -> None:
    log = Log()
    filled(log, first)
    for reasons in filters:
        log.redrive(reasons, cut_off_after=cut)
    log.redrive(None)

    assert log.sent.keys() == returning(log)


def test_only_what_the_group_has_not_passed_is_marked() -> None:
    log = Log()
    filled(log, [(0, "misrouted"), (0, "unknown_type"), (0, "misrouted"), (0, "door")])

    log.redrive(frozenset({"unknown_type"}))
    assert log.positions == {0: 0}
    assert log.records[0][-1].value == b"[2]"

    log.redrive(frozenset({"misrouted"}))
    # Past all letters and the mark that was there when it began.
    assert log.positions == {0: 9}
    assert len(log.records[0]) == 5


def test_what_is_left_for_the_next_time_is_told() -> None:
    log = Log()
    filled(log, [(0, "misrouted"), (1, "misrouted"), (0, "unknown_type"), (1, "door")])

    found = log.redrive(frozenset({"misrouted"}), most=1)

    assert found == {
        ("misrouted", "redriven"): 1,
        ("misrouted", "not_yet"): 1,
        ("unknown_type", "not_asked_for"): 1,
        ("invalid_field", "from_the_door"): 1,
    }
