"""The window, step by step: what was scheduled, and what is taken from it (measures.md 1.1)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from schemas.instants import instant
from streams import wording
from streams.explanation.view import Section, View
from streams.intervals import Spans, clip, intersect, length, subtract, union
from streams.readable import duration, share, stretches
from streams.session.facts import Interruption


class Step(NamedTuple):
    """What is left after one step, and what the step is about (not cut to the window)."""

    name: str
    label: str
    left: Spans
    about: Spans
    note: str = ""


def window(view: View) -> Section:
    """The arithmetic of the person's window, and whether the session counts."""
    taken = list(steps(view))
    lines = list(_lines(taken, view))
    seen = view.picture.window
    if seen.void_reason is not None:
        lines.append(f"the session counts for nobody: {wording.void(seen.void_reason)}")
    if seen.needs_review is not None:
        lines.append(f"staff must decide whether it counts: {wording.review(seen.needs_review)}")
    if view.facts.decision is not None and not view.facts.decision.value:
        lines.append(f"staff decided that it counts ({view.facts.decision.reason})")
    figures = {
        "steps": [
            {
                "step": step.name,
                "left_ms": length(step.left),
                "spans": [[instant(at) for at in span] for span in step.about],
            }
            for step in taken
        ],
        "window_ms": length(view.person.own_window),
        "void_reason": seen.void_reason,
        "needs_review": seen.needs_review,
    }
    return Section("window", "The window they are measured against", lines, figures)


def steps(view: View) -> Iterator[Step]:
    """From the schedule to the person's own window; the last step is that window."""
    facts, course, seen = view.facts, view.picture.course, view.picture.window
    rejoin = view.policy.outage.rejoin
    left = seen.scheduled
    if course.plan is None:
        left = seen.spans
        yield Step("scheduled", "unscheduled", left, left, "from the first person to the end")
    else:
        yield Step("scheduled", "scheduled", left, left)
        if left and left[-1][1] > course.now:
            left = clip(left, None, course.now)
            yield Step("so_far", "so far", left, left, f"until {view.clock(course.now)}")
        if seen.hosted is not None:
            left = intersect(left, seen.hosted)
            hosted = clip(seen.hosted, None, course.now)
            yield Step("hosted", "∩ hosted", left, hosted, _hosts(view))
        outages = _declared(facts.outages.values(), rejoin)
        if outages:
            left = subtract(left, outages)
            note = f"each with {duration(rejoin)} to come back"
            yield Step("outages", "- outages", left, outages, note)
        breaks = union((*course.plan.breaks, *_declared(facts.breaks.values(), 0)))
        if breaks:
            left = subtract(left, breaks)
            yield Step("breaks", "- breaks", left, breaks)
    place = view.person.place
    if place is not None and (place.begins, place.until) != (None, None):
        left = clip(left, place.begins, place.until)
        yield Step("own", "∩ own time", left, left, "as agreed with this person")


def _declared(interruptions: Iterable[Interruption], longer: int) -> Spans:
    return union((each.begins, each.ends + longer) for each in interruptions if not each.withdrawn)


def _hosts(view: View) -> str:
    gap = view.policy.host.gap
    names = ", ".join(sorted(view.picture.hosts)) or "no host was seen"
    return f"{names}; gaps up to {duration(gap)} are bridged"


def _lines(taken: list[Step], view: View) -> Iterator[str]:
    before = None
    for step in taken:
        now = length(step.left)
        change = "" if before is None else f"(-{duration(before - now)})"
        about = stretches(step.about, view.zone)
        yield f"{step.label:<12} {duration(now):<17} {change:<19} {about}"
        if step.note:
            yield f"{'':<12} {step.note}"
        before = now
    yield f"{'= window':<12} {duration(length(view.person.own_window))}"
    if view.picture.plan is not None:
        valid = view.policy.session.valid_share
        yield (
            f"(once over, a session with less than {share(valid)} of its schedule without breaks "
            "counts for nobody)"
        )
