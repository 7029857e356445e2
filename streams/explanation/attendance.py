"""How much of the window the person attended, and how they came and went (1.2, 1.3)."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from schemas.instants import instant_or_none
from streams.explanation.view import Section, View
from streams.readable import counted, duration, share


def attendance(view: View) -> Section:
    """Attended over window, against the thresholds; arrival, leaving and gaps."""
    measured, rules = view.person.attendance, view.policy.attendance
    lines = [*_ratio(view), _arrival(view)]
    if measured.left_early_ms is not None:
        lines.append(
            f"{duration(measured.left_early_ms)} of the window lay after their last presence "
            f"(more than {duration(rules.left_early_after)} is leaving early)"
        )
    if measured.reconnects:
        lines.append(
            f"{counted(measured.reconnects, 'reconnect')}, the longest gap "
            f"{duration(measured.longest_gap_ms)} of the window, "
            f"{duration(measured.network_lost_ms)} lost to the network"
        )
    figures = {
        "attended_ms": measured.attended_ms,
        "window_ms": measured.window_ms,
        "attendance": view.score.attendance,
        "credit_at": float(rules.credit_at),
        "absent_below": float(rules.absent_below),
        "arrived_at": instant_or_none(measured.arrived_at),
        "late_ms": measured.late_ms,
        "left_early_ms": measured.left_early_ms,
    }
    return Section("attendance", "Attendance", lines, figures)


def _ratio(view: View) -> Iterator[str]:
    measured, rules = view.person.attendance, view.policy.attendance
    if not measured.window_ms:
        yield "no window, so no attendance"
        return
    exact = Fraction(measured.attended_ms, measured.window_ms)
    yield (
        f"{duration(measured.attended_ms)} attended / {duration(measured.window_ms)} window = "
        f"{share(exact)}"
    )
    needed = ceil(rules.credit_at * measured.window_ms)
    absent = ceil(rules.absent_below * measured.window_ms)
    yield (
        f"attended from {share(rules.credit_at)} = {duration(needed)}; "
        f"absent below {share(rules.absent_below)} = {duration(absent)}"
    )


def _arrival(view: View) -> str:
    measured, rules = view.person.attendance, view.policy.attendance
    if measured.arrived_at is None:
        return "never arrived"
    return (
        f"arrived {view.clock(measured.arrived_at)}, after "
        f"{duration(measured.late_ms or 0)} of the window "
        f"(more than {duration(rules.late_after)} is late)"
    )
