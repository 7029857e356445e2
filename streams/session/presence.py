"""Presence: when a person was there (measures.md 1.2).

First every connection on its own: present after a join until the next leave. Then what nobody
announced: a missing join starts at the first sign of life inside, a missing leave ends, once
the session is over, at the later of the connection's last sign and the last leave of the
person's later connections. What lies behind a last sign is inferred; observed wins.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from streams.intervals import Spans, clip, gaps, intersect, length, subtract, union
from streams.session.facts import NEVER, Person
from streams.session.switches import AT, NUMBER, Codes, Move, known
from streams.session.waiting import WaitingStay, outside

JOINED, JOINED_AS_HOST = int(Move.JOINED), int(Move.JOINED_AS_HOST)
LEFT, LEFT_BY_NETWORK = int(Move.LEFT), int(Move.LEFT_BY_NETWORK)
WAITING = int(Move.WAITING)
"""Plain numbers: looking up a member of an enum costs more than comparing."""


class Horizon(NamedTuple):
    """How far presence can be known: to `now` while running, else to the session's `end`."""

    now: int
    end: int
    over: bool
    last_seen: bool
    """Sources with heartbeats: a missing leave is the last sign of life."""


class Track(NamedTuple):
    """A connection's presence, and its switches of cameras; `open_since` if it lacks its leave."""

    spans: Spans
    open_since: int | None
    camera: Codes
    streams: Mapping[str, Codes]


class Visit(NamedTuple):
    """A connection with its stretches of presence; the last one may lack its leave."""

    last_sign: int
    spans: Spans
    open_since: int | None
    waiting: list[WaitingStay]
    network: list[int]
    """Instants at which it left for the network's sake."""
    stray: bool
    """It gave signs of life after its last leave."""


class Stay(NamedTuple):
    """A person's presence over all connections, not cut to any window."""

    observed: Spans
    inferred: Spans
    whole: Spans
    waiting: list[WaitingStay]
    network: set[int]
    stray: int
    tracks: list[Track]
    speech: list[Codes]
    """Switches of the voice, for each of the person's ids."""


class Attendance(NamedTuple):
    """A stay measured against a person's window."""

    presence: Spans
    """Observed, inferred and bridged."""
    bridged: Spans
    attended_ms: int
    observed_ms: int
    inferred_ms: int
    bridged_ms: int
    window_ms: int
    arrived_at: int | None
    late_ms: int | None
    left_early_ms: int | None
    reconnects: int
    longest_gap_ms: int
    network_lost_ms: int


def visit(doors: Codes, first_sign: int, last_sign: int, now: int) -> Visit:
    """Read the switches of one connection, none of them after `now`, in order."""
    spans: Spans = []
    waiting: list[WaitingStay] = []
    network: list[int] = []
    open_at = before = joined_at = waiting_since = last_leave = None
    untouched = True
    for code in doors:
        at, move = code >> AT, code & 15
        if waiting_since is not None and move != WAITING:
            admitted = move not in (LEFT, LEFT_BY_NETWORK)
            waiting.append(WaitingStay(waiting_since, at, admitted))
            waiting_since = None
        if move <= JOINED_AS_HOST:
            if at != joined_at:
                before, joined_at = open_at, at
            open_at = at if open_at is None else open_at
            untouched = False
        elif move <= LEFT_BY_NETWORK:
            last_leave = at
            if move == LEFT_BY_NETWORK:
                network.append(at)
            if joined_at == at:
                open_at = before
            elif open_at is not None:
                spans.append((open_at, at))
                open_at = None
            elif untouched and NEVER < first_sign < at:
                spans.append((first_sign, at))
            untouched = False
        elif move == WAITING and waiting_since is None and open_at is None:
            waiting_since = at
    if untouched and NEVER < first_sign <= now:
        open_at = first_sign
    if waiting_since is not None:
        waiting.append(WaitingStay(waiting_since, None, admitted=False))
    stray = open_at is None and last_leave is not None and last_sign > last_leave
    return Visit(last_sign, spans, open_at, waiting, network, stray)


def hosting(people: Sequence[Person], now: int) -> bool:
    """Whether any of these joined as host."""
    return any(
        code & 15 == JOINED_AS_HOST for person in people for code in known(person.doors, now)
    )


def _visits(person: Person, now: int) -> list[Visit]:
    signs = person.all_signs()
    doors = _apart(known(person.doors, now), len(person.names))
    return [
        visit(codes, signs[2 * number], signs[2 * number + 1], now)
        for number, codes in enumerate(doors)
    ]


def _apart(codes: Codes, connections: int) -> Sequence[Codes]:
    """The switches of each connection."""
    if connections == 1:
        return (codes,)
    apart: list[list[int]] = [[] for _ in range(connections)]
    for code in codes:
        apart[code >> 4 & NUMBER].append(code)
    return apart


def stay(people: Sequence[Person], horizon: Horizon) -> Stay:
    """Somebody's presence from all connections of all of their ids."""
    now = horizon.now
    found = [_visits(person, now) for person in people]
    visits = [each for visits in found for each in visits]
    observed: list[tuple[int, int]] = []
    inferred: list[tuple[int, int]] = []
    tracks: list[Track] = []
    for person, own in zip(people, found, strict=True):
        cameras = _apart(known(person.camera, now), len(own))
        streams = person.streams or {}
        for number, each in enumerate(own):
            spans = each.spans
            observed += spans
            if each.open_since is not None:
                leaves = _leaves(each, visits, horizon)
                seen_until = leaves
                if horizon.over:
                    seen_until = min(max(each.last_sign, each.open_since), leaves)
                    inferred.append((seen_until, leaves))
                observed.append((each.open_since, seen_until))
                spans = union((*spans, (each.open_since, leaves)))
            tracks.append(Track(spans, each.open_since, cameras[number], streams.get(number, {})))
    seen = union(observed)
    guessed = subtract(union(inferred), seen) if inferred else []
    return Stay(
        observed=seen,
        inferred=guessed,
        whole=union((*seen, *guessed)) if guessed else seen,
        waiting=outside((each for v in visits for each in v.waiting), seen),
        network={at for v in visits for at in v.network},
        stray=sum(v.stray for v in visits),
        tracks=tracks,
        speech=[known(person.speech, now) for person in people],
    )


def _leaves(open_visit: Visit, visits: Sequence[Visit], horizon: Horizon) -> int:
    """When a connection without a leave is taken to have left."""
    since = open_visit.open_since or 0
    if not horizon.over:
        # Whoever is there is there at `now` itself, even one who joined at that instant.
        return horizon.now + 1
    last_sign = max(open_visit.last_sign, since)
    if horizon.last_seen:
        return last_sign
    later = [
        horizon.end if other.open_since is not None else other.spans[-1][1]
        for other in visits
        if other is not open_visit and _starts_after(other, since)
    ]
    return max(last_sign, *later) if later else max(last_sign, horizon.end)


def _starts_after(other: Visit, since: int) -> bool:
    starts = [begin for begin, _ in other.spans]
    if other.open_since is not None:
        starts.append(other.open_since)
    return bool(starts) and max(starts) > since


def attend(stay: Stay, window: Spans, end: int, grace: int, bridge_max: int) -> Attendance:
    """Measure a stay against `window`; arrivals at or after the session's `end` are none."""
    missing = gaps(stay.whole)
    lost = [length(intersect([gap], window)) for gap in missing] if missing else []
    bridged = union(_bridged(missing, lost, grace, bridge_max)) if missing else []
    presence = union((*stay.whole, *bridged)) if bridged else stay.whole
    observed_ms = length(intersect(stay.observed, window))
    inferred_ms = length(intersect(stay.inferred, window)) if stay.inferred else 0
    bridged_ms = length(intersect(bridged, window)) if bridged else 0
    arrived_at = _arrival(presence, stay.waiting, window, end)
    return Attendance(
        presence=presence,
        bridged=bridged,
        attended_ms=observed_ms + inferred_ms + bridged_ms,
        observed_ms=observed_ms,
        inferred_ms=inferred_ms,
        bridged_ms=bridged_ms,
        window_ms=length(window),
        arrived_at=arrived_at,
        late_ms=None if arrived_at is None else length(clip(window, None, arrived_at)),
        left_early_ms=length(clip(window, presence[-1][1], None)) if presence else None,
        reconnects=sum(any(a <= gap[0] < b for a, b in window) for gap in missing),
        longest_gap_ms=max(lost, default=0),
        network_lost_ms=sum(
            ms for gap, ms in zip(missing, lost, strict=True) if gap[0] in stay.network
        ),
    )


def _bridged(missing: Spans, lost: Sequence[int], grace: int, bridge_max: int) -> Spans:
    """Short gaps, shortest first, then earliest, as long as their sum allows."""
    bridged: Spans = []
    left = bridge_max
    for ms, gap in sorted(zip(lost, missing, strict=True)):
        if ms > grace or ms > left:
            break
        left -= ms
        bridged.append(gap)
    return bridged


def _arrival(
    presence: Spans, waiting: Sequence[WaitingStay], window: Spans, end: int
) -> int | None:
    if not window:
        return None
    start = window[0][0]
    there = presence
    if waiting:
        # Still waiting counts to the end of time here: only the first instant matters.
        stays = ((each.since, end if each.until is None else each.until) for each in waiting)
        there = union((*presence, *stays))
    for begin, until in there:
        if until > start:
            arrived = max(begin, start)
            return arrived if arrived < end else None
    return None
