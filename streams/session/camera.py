"""Camera: the share of measured presence with a camera on (measures.md 1.4)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.policy import CameraRules
from schemas.score import CameraStatus
from streams.intervals import Spans, intersect, length, subtract, union
from streams.session.facts import Connection, Move


class CameraFigures(NamedTuple):
    """`on_ms` of `measured_ms`; `off` are the stretches measured without a camera.

    A stretch that lasts ends with the millisecond that is passing.
    """

    status: CameraStatus
    on_ms: int
    measured_ms: int
    off: Spans

    def share(self, min_measured: int) -> tuple[int, int] | None:
        """The exact share as (numerator, denominator); None where too little is known."""
        if self.status in ("unknown", "exempt") or self.measured_ms < min_measured:
            return None
        return (self.on_ms, self.measured_ms) if self.measured_ms else None


def camera(
    status: CameraStatus,
    visits: Sequence[tuple[Connection, Spans]],
    whole: Spans,
    window: Spans,
    passing: Spans,
    rules: CameraRules,
) -> CameraFigures:
    """Measure the camera of a person whose unbridged presence is `whole`."""
    if status in ("unknown", "exempt") or not whole:
        return CameraFigures(status, 0, 0, [])
    settled = [(begin + rules.grace, end) for begin, end in whole if end - begin > rules.grace]
    measured = intersect(settled, window)
    on = union(span for connection, spans in visits for span in _on(connection, spans))
    return CameraFigures(
        status=status,
        on_ms=length(intersect(on, measured)),
        measured_ms=length(measured),
        off=subtract(intersect(settled, union((*window, *passing))), on),
    )


def _on(connection: Connection, spans: Spans) -> Iterable[tuple[int, int]]:
    """On-stretches of all streams of one connection."""
    yield from stretches(connection.moves, Move.CAMERA_ON, Move.CAMERA_OFF, spans)
    for moves in (connection.streams or {}).values():
        yield from stretches(moves, Move.CAMERA_ON, Move.CAMERA_OFF, spans)


def stretches(moves: Iterable[int], on: Move, off: Move, spans: Spans) -> Spans:
    """From on to off, at the latest to the end of the stretch of presence it belongs to.

    An off without an on is nothing; an on and an off at one instant cancel out. What was
    switched on just before a presence (clocks differ) belongs to that presence.
    """
    switches = uncancelled(moves, on, off)
    found: Spans = []
    if not switches:
        return found
    previous = 0
    for _, end in spans:
        since = None
        for at, turned_on in switches:
            if at < previous or at >= end:
                continue
            if turned_on:
                since = at if since is None else since
            elif since is not None:
                found.append((since, at))
                since = None
        if since is not None:
            found.append((since, end))
        previous = end
    return intersect(union(found), spans)


def uncancelled(moves: Iterable[int], on: Move, off: Move) -> list[tuple[int, bool]]:
    """Switches as (instant, on), in order, without those on and off at one instant."""
    switches: list[tuple[int, bool]] = []
    begins, ends = int(on), int(off)  # comparing with an enum's member costs more
    for code in moves:
        move = code & 15
        if move == begins:
            switches.append((code >> 4, True))
        elif move == ends:
            if switches and switches[-1] == (code >> 4, True):
                switches.pop()
            else:
                switches.append((code >> 4, False))
    return switches


def present_since(whole: Spans, now: int) -> int | None:
    """Begin of the presence that lasts at `now`, if any."""
    return next((begin for begin, end in whole if begin <= now < end), None)
