"""The schedule that holds, and why it is this one (measures.md 1.1)."""

from collections.abc import Iterator
from typing import Any

from schemas.instants import instant
from streams.explanation.view import Section, View
from streams.readable import counted, day, listed, stretch
from streams.session.facts import Place, Plan
from streams.session.window import effective


def schedule(view: View) -> Section:
    """Every revision with what became of it, the person's place, and when it is over."""
    plan, policy = view.picture.plan, view.policy
    named = f"policy {policy.program} {policy.version}, from {policy.effective_from}"
    if plan is None:
        lines = ["nobody announced this session: it is measured, but nobody is judged"]
    else:
        reported = ", reported afterwards" if plan.delivery == "report" else ""
        lines = [f"{plan.program}, {plan.kind} session{reported}", *_revisions(view)]
        lines += [f"hosts: {listed(plan.hosts)}"]
    lines += [_place(view), *_course(view), named]
    return Section("schedule", "The schedule that holds", lines, _figures(view))


def _revisions(view: View) -> Iterator[str]:
    known: dict[str, Plan] = {}
    holding: Plan | None = None
    for name, plan in sorted(view.facts.plans.items(), key=lambda item: item[1].order):
        known[name] = plan
        after = effective(known)
        times = stretch(plan.starts_at, plan.ends_at, view.zone)
        people = counted(len(plan.roster), "person", "people")
        yield (
            f"revision {plan.order[0]}, said {view.moment(plan.at)}: "
            f"{day(plan.starts_at, view.zone)} {times}, {people}"
            f"{', cancelled' if plan.cancelled else ''}: {_became(plan, holding, after, view)}"
        )
        holding = after


def _became(plan: Plan, before: Plan | None, after: Plan | None, view: View) -> str:
    """What a revision changed, given what held before it and after it."""
    if before is None or after is None or after == plan:
        return "holds as it is"
    kept = []
    if (after.starts_at, after.ends_at) != (plan.starts_at, plan.ends_at):
        kept.append(f"the time stays {stretch(after.starts_at, after.ends_at, view.zone)}")
    if after.cancelled != plan.cancelled:
        kept.append("staff must void a session that was held")
    added = len(after.roster) - len(before.roster)
    if after.roster != plan.roster:
        kept.append(f"{counted(added, 'person', 'people')} added, nobody taken off")
    said = "after it ended" if plan.at > before.ends_at else "after it began"
    return f"said {said}, so {listed(kept) if kept else 'the rest holds'}"


def _place(view: View) -> str:
    place = view.person.place
    if place is None:
        known = "known by an alias" if view.person.identity.identified else "nobody knows who"
        return f"{view.participant} is not on the roster: a guest ({known})"
    return f"{view.participant} is on the roster{''.join(_own(place, view))}"


def _own(place: Place, view: View) -> Iterator[str]:
    if place.begins is not None:
        yield f"; own time from {view.clock(place.begins)}"
    if place.until is not None:
        yield f"; own time until {view.clock(place.until)}"
    if place.enrolled_at is not None:
        yield f"; enrolled {day(place.enrolled_at, view.zone)}"
    if place.exempt:
        yield f"; exempt: {listed(place.exempt)}"
    if place.make_up:
        yield "; here to make up a missed session"


def _course(view: View) -> Iterator[str]:
    course, facts = view.picture.course, view.facts
    if not course.over:
        awaited = course.plan is not None and course.plan.delivery == "report"
        why = ": its report has not come" if awaited and facts.ended_at is None else ""
        yield f"as of {view.moment(course.now)} it is not over{why}"
        return
    why = "as planned"
    if course.plan is None:
        told = course.end == facts.ended_at
        why = "as the platform said" if told else "some time after the last thing seen in it"
    elif course.plan.cancelled:
        why = "cancelled"
    elif course.report_missing:
        why = "but its report never came"
    elif course.end < course.plan.ends_at:
        why = "earlier than planned: the platform said so, and nothing was seen later"
    yield (
        f"over at {view.clock(course.end)}, {why}; final at {view.moment(course.final_at)}, "
        f"corrections until {view.moment(course.closes_at)}"
    )


def _figures(view: View) -> dict[str, Any]:
    course, plan = view.picture.course, view.picture.plan
    return {
        "policy": f"{view.policy.program}/{view.policy.version}",
        "revision": None if plan is None else plan.order[0],
        "revisions": len(view.facts.plans),
        "starts_at": None if plan is None else instant(plan.starts_at),
        "ends_at": None if plan is None else instant(plan.ends_at),
        "over": course.over,
        "end": instant(course.end),
        "final_at": instant(course.final_at),
        "closes_at": instant(course.closes_at),
    }
