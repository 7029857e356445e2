"""Camera: the share of measured presence with a camera on (measures.md 1.4)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.policy_session import CameraRules
from schemas.score import CameraStatus
from streams.intervals import Spans, intersect, length, subtract, union
from streams.session.facts import Move
from streams.session.presence import Track

CAMERA_ON = int(Move.CAMERA_ON)


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
    tracks: Sequence[Track],
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
    on = filmed(tracks)
    return CameraFigures(
        status=status,
        on_ms=length(intersect(on, measured)),
        measured_ms=length(measured),
        off=subtract(intersect(settled, union((*window, *passing))), on),
    )


def filmed(tracks: Iterable[Track]) -> Spans:
    """When any stream of any connection was on, inside that connection's presence."""
    return union(
        span
        for track in tracks
        for switches in (track.camera, *(track.connection.streams or {}).values())
        if switches
        for span in _stretches(switches, track.spans)
    )


def _stretches(codes: Iterable[int], spans: Spans) -> Spans:
    """From on to off, at the latest to the end of the stretch of presence it belongs to.

    An off without an on is nothing; an on and an off at one instant cancel out. What was
    switched on just before a presence (clocks differ) belongs to that presence.
    """
    switches = uncancelled(codes, CAMERA_ON)
    found: Spans = []
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


def uncancelled(codes: Iterable[int], on: int) -> list[tuple[int, bool]]:
    """Switches as (instant, on), in order, without those on and off at one instant."""
    switches: list[tuple[int, bool]] = []
    for code in codes:
        at = code >> 4
        if code & 15 == on:
            switches.append((at, True))
        elif switches and switches[-1] == (at, True):
            switches.pop()
        else:
            switches.append((at, False))
    return switches


def present_since(whole: Spans, now: int) -> int | None:
    """Begin of the presence that lasts at `now`, if any."""
    return next((begin for begin, end in whole if begin <= now < end), None)
