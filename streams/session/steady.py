"""Steady: how long a person's measures surely stay what readers wait for, if nothing is heard.

What readers wait for is in the signature: standing, level, findings. The looks tell when time
alone may change standing and findings. A level drifts besides, as attended time grows: from
below by what a voice, a poll or a mark in the passing minute may still bring, from above
because more is asked of longer attendance. All bounds are on the safe side.
"""

from collections.abc import Iterable, Iterator

from schemas.instants import MINUTE_MS
from schemas.policy_session import ParticipationRules
from streams.session.attendee import Attendee
from streams.session.camera import present_since
from streams.session.participation import overlap
from streams.session.surroundings import Surroundings
from streams.session.switches import AT, CONNECTION, Codes
from streams.session.violations import not_admitted


def steady_until(person: Attendee, around: Surroundings, looks: Iterable[int]) -> int | None:
    """The first instant (ms) at which time alone could tell something else; None for never.

    `looks` are the person's own. Whoever may change at any instant is steady until now.
    """
    now = around.course.now
    bounds = [look for look in looks if look > now]
    begins = person.passing and not person.own_window
    if begins or _told_of_the_future(person, now) or _waits(person, around):
        return now
    if not around.course.over:
        rules = around.policy.participation
        if _marks_to_come(person, around):
            return now
        if any(_goes_on(codes, now - rules.speaking_open) for codes in person.stay.speech):
            bounds.append(_next_minute_of_speech(person, now, rules))
        bounds += _polls_to_come(person, around, rules)
        since = present_since(person.stay.whole, now)
        if since is not None and since + around.policy.camera.grace > now:
            bounds.append(since + around.policy.camera.grace)
        drift = _drift(person, rules)
        if drift is not None:
            bounds.append(now + drift)
    return min(bounds, default=None)


def _told_of_the_future(person: Attendee, now: int) -> bool:
    """Clocks differ."""
    return any(max(each.all_signs()) > now for each in person.identity.people)


def _waits(person: Attendee, around: Surroundings) -> bool:
    """Whether they wait, or were kept waiting: that is told of the session at every look."""
    waiting = person.stay.waiting
    return any(each.until is None for each in waiting) or bool(
        not_admitted(around.course, around.window, around.policy, waiting, [])
    )


def _goes_on(codes: Codes, since: int) -> bool:
    """Whether a voice went on after `since` and not off again."""
    silent = set()
    for code in reversed(codes):
        if code >> AT <= since:
            break
        if code & 1:
            silent.add(code & CONNECTION)
        elif code & CONNECTION not in silent:
            return True
    return False


def _next_minute_of_speech(person: Attendee, now: int, rules: ParticipationRules) -> int:
    """When whoever speaks may have spoken for long enough in a minute where they had not yet."""
    minute, activity = now // MINUTE_MS, person.activity
    active = minute >= activity.base and activity.minutes["speaking"] >> minute - activity.base & 1
    return (minute + 1) * MINUTE_MS + rules.speaking_min if active else now


def _marks_to_come(person: Attendee, around: Surroundings) -> bool:
    """Whether presence may yet reach a minute with a mark, which then is an active one."""
    last = -1
    for each in person.identity.people:
        marks = each.chat | each.reactions | each.shared_work
        if marks:
            last = max(last, around.facts.base + marks.bit_length() - 1)
    if last < around.course.now // MINUTE_MS:
        return False
    return not person.counted or last > (person.counted[-1][1] - 1) // MINUTE_MS


def _polls_to_come(
    person: Attendee, around: Surroundings, rules: ParticipationRules
) -> Iterator[int]:
    """When a poll may at the earliest count as offered to the person."""
    now = around.course.now
    for opened, closed in around.facts.polls.values():
        if opened is None:
            continue
        until = closed if closed is not None and closed > opened else opened + rules.poll_open
        if until > now:
            there = overlap(person.attendance.presence, opened, min(until, now))
            if there < rules.poll_present:
                yield max(opened, now) + rules.poll_present - there


def _drift(person: Attendee, rules: ParticipationRules) -> int | None:
    """Attended time (ms) that may be added before the level can change by it.

    A score of s at an attended time of a is at least s*a/b at a longer one of b.
    """
    attended_ms, exact = person.attendance.attended_ms, person.participation.exact
    if exact is None:
        missing = rules.min_attended - attended_ms
        return missing if missing > 0 else None
    level = person.participation.level
    least = rules.active_at if level == "active" else rules.partial_at
    if level == "passive" or least <= 0:
        return None
    return attended_ms * exact[0] // (least * exact[1]) - attended_ms + 1
