"""The program's week, as a program manager reads it at the end of the demo."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby

from schemas.instants import MILLISECOND
from schemas.recommendation import Recommendation
from streams import wording
from streams.glance.figures import amount, percent, standing
from streams.glance.view import OPEN, Glance, Published, glances
from streams.readable import counted

SHOWN = 4
"""People of a program who are told of in full: those who need attention first."""
CALM = frozenset({"on_track", "met", "passed", "none"})
REASONS: Mapping[str, str] = {
    "weekly_attendance": "attendance of a week",
    "consecutive_unexcused": "unexcused absences in a row",
    "absence_not_notified": "no word",
    "repeated_lateness": "late again and again",
    "disengaged": "little participation",
    "participation_falling": "less participation",
    "goal_missed": "a goal missed",
    "technical_barrier": "technical trouble",
    "weeks_below": "several weeks below",
    "no_show": "absent",
}
"""Why something is recommended; another code is shown as it is."""


def this_week(published: Published, now: datetime) -> list[Glance]:
    """Everybody's week that `now` lies in, by program, who needs attention first."""
    weeks = [
        each
        for each in published.weeks
        if each.starts_at <= now < each.ends_at and each.outcomes and not each.withdrawn
    ]
    return sorted(glances(published, weeks), key=lambda glance: glance.week.program)


def week_text(
    found: Sequence[Glance], published: Published, now: datetime, zone: tzinfo
) -> Iterator[str]:
    """The whole section, line by line; times are in `zone`."""
    if not found:
        return
    local = now.astimezone(zone)
    yield f"The week of {_day(found[0].week.week)}, as it stands on {_day(local)}, {local:%H:%M}"
    yield "attended: of the sessions due, those made up or switched among them"
    before: dict[tuple[str, str], list[str]] = {}
    for week in sorted(published.weeks, key=lambda each: each.week):
        if week.ends_at <= now and week.outcomes and not week.withdrawn:
            before.setdefault((week.participant, week.program), []).append(_words(week.standing))
    for program, group in groupby(found, key=lambda glance: glance.week.program):
        yield ""
        yield from _program(program, list(group), before, now, zone)


def _program(
    program: str,
    found: Sequence[Glance],
    before: Mapping[tuple[str, str], Sequence[str]],
    now: datetime,
    zone: tzinfo,
) -> Iterator[str]:
    week = found[0].week
    counts = Counter(standing(glance.week) for glance in found)
    standings = [f"{each} {counts[each]}" for each in wording.WEEKS.values() if counts[each]]
    yield f"{program}: {counted(len(found), 'person', 'people')}; {'; '.join(standings)}"
    yield f"  asked for are {percent(week.minimum)}, the goal is {percent(week.goal)}"
    busy = [glance for glance in found if _busy(glance)]
    for glance in busy[:SHOWN]:
        yield from _person(glance, before, now, zone)
    rest = busy[SHOWN:]
    if rest:
        roles = Counter(each.role for glance in rest for each in _asked(glance))
        waiting = [f"{_words(role)} {number}" for role, number in sorted(roles.items())]
        more = counted(len(rest), "more person", "more people")
        yield f"  and {more} to look at; to do: {', '.join(waiting) or 'nothing yet'}"
    praised = sum(len(_asked(glance)) < len(glance.recommendations) for glance in found)
    yield f"  {len(found) - len(busy)} need nothing; {praised} deserve to hear what went well"


def _person(
    glance: Glance,
    before: Mapping[tuple[str, str], Sequence[str]],
    now: datetime,
    zone: tzinfo,
) -> Iterator[str]:
    week = glance.week
    earlier = before.get((week.participant, week.program))
    told = f"before: {', '.join(earlier)}" if earlier else "the first week"
    attended = f"attended {amount(week, week.earned)} of {amount(week, week.due)}"
    rate = "" if week.rate is None else f", {100 * week.rate:.0f} %"
    yield f"  {week.participant}  {attended}{rate}: {standing(week)}; {told}"
    held = [
        each.label if each.severity != "critical" else f"{each.label}, and nobody has reached them"
        for each in glance.violations
        if each.status in OPEN or each.severity == "critical"
    ]
    if held:
        yield f"    open: {'; '.join(held)}"
    for each in _asked(glance):
        whats = dict.fromkeys(REASONS.get(reason.what, reason.what) for reason in each.reasons)
        # Due is the end of a day: the day itself says more.
        day = _day((each.due_at - MILLISECOND).astimezone(zone))
        late = "was due" if each.due_at <= now else "by"
        yield f"    {_words(each.role)}, {late} {day}: {each.label} ({', '.join(whats)})"


def _busy(glance: Glance) -> bool:
    """Whether somebody has to look; praise can wait."""
    held = any(each.status in OPEN and each.severity != "info" for each in glance.violations)
    return held or bool(_asked(glance)) or glance.week.standing not in CALM


def _asked(glance: Glance) -> list[Recommendation]:
    return [each for each in glance.recommendations if each.kind != "recognise"]


def _words(code: str) -> str:
    return code.replace("_", " ")


def _day(at: date) -> str:
    return f"{at:%a} {at.day} {at:%b}"
