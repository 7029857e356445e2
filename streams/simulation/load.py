"""Load for benchmarks: sessions in progress as ready-made bytes, faster than anything reads.

Records are pasted together from written parts instead of being built and encoded. The shares
of the record types are those of the evening; a test holds the two against each other.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from random import Random

from schemas.instants import instant
from streams.simulation.places import LENGTH_MS, SOURCE, Pair, Places

MIX = {
    "speaking": 505,
    "chat": 106,
    "heartbeat": 93,
    "camera": 79,
    "left": 40,
    "poll_answered": 41,
    "reaction": 41,
    "shared_work": 17,
    "hand": 14,
    "poll_opened": 7,
    "poll_closed": 7,
}
"""Chances of the record types; each `left` is followed by the `joined` of a reconnect."""

DRAWN = 1 << 16
"""Record types are drawn this many at a time."""

OVERTAKEN = (20, 4_000)
"""By how many others a late or repeated record is overtaken."""


def sessions_in_progress(
    *,
    seed: int,
    sessions: int,
    people: int,
    events_per_person: int,
    started_at: int,
    now: int,
    duplicates: float = 0.02,
    disorder: float = 0.02,
) -> Iterator[Pair]:
    """Schedules and joins, then about `events_per_person` events of each of the people.

    `people` are those of one session. `at` runs evenly from `started_at` to `now` (both
    milliseconds UTC, at most three hours apart, so that no session is over). The given shares
    of the records come twice, or late. The same arguments give the same bytes.
    """
    if not started_at < now < started_at + LENGTH_MS:
        raise ValueError("now must follow started_at by less than three hours")
    places = Places(seed, sessions, people, started_at)
    random = Random(f"{seed}/load")
    yield from places.beginnings(_written(started_at))
    yield from _arrivals(places)
    events = _mixed(places, random, sessions * people * events_per_person, now)
    yield from _delivered(events, random, duplicates, disorder)


def _written(at: int) -> bytes:
    return b"%b.%03d000Z" % (_second(at // 1000), at % 1000)


@lru_cache(maxsize=2)
def _second(at_seconds: int) -> bytes:
    return instant(at_seconds * 1000).strftime("%Y-%m-%dT%H:%M:%S").encode()


def _arrivals(places: Places) -> Iterator[Pair]:
    joined = places.endings()["joined"]
    template, at = _template("joined", identifier="join-%x"), _written(places.started_at)
    for person, seat in enumerate(places.seats):
        yield places.keys[seat], template % (person, at, joined(person))


def _mixed(places: Places, random: Random, number: int, now: int) -> Iterator[Pair]:
    """`number` events in the order in which they happened, and the join after each leave."""
    endings = places.endings()
    weights, drawable = (
        list(MIX.values()),
        [(_template(kind), endings[kind], kind == "left") for kind in MIX],
    )
    rejoined, joined = _template("joined", identifier="back-%x"), endings["joined"]
    keys, seats, chance, population = places.keys, places.seats, random.random, len(places.seats)
    step = (now - places.started_at) / max(number, 1)
    for first in range(0, number, DRAWN):
        chosen = random.choices(drawable, weights, k=min(DRAWN, number - first))
        for count, (template, ending, leaves) in enumerate(chosen, first):
            person = int(chance() * population)
            key, at = keys[seats[person]], _written(places.started_at + int(count * step))
            yield key, template % (count, at, ending(person))
            if leaves:
                yield key, rejoined % (count, at, joined(person))


def _template(kind: str, identifier: str = "%08x") -> bytes:
    """A record to be filled with its number, its instant and its ending."""
    text = f'{{"type":"{kind}","id":"{identifier}","source":"{SOURCE}","at":"%b"%b'
    return text.encode()


def _delivered(
    events: Iterable[Pair], random: Random, duplicates: float, disorder: float
) -> Iterator[Pair]:
    """The events as the log gets them: some overtaken by others, some again."""
    chance = random.random
    later: dict[int, list[Pair]] = {}
    for count, pair in enumerate(events):
        draw = chance()
        if draw >= disorder:
            yield pair
        if draw < disorder or draw >= 1 - duplicates:
            later.setdefault(count + random.randint(*OVERTAKEN), []).append(pair)
        if count in later:
            yield from later.pop(count)
    for count in sorted(later):
        yield from later[count]
