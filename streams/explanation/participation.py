"""Participation: each component, counted over target, times its weight (measures.md 1.5)."""

from collections.abc import Iterator
from fractions import Fraction

from msgspec import to_builtins

from schemas.policy_session import Scored
from streams.explanation.view import Section, View
from streams.readable import duration, number
from streams.session.participation import SCORED, Part, quiet_ms


def participation(view: View) -> Section:
    """The arithmetic of the score, or why there is none."""
    measured, rules = view.person.participation, view.policy.participation
    lines = [_component(signal, measured.parts[signal], view) for signal in SCORED]
    lines += _total(view)
    if view.person.counted:
        quiet = quiet_ms(view.person.counted, view.person.activity)
        lines.append(f"longest stretch without an active minute: {duration(quiet)}")
    figures = {
        "participation": view.score.participation,
        "level": view.score.level,
        "components": to_builtins(view.score.components),
        "ramp": view.score.ramp,
        "active_at": rules.active_at,
        "partial_at": rules.partial_at,
    }
    return Section("participation", "Participation", lines, figures)


def _component(signal: Scored, part: Part, view: View) -> str:
    name = f"{signal.replace('_', ' '):<12}"
    if not part.available:
        return f"{name} {_missing(signal, part, view)}"
    if part.target is None:
        return f"{name} nothing was asked for"
    value, target = Fraction(*part.share), Fraction(*part.target)
    what = "polls answered" if signal == "polls" else "active minutes"
    return (
        f"{name} {part.counted} of {number(target)} {what} = {number(value)} "
        f"x weight {part.weight} = {number(value * part.weight)}"
    )


def _missing(signal: Scored, part: Part, view: View) -> str:
    plan = view.picture.plan
    used = view.policy.participation.signals.get(plan.kind) if plan is not None else None
    if part.exempt:
        return "left out: this person is exempt"
    if used is not None and signal not in used and plan is not None:
        return f"left out: not used in a session of kind {plan.kind}"
    if signal == "polls" and view.facts.polls:
        return "left out: no poll was open while they were there"
    return "left out: the source did not report any"


def _total(view: View) -> Iterator[str]:
    measured, rules = view.person.participation, view.policy.participation
    available = [part for part in measured.parts.values() if part.available]
    weight = sum(part.weight for part in available)
    attended = view.person.attendance.attended_ms
    targets = rules.targets
    ramp = f", times {number(measured.ramp)} for a newcomer" if measured.ramp != 1 else ""
    yield (
        f"asked for in an hour: speaking {targets.speaking}, chat {targets.chat}, reactions "
        f"{targets.reactions}, shared work {targets.shared_work}; times "
        f"{duration(attended)} attended{ramp}"
    )
    if measured.exact is None:
        yield f"no score: {_unknown(weight, view)}"
        return
    total = sum((part.weight * Fraction(*part.share) for part in available), Fraction(0))
    yield (
        f"sum {number(total)} of {weight}: 100 x {number(total)} / {weight} = "
        f"{view.score.participation}: {measured.level} "
        f"(active from {rules.active_at}, partial from {rules.partial_at})"
    )


def _unknown(weight: int, view: View) -> str:
    rules, plan = view.policy.participation, view.picture.plan
    if view.person.attendance.attended_ms < max(rules.min_attended, 1):
        return f"less than {duration(rules.min_attended)} attended"
    own = rules.signals.get(plan.kind) if plan is not None else None
    asked = rules.min_weight
    if own is not None:
        asked = sum(getattr(rules.weights, signal) for signal in own)
    return f"the signals that are known weigh {weight}, less than the {asked} that are needed"
