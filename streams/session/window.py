"""Window: the time people are measured against, and where the session stands (measures.md 1.1)."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from schemas.policy import Policy
from streams.intervals import Spans, bridge, clip, intersect, length, subtract, union
from streams.session.facts import Interruption, Plan, SessionFacts


class Course(NamedTuple):
    """Where a session stands at `now`. `end` is its end as known now.

    `closes_at` is when corrections end. A session nobody scheduled has no plan.
    """

    plan: Plan | None
    now: int
    starts_at: int | None
    ends_at: int | None
    end: int
    over: bool
    final_at: int
    closes_at: int
    looks: tuple[int, ...]
    report_missing: bool = False

    @property
    def phase(self) -> str:
        """`running`, `provisional` or `final`."""
        if not self.over:
            return "running"
        return "final" if self.now >= self.final_at else "provisional"


class Window(NamedTuple):
    """The window so far, and why it may not count.

    `hosted` is the presence of hosts, short gaps bridged; None where hosts are not asked for.
    `first_host` is the begin of the first host's stay that reaches into the scheduled time.
    `passing` is the millisecond that begins at `now` if window time passes then, else empty.
    """

    spans: Spans
    scheduled: Spans
    hosted: Spans | None
    first_host: int | None
    void_reason: str | None
    needs_review: str | None
    passing: Spans
    breaks: Spans
    looks: tuple[int, ...]


def effective(plans: Mapping[str, Plan]) -> Plan | None:
    """The plan that holds: revisions walked in order, with what may no longer change kept."""
    holding: Plan | None = None
    for plan in sorted(plans.values(), key=lambda plan: plan.order):
        holding = plan if holding is None else _succeed(holding, plan)
    return holding


def _succeed(holding: Plan, plan: Plan) -> Plan:
    if plan.at > holding.ends_at:
        known = {place.participant for place in holding.roster}
        added = tuple(place for place in plan.roster if place.participant not in known)
        return msgspec.structs.replace(holding, roster=(*holding.roster, *added))
    if plan.at > holding.starts_at:
        # An extension lengthens what was offered, not what is asked for.
        ends_at = min(plan.ends_at, holding.ends_at)
        if ends_at <= plan.starts_at:
            return msgspec.structs.replace(
                plan, starts_at=holding.starts_at, ends_at=holding.ends_at
            )
        return msgspec.structs.replace(plan, ends_at=ends_at)
    return plan


def course(facts: SessionFacts, plan: Plan | None, policy: Policy, now: int) -> Course:
    """Start, end, and whether it is over and final at `now`."""
    rules = policy.session
    ended_at = facts.ended_at
    hinted = ended_at is not None and (facts.last_sign or 0) <= ended_at + rules.ended_slack
    # A report tells what is past: nobody comes back while it is awaited.
    report = plan is not None and plan.delivery == "report"
    settled_at = (ended_at or 0) + (0 if report else rules.reopen)
    report_missing = False
    if plan is None:
        heard = facts.last_sign or facts.first_signal or facts.heard_at
        end = heard + rules.idle
        ends_at = None
    else:
        end = ends_at = plan.ends_at
    over_at = end
    earlier = ended_at is not None and (plan is None or ended_at < plan.ends_at)
    if hinted and earlier and ended_at is not None and now >= settled_at:
        end, over_at = ended_at, settled_at
    if report and ended_at is None:
        over_at = end + rules.corrections_for
        report_missing = now >= over_at
    over = now >= over_at
    counted_from = over_at if report_missing else end
    final_at = counted_from + rules.final_after
    closes_at = counted_from + rules.corrections_for
    return Course(
        plan=plan,
        now=now,
        starts_at=None if plan is None else plan.starts_at,
        ends_at=ends_at,
        end=end,
        over=over,
        final_at=final_at,
        closes_at=closes_at,
        looks=(() if plan is None else (plan.starts_at,))
        + (over_at, settled_at, final_at, closes_at),
        report_missing=report_missing,
    )


def window(
    facts: SessionFacts,
    course: Course,
    policy: Policy,
    hosts: Spans,
    everyone: Callable[[], Spans],
) -> Window:
    """The window at `course.now`; `hosts` is a union of presence, `everyone` makes another."""
    if course.plan is None:
        return _unscheduled(facts, course, hosts, everyone)
    plan = course.plan
    breaks = union((*plan.breaks, *_declared(facts.breaks.values(), 0)))
    outages = union(_declared(facts.outages.values(), policy.outage.rejoin))
    planned = [(plan.starts_at, plan.ends_at)]
    counted = subtract(planned, breaks)
    scheduled = clip(planned, None, course.end)
    hosted = first_host = None
    decided = None if facts.decision is None else facts.decision.value
    review = "report_missing" if course.report_missing else None
    if plan.hosts and policy.session.hosted:
        first_host = next((begin for begin, end in hosts if end > plan.starts_at), None)
        hosted = bridge(clip(hosts, None, course.end), policy.host.gap)
        lost = course.over and not hosts and _crowded(everyone(), counted, policy)
        if lost or (decided is False and not hosts):
            hosted = None
            review = "no_host_seen"
    spans = scheduled if hosted is None else intersect(scheduled, hosted)
    spans = subtract(subtract(spans, outages), breaks)
    passing = [] if course.over else intersect(spans, [(course.now, course.now + 1)])
    spans = clip(spans, None, course.now)
    void_reason = _void(facts, course, policy, length(spans), length(counted))
    if decided is not None or void_reason is not None:
        review = None
    bounds = (at for span in (*breaks, *outages) for at in span)
    return Window(
        spans, scheduled, hosted, first_host, void_reason, review, passing, breaks, tuple(bounds)
    )


def _crowded(everyone: Spans, counted: Spans, policy: Policy) -> bool:
    """Whether people were there for so long that it is the host's word that was lost."""
    share = policy.session.valid_share
    there = length(intersect(everyone, counted))
    return there * share.denominator > share.numerator * length(counted)


def _declared(interruptions: Iterable[Interruption], longer: int) -> Iterable[tuple[int, int]]:
    return ((each.begins, each.ends + longer) for each in interruptions if not each.withdrawn)


def _void(
    facts: SessionFacts, course: Course, policy: Policy, window_ms: int, counted_ms: int
) -> str | None:
    plan = course.plan
    if facts.decision is not None:
        return facts.decision.reason if facts.decision.value else None
    if plan is not None and plan.cancelled:
        return "cancelled"
    if not course.over or course.report_missing:
        return None
    # What only comes behind the end tells nothing of who was there.
    if facts.first_signal is None or facts.first_signal > course.end:
        return "no_signal"
    share = policy.session.valid_share
    if window_ms * share.denominator < share.numerator * counted_ms or counted_ms == 0:
        return "window_too_short"
    return None


def _unscheduled(
    facts: SessionFacts, course: Course, hosts: Spans, everyone: Callable[[], Spans]
) -> Window:
    first = hosts or everyone()
    begin = first[0][0] if first else course.end
    spans = clip([(begin, course.end)] if begin < course.end else [], None, course.now)
    decision = facts.decision
    void = decision.reason if decision is not None and decision.value else None
    first_host = hosts[0][0] if hosts else None
    return Window(spans, spans, None, first_host, void, None, [], [], ())
