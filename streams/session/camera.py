"""Camera: the share of measured presence with a camera on (measures.md 1.4)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.policy_session import CameraRules
from schemas.score import CameraStatus
from streams.intervals import Spans, intersect, length, subtract, union
from streams.session.presence import Track
from streams.session.switches import AT, Codes, uncancelled


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
    lasting = intersect(settled, union((*window, *passing))) if passing else measured
    on = filmed(tracks)
    return CameraFigures(
        status=status,
        on_ms=length(intersect(on, measured)),
        measured_ms=length(measured),
        off=subtract(lasting, on),
    )


def filmed(tracks: Iterable[Track]) -> Spans:
    """When any stream of any connection was on, inside that connection's presence."""
    return union(
        span
        for track in tracks
        for switches in (track.camera, *track.streams.values())
        if switches
        for span in _stretches(switches, track.spans)
    )


def _stretches(codes: Codes, spans: Spans) -> list[tuple[int, int]]:
    """From on to off, at the latest to the end of the stretch of presence it belongs to.

    An off without an on is nothing; an on and an off at one instant cancel out. What was
    switched on just before a presence (clocks differ) belongs to that presence.
    """
    switches = uncancelled(codes)
    found: Spans = []
    previous = 0
    for begin, end in spans:
        since = None
        for code in switches:
            at = code >> AT
            if at < previous or at >= end:
                continue
            if not code & 1:
                since = at if since is None else since
            elif since is not None:
                if at > begin:
                    found.append((since if since > begin else begin, at))
                since = None
        if since is not None:
            found.append((since if since > begin else begin, end))
        previous = end
    return found


def present_since(whole: Spans, now: int) -> int | None:
    """Begin of the presence that lasts at `now`, if any."""
    return next((begin for begin, end in whole if begin <= now < end), None)
