"""Attendee: one person of a session, with everything measured about them at one instant."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from schemas.policy import Policy
from schemas.score import CameraStatus, Standing
from streams.intervals import Spans, clip
from streams.session.camera import CameraFigures
from streams.session.facts import Link, Person, Place, SessionFacts
from streams.session.participation import Activity, Participation
from streams.session.presence import Attendance, Stay
from streams.session.window import Course, Window


class Identity(NamedTuple):
    """One person after aliases were joined to them."""

    participant: str
    people: Sequence[Person]
    identified: bool

    def minutes(self, base: int, facts_base: int) -> dict[str, int]:
        """Masks of minutes with chat, reactions and shared work, from minute `base` on."""
        shift = facts_base - base
        masks = {"chat": 0, "reactions": 0, "shared_work": 0}
        for person in self.people:
            for signal in masks:
                bits = getattr(person, signal)
                masks[signal] |= bits << shift if shift >= 0 else bits >> -shift
        return masks

    @property
    def answers(self) -> set[str]:
        """Polls answered under any id."""
        return {poll for person in self.people for poll in person.answers or ()}


class Attendee(NamedTuple):
    """The measures of one person who is not a host."""

    identity: Identity
    place: Place | None
    """Their roster entry; None for guests."""
    own_window: Spans
    passing: bool
    """Whether their window grows with time now."""
    stay: Stay
    attendance: Attendance
    camera: CameraFigures
    participation: Participation
    counted: Spans
    """Presence inside the own window."""
    activity: Activity
    standing: Standing


def identities(facts: SessionFacts) -> dict[str, Identity]:
    """People by participant id, aliases joined to whom they belong."""
    groups: dict[str, list[Person]] = {}
    joined: set[str] = set()
    for name, person in facts.people.items():
        owner = resolve(name, facts.links)
        groups.setdefault(owner, []).append(person)
        if owner != name:
            joined.add(owner)
    return {name: Identity(name, people, name in joined) for name, people in sorted(groups.items())}


def resolve(name: str, links: Mapping[str, Link]) -> str:
    """Whose id this is; a chain of aliases is followed, a circle stops where it closes."""
    if name not in links:
        return name
    seen = {name}
    while (link := links.get(name)) is not None and not link.withdrawn:
        name = link.participant
        if name in seen:
            return min(seen)
        seen.add(name)
    return name


def personal(spans: Spans, place: Place | None) -> Spans:
    """`spans` of the window narrowed to a person's own times."""
    if place is None or (place.begins is None and place.until is None):
        return spans
    return clip(spans, place.begins, place.until)


def standing(
    course: Course,
    window: Window,
    place: Place | None,
    stay: Stay,
    measured: Attendance,
    policy: Policy,
) -> Standing:
    """Where the person stands (measures.md 1.3)."""
    if window.void_reason is not None:
        return "void"
    if course.over:
        return _standing_over(measured, policy)
    start = course.starts_at
    if place is not None and place.begins is not None:
        start = max(start or 0, place.begins)
    if start is not None and course.now < start:
        return "expected"
    return _standing_running(course, stay, start, policy)


def _standing_over(measured: Attendance, policy: Policy) -> Standing:
    if measured.window_ms == 0:
        return "void"
    rules = policy.attendance
    if at_least(measured.attended_ms, measured.window_ms, rules.credit_at):
        return "attended"
    if not at_least(measured.attended_ms, measured.window_ms, rules.absent_below):
        return "absent"
    return "partial"


def _standing_running(course: Course, stay: Stay, start: int | None, policy: Policy) -> Standing:
    plan = course.plan
    if plan is not None and plan.delivery == "report" and not stay.whole:
        return "expected"
    last = stay.whole[-1][1] if stay.whole else None
    if last is not None and last > course.now:
        return "present"
    if any(each.until is None for each in stay.waiting):
        return "waiting"
    if last is None or (start is not None and last <= start):
        return "missing"
    return "present" if course.now - last <= policy.presence.reconnect_grace else "away"


def at_least(part: int, whole: int, share: Fraction) -> bool:
    """part / whole >= share, exactly."""
    return part * share.denominator >= share.numerator * whole


def camera_status(
    facts: SessionFacts, exempt: Iterable[str], reported: Iterable[str]
) -> CameraStatus:
    """What may be said of this person's camera."""
    if "camera" in exempt:
        return "exempt"
    if facts.ability is not None:
        by_ability: dict[str, CameraStatus] = {
            "exact": "measured",
            "upper_bound": "upper_bound",
            "none": "unknown",
        }
        return by_ability[facts.ability.camera]
    return "measured" if "camera" in reported else "unknown"
