"""When the person was there: connection by connection, then together (measures.md 1.2)."""

from collections.abc import Iterator
from typing import Any

from schemas.instants import instant
from streams.explanation.received import named_connections
from streams.explanation.view import Section, View
from streams.intervals import Spans, clip, gaps, intersect, length
from streams.readable import duration, stretch, stretches
from streams.session.facts import Connection
from streams.session.presence import Track
from streams.session.switches import Move


def presence(view: View) -> Section:
    """What was observed, inferred and bridged, and why."""
    stay, measured, now = view.person.stay, view.person.attendance, view.picture.course.now
    lines = []
    for name, connection, track in _resolved(view):
        lines.append(f"{name}: {stretches(clip(track.spans, None, now), view.zone)}")
        lines += [f"  {note}" for note in _notes(connection, track, view)]
    lines += [f"gone {text}" for text in _gaps(view)]
    if stay.stray:
        lines.append("signs of life after a leave were received; they never reopen a connection")
    if not stay.whole:
        lines.append("never there")
    else:
        lines.append(
            f"inside the window: observed {duration(measured.observed_ms)} + inferred "
            f"{duration(measured.inferred_ms)} + bridged {duration(measured.bridged_ms)} = "
            f"{duration(measured.attended_ms)}"
        )
    figures: dict[str, Any] = {
        "observed": _dated(clip(stay.observed, None, now)),
        "inferred": _dated(clip(stay.inferred, None, now)),
        "bridged": _dated(measured.bridged),
        "observed_ms": measured.observed_ms,
        "inferred_ms": measured.inferred_ms,
        "bridged_ms": measured.bridged_ms,
        "reconnects": measured.reconnects,
        "longest_gap_ms": measured.longest_gap_ms,
        "network_lost_ms": measured.network_lost_ms,
        "stray": stay.stray,
    }
    return Section("presence", "When they were there", lines, figures)


def _dated(spans: Spans) -> list[list[Any]]:
    return [[instant(begin), instant(end)] for begin, end in spans]


def _resolved(view: View) -> Iterator[tuple[str, Connection, Track]]:
    """Connections by name with their stretches of presence, lost leaves filled in."""
    tracks = zip(named_connections(view), view.person.stay.tracks, strict=True)
    there = [(name, connection, track) for (name, connection), track in tracks if track.spans]
    yield from sorted(there, key=lambda each: each[2].spans)


def _notes(connection: Connection, track: Track, view: View) -> Iterator[str]:
    moves = {code & 15 for code in connection.moves}
    if not moves & {Move.JOINED, Move.JOINED_AS_HOST}:
        first = view.clock(track.spans[0][0])
        yield f"no join was received: it starts at its first sign of life, {first}"
    if track.open_since is not None and view.picture.course.over:
        yield _lost_leave(connection, track.spans[-1][1], track.open_since, view)
    elif track.open_since is not None:
        yield "still there"


def _lost_leave(connection: Connection, ends: int, open_since: int, view: View) -> str:
    last_sign = max(connection.last_sign or 0, open_since)
    if ends == last_sign:
        rule = ", as policy says" if view.policy.presence.missing_leave == "last_seen" else ""
        return f"no leave was received: it ends at its last sign of life, {view.clock(ends)}{rule}"
    until = "the session's end"
    if ends != view.picture.course.end:
        until = "the leave of their later connection"
    return (
        f"no leave was received: it ends at {until}, {view.clock(ends)}; the "
        f"{duration(ends - last_sign)} after its last sign of life at {view.clock(last_sign)} "
        f"{'is' if ends - last_sign < 120_000 else 'are'} inferred"
    )


def _gaps(view: View) -> Iterator[str]:
    person, rules = view.person, view.policy.presence
    for gap in gaps(person.stay.whole):
        lost = length(intersect([gap], person.own_window))
        why = " by the network" if gap[0] in person.stay.network else ""
        if not lost:
            ruling = "it costs nothing"
        elif gap in person.attendance.bridged:
            ruling = f"bridged: up to {duration(rules.reconnect_grace)} is a reconnect"
        elif lost > rules.reconnect_grace:
            ruling = f"not bridged: more than {duration(rules.reconnect_grace)}"
        else:
            ruling = f"not bridged: the {duration(rules.bridge_max)} for all gaps are used up"
        yield (
            f"{stretch(*gap, view.zone)}{why}, {duration(lost)} of it inside the window: {ruling}"
        )
