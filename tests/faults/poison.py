"""One record in twenty is poison, in twenty classes, among good ones that are all counted right;
then there is nothing but poison, and the limit stops the worker, also when it is started again.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from schemas.dead_letter import Entry
from schemas.topics import TELEMETRY
from streams.worker.halt import FAILED
from streams.worker.place import partition_of
from tests.faults.frame import Outcome, Place, Sizes
from tests.faults.shift import BOTH, Shift
from tests.kafka.fleet import PARTITIONS
from tests.kafka.workers import Workers, ago
from tests.schemas.test_bad_input import bomb, joined, raw, without

SHORT = Sizes(seed=12, events=4_000, faults=200)
LONG = Sizes(seed=12, events=100_000, faults=5_000)
ONLY_SHORT = Sizes(seed=13, events=2_000, faults=3)
ONLY_LONG = Sizes(seed=13, events=100_000, faults=10)

AT_ONCE = 5
"""Poison records of one class that are sent one after the other."""
RUN = 500
"""The worker's own limit of refused records in a row."""

KEY = b"ses-5d20aa"
OTHER = b"ses-another"
STRAY = "ses-stray"

Sent = tuple[bytes | None, bytes | None]


class Poison(NamedTuple):
    """A class: what is sent, and why it is refused; `at` is asked at each sending."""

    value: Callable[[], bytes | None]
    reason: str
    key: bytes | None = KEY
    partition: int | None = None


def _always(value: bytes | None) -> Callable[[], bytes | None]:
    return lambda: value


def _now(**fields: Any) -> Callable[[], bytes]:
    return lambda: joined(**{"at": ago(), **fields})


def _tomorrow() -> bytes:
    return joined(at=(datetime.now(UTC) + timedelta(days=1)).isoformat())


def _stray() -> bytes:
    ended = {"type": "session_ended", "id": "e", "source": "test", "at": ago(), "session": STRAY}
    return json.dumps(ended).encode()


def _elsewhere() -> int:
    return (partition_of(STRAY.encode(), PARTITIONS) + 1) % PARTITIONS


CLASSES = {
    "null value": Poison(_always(None), "null_value"),
    "no JSON": Poison(_always(b"hello"), "invalid_json"),
    "half a record": Poison(_always(joined()[:-1]), "invalid_json"),
    "NaN": Poison(_always(raw(b"NaN")), "invalid_json"),
    "lone surrogate": Poison(_always(joined(id="\ud800")), "invalid_json"),
    "NUL as a byte": Poison(_always(raw(b'"a\0b"')), "invalid_json"),
    "another encoding": Poison(_always(joined().decode().encode("utf-16")), "invalid_utf8"),
    "invalid UTF-8": Poison(_always(raw(b'"\xff\xfe"')), "invalid_utf8"),
    "NUL": Poison(_always(joined(id="a\0b")), "nul_character"),
    "nested": Poison(_always(bomb(600)), "nested_too_deep"),
    "line break": Poison(_always(joined(session="a\nb")), "invalid_field"),
    "escape sequence": Poison(_always(joined(participant="\x1b[2J")), "invalid_field"),
    "out of a double": Poison(_always(raw(b"1e400")), "invalid_field"),
    "a field missing": Poison(_always(without("participant")), "invalid_field"),
    "unknown type": Poison(_always(joined(type="teleported")), "unknown_type"),
    "no key": Poison(_now(), "null_key", None),
    "key of another": Poison(_now(), "wrong_key", OTHER),
    "misrouted": Poison(_stray, "misrouted", STRAY.encode(), _elsewhere()),
    "too old": Poison(_always(joined(at="2020-03-02T18:00:00Z")), "too_old"),
    "from the future": Poison(_tomorrow, "from_the_future"),
}


def run(sizes: Sizes, place: Place) -> Outcome:
    """Poison among good records: the comparisons, and each class counted exactly."""
    with Shift(place, sizes) as shift:
        for name in BOTH:
            shift.fleet.start(name)
        turns = max(1, sizes.faults // len(CLASSES) // AT_ONCE)
        shift.feed(rate=sizes.events / (turns * len(CLASSES) * 0.1))
        sent: dict[str, list[Sent]] = {name: [] for name in CLASSES}
        for _ in range(turns):
            for name, poison in CLASSES.items():
                sent[name] += _send(shift.fleet, poison)
        shift.fed()
        faults = sum(map(len, sent.values()))
        outcome = shift.outcome("poison among good", faults, 0)
        _same_letters(sent, shift.fleet.dead_letters())
        return outcome._replace(counts={**outcome.counts, "classes": len(CLASSES)})


def _send(fleet: Workers, poison: Poison) -> list[Sent]:
    values = [poison.value() for _ in range(AT_ONCE)]
    fleet.send(*values, key=poison.key, partition=poison.partition)
    return [(poison.key, value) for value in values]


def _same_letters(sent: dict[str, list[Sent]], letters: list[Entry]) -> None:
    """Every dead letter is one that was sent, as it was, for its class's reason, and no more."""
    reasons = {each: CLASSES[name].reason for name, some in sent.items() for each in some}
    found = Counter((letter.key, letter.value) for letter in letters)
    for name, some in sent.items():
        assert {one: found[one] for one in some} == dict(Counter(some)), f"{name} is not exact"
    assert len(letters) == sum(map(len, sent.values()))
    for letter in letters:
        told = dict(letter.headers)["rollcall.reason"].decode()
        assert told == reasons[letter.key, letter.value]


def nothing_else(sizes: Sizes, place: Place) -> Outcome:
    """Nothing but poison: at most what the limit allows is refused, however often it is started."""
    begun = time.monotonic()
    with Workers(place.bootstrap, place.prefix, place.folder) as workers:
        for batch in _batches(sizes.events):
            workers.send(*batch, key=KEY)
        refused = []
        for _ in range(sizes.faults):
            workers.start(ready=False, stages="session")
            assert workers.ended() == FAILED
            refused.append(len(workers.dead_letters()))
            assert workers.committed() < RUN
        said = workers.log()
        log = workers.entries(TELEMETRY.name)
    assert "Traceback" not in said
    assert said.count("were refused") == sizes.faults
    # A start may refuse what lies before the limit, and not one record beyond it.
    assert refused[-1] < RUN
    counts = {"records": len(log), "refused": refused[-1], "starts": sizes.faults}
    seconds = time.monotonic() - begun
    return Outcome("nothing but poison", sizes.seed, counts, seconds, sizes.events, 0)


def _batches(number: int) -> Iterator[list[bytes | None]]:
    values = [poison.value() for poison in CLASSES.values() if poison.key == KEY]
    for first in range(0, number, 1_000):
        yield [values[n % len(values)] for n in range(first, min(first + 1_000, number))]
