"""Weeks of random sessions, notices, decisions, links and guests, counted again the plain way.

The count here shares nothing with the rules: no facts, no index, times as datetimes in UTC.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.care import MakeUpArranged
from schemas.policy_care import MakeUpRules, SwitchRules, WeekRules
from schemas.policy_session import NoticeRules
from schemas.policy_values import Duration
from schemas.week import Week
from tests.care.person import Person, fact
from tests.care.weeks import decided, notified, outcomes, overridden

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
SAID = MONDAY - timedelta(days=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOTICES = {"early": ("other", -24 * HOUR), "ill": ("illness", HOUR / 3), "late": ("other", -HOUR)}


class Meeting(NamedTuple):
    """One session; `role` is `own`, `make_up` or `guest`, the rest what was said of it."""

    name: str
    starts: datetime
    hours: int
    kind: str
    role: str
    came: str
    void: bool
    notice: str | None
    accepted: bool | None
    override: str | None

    @property
    def ends(self) -> datetime:
        return self.starts + self.hours * HOUR

    @property
    def week(self) -> datetime:
        midnight = self.starts.replace(hour=0, minute=0)
        return midnight - midnight.weekday() * DAY

    @property
    def attended(self) -> int:
        return {"attended": 2, "partial": 1, "absent": 0}[self.came] * self.hours * 1_800_000

    @property
    def whole(self) -> int:
        return self.hours * 3_600_000


class Case(NamedTuple):
    """A person's sessions, links (missed, make-up) in the order of arrangement, and the rules."""

    meetings: list[Meeting]
    links: list[tuple[str, str]]
    now: datetime
    by: str
    minimum: Fraction
    allowed: int
    days: int
    make_ups: bool
    switch: str
    quota: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    slots = draw(st.lists(st.integers(0, 55), min_size=3, max_size=9, unique=True))
    meetings = []
    for number, slot in enumerate(sorted(slots)):
        role = draw(st.sampled_from(["own", "own", "own", "make_up", "guest"]))
        meetings.append(
            Meeting(
                name=f"s{number}",
                starts=MONDAY + slot * 6 * HOUR,
                hours=draw(st.integers(1, 3)),
                kind=draw(st.sampled_from(["group", "group", "individual"])),
                role=role,
                came=draw(st.sampled_from(["attended", "absent", "partial", "absent"])),
                void=draw(st.integers(0, 9)) == 0,
                notice=draw(st.sampled_from([None, None, None, *NOTICES])),
                accepted=draw(st.sampled_from([None, None, None, None, True, False])),
                override=draw(st.sampled_from([None] * 9 + ["credited", "excused", "unexcused"])),
            )
        )
    own = [each.name for each in meetings if each.role == "own"]
    others = [each.name for each in meetings if each.role != "own"] or own
    missed = st.sampled_from(own or others)
    links = draw(st.lists(st.tuples(missed, st.sampled_from(others)), max_size=5))
    return Case(
        meetings=meetings,
        links=[link for link in links if link[0] != link[1]],
        now=MONDAY + (22 * 24 - draw(st.integers(0, 20 * 24))) * HOUR,
        by=draw(st.sampled_from(["sessions", "minutes"])),
        minimum=draw(st.sampled_from([Fraction(1, 2), Fraction(4, 5)])),
        allowed=draw(st.sampled_from([0, 0, 1])),
        days=draw(st.sampled_from([2, 14])),
        make_ups=draw(st.sampled_from([True, True, False])),
        switch=draw(st.sampled_from(["day", "week", "never"])),
        quota=draw(st.sampled_from([1, 6])),
    )


def told(case: Case) -> list[Week]:
    """What the care stage tells."""
    person = Person(
        week=WeekRules(by=case.by, minimum=case.minimum, allowed_misses=case.allowed),  # type: ignore[arg-type]
        make_up=MakeUpRules(allowed=case.make_ups, within=Duration(case.days * 86_400_000)),
        switch=SwitchRules(within=case.switch),  # type: ignore[arg-type]
        notice=NoticeRules(max_excused=case.quota),
    )
    known = {each.name: each for each in case.meetings}
    for each in case.meetings:
        _say(person, each, case.now)
    for number, (missed, make_up) in enumerate(case.links):
        at = SAID + timedelta(minutes=number)
        starts_at = known[make_up].starts
        person.say(fact(MakeUpArranged, at, session=missed, make_up=make_up, starts_at=starts_at))
    return person.look(case.now).weeks


def _say(person: Person, each: Meeting, now: datetime) -> None:
    over = each.ends <= now
    if over or each.role != "guest":
        fields: dict[str, Any] = {"kind": each.kind, "make_up": each.role == "make_up"}
        if each.role == "guest":
            fields |= {"rostered": False, "guest": True}
        if each.void:
            fields |= {"void_reason": "cancelled"}
        standing = ("void" if each.void else each.came) if over else "expected"
        if over:
            fields |= {"attended_ms": each.attended}
        person.session(
            each.name, each.starts, standing, minutes=each.hours * 60, said_at=SAID, **fields
        )
    if each.notice is not None and _noticed_at(each) <= now:
        person.say(notified(each.name, _noticed_at(each), NOTICES[each.notice][0]))
    if each.accepted is not None:
        person.say(decided(each.name, SAID, each.accepted))
    if each.override is not None:
        person.say(overridden(each.name, SAID, each.override))


def _noticed_at(each: Meeting) -> datetime:
    assert each.notice is not None
    return each.starts + NOTICES[each.notice][1]


class Plain:
    """The same counted the plain way."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.known = {each.name: each for each in case.meetings}
        self.own = [each for each in case.meetings if each.role == "own" and not each.void]
        self.excuse = self._excuses()
        self.open = [
            each
            for each in self.own
            if self.over(each) and each.came != "attended" and not each.override
        ]
        self.mended: dict[str, tuple[str, Meeting]] = {}
        self.arranged: set[str] = set()
        self._make_ups()
        self._switches()
        self.outcome = {each.name: self._outcome(each) for each in self.own}

    def over(self, each: Meeting) -> bool:
        return each.ends <= self.case.now

    def _excuses(self) -> dict[str, str]:
        found, so_far = {}, 0
        for each in self.own:
            noticed = each.notice is not None and _noticed_at(each) <= self.case.now
            if each.accepted:
                found[each.name] = "excused"
            elif each.accepted is None and noticed:
                missing = not (self.over(each) and each.came == "attended")
                granted = each.notice != "late" and not each.override
                if granted and missing and so_far < self.case.quota:
                    so_far += 1
                    found[each.name] = "excused"
                elif self.case.now < _lapses(max(_noticed_at(each), each.starts)):
                    found[each.name] = "pending"
        return found

    def _there(self, each: Meeting) -> bool:
        if each.void or (each.role == "guest" and not self.over(each)):
            return False
        if each.override:
            return each.override == "credited"
        return self.over(each) and each.came == "attended"

    def _make_ups(self) -> None:
        used: set[str] = set()
        for missed, make_up in self.case.links:
            miss, other = self.known[missed], self.known[make_up]
            if miss not in self.open or missed in self.mended or other in self.own:
                continue
            late = abs(other.starts - miss.starts) > self.case.days * DAY
            if late or make_up in used or not self.case.make_ups:
                continue
            visible = other.role != "guest" or self.over(other)
            if other.void and visible:
                continue
            if self._there(other):
                self.mended[missed] = ("made_up", other)
                self.arranged.discard(missed)
                used.add(make_up)
            elif not self.over(other) and (visible or other.starts > self.case.now):
                self.arranged.add(missed)
                used.add(make_up)

    def _switches(self) -> None:
        taken = {other.name for _, other in self.mended.values()}
        for miss in self.open:
            for other in self.case.meetings:
                if miss.name in self.mended or other.name in taken:
                    continue
                same = {
                    "day": miss.starts.date() == other.starts.date(),
                    "week": miss.week == other.week,
                    "never": False,
                }[self.case.switch]
                alike = other.role == "guest" and other.kind == miss.kind
                if same and alike and self._there(other):
                    self.mended[miss.name] = ("switched", other)
                    taken.add(other.name)

    def _outcome(self, each: Meeting) -> str:
        if each.override:
            return each.override
        if not self.over(each):
            return "excused" if self.excuse.get(each.name) == "excused" else "to_come"
        if each.came == "attended":
            return "credited"
        if each.name in self.mended:
            return self.mended[each.name][0]
        return self.excuse.get(each.name, "unexcused")

    def size(self, each: Meeting) -> int:
        return 1 if self.case.by == "sessions" else each.whole

    def earned(self, each: Meeting) -> int:
        outcome = self.outcome[each.name]
        if self.case.by == "sessions" or each.override:
            return self.size(each) * (outcome in ("credited", "made_up", "switched"))
        if each.name in self.mended:
            other = self.mended[each.name][1]
            return min(other.whole if other.override else other.attended, each.whole)
        return each.attended if self.over(each) else 0

    def left(self, meetings: Iterable[Meeting]) -> int:
        return sum(self.size(each) - self.earned(each) for each in meetings)

    def week(self, monday: datetime) -> dict[str, Any]:
        own = [each for each in self.own if each.week == monday]
        asked = [each for each in own if self.outcome[each.name] != "excused"]
        by = {
            outcome: [each for each in asked if self.outcome[each.name] == outcome]
            for outcome in ("to_come", "pending", "unexcused")
        }
        arranged = [each for each in by["unexcused"] if each.name in self.arranged]
        due, earned = sum(map(self.size, asked)), sum(map(self.earned, asked))
        reached = earned + self.left(by["to_come"]) + self.left(by["pending"])
        chances = [
            each
            for each in by["unexcused"]
            if each not in arranged and not each.override and self.case.make_ups
            if each.starts + self.case.days * DAY > self.case.now
        ]
        best = reached + self.left(arranged)
        counted = {
            "outcomes": {each.name: self.outcome[each.name] for each in own},
            "due": due,
            "earned": earned,
            "to_come": self.left(by["to_come"]),
            "pending": self.left(by["pending"]),
            "arranged": self.left(arranged),
            "excused": len(own) - len(asked),
            "missed": sum(self.over(e) and self.outcome[e.name] != "credited" for e in own),
            "rate": _share(earned, due),
            "base": _share(reached, due),
            "best": _share(best, due),
        }
        lost = len(by["unexcused"])
        closes = max([monday + 7 * DAY, *(each.ends + 2 * HOUR for each in own)])
        if self.case.now >= closes:
            undecided = lost + len(by["pending"])
            return counted | {"standing": self._closed(due, earned, undecided)}
        biggest = max(map(self.size, by["to_come"]), default=0)
        standing = "on_track"
        if self._below(reached, due, lost):
            mendable = best + self.left(chances) >= self.case.minimum * due
            standing = "needs_make_up" if mendable else "unreachable"
        elif biggest and lost and self._below(reached - biggest, due, lost + 1):
            standing = "at_risk"
        return counted | {"standing": standing}

    def _below(self, amount: int, due: int, lost: int) -> bool:
        return lost > self.case.allowed and amount < self.case.minimum * due

    def _closed(self, due: int, earned: int, undecided: int) -> str:
        if not due:
            return "none"
        if earned >= Fraction(9, 10) * due:
            return "met"
        return "below" if self._below(earned, due, undecided) else "passed"


def _lapses(at: datetime) -> datetime:
    day, left = at.replace(hour=0, minute=0), 3
    while left:
        day += DAY
        left -= day.weekday() < 5
    return day + DAY


def _share(amount: int, due: int) -> float | None:
    return float(round(Fraction(amount, due) + Fraction(1, 10**9), 4)) if due else None


STARTED = datetime(2026, 3, 2, tzinfo=UTC)
CREDITED = datetime(2026, 3, 13, 18, tzinfo=UTC)
CREDITED_AHEAD = Case(
    meetings=[
        Meeting("s0", STARTED, 1, "group", "own", "absent", False, None, None, None),
        Meeting("s4", CREDITED, 1, "group", "make_up", "attended", False, None, None, "credited"),
    ],
    links=[("s0", "s4")],
    now=CREDITED,
    by="minutes",
    minimum=Fraction(1, 2),
    allowed=0,
    days=14,
    make_ups=True,
    switch="day",
    quota=1,
)
"""Staff credit a make-up before it has run: it is worth all that was planned."""


@settings(max_examples=300, deadline=None)
@example(CREDITED_AHEAD)
@given(cases())
def test_every_week_is_what_a_plain_count_makes_of_it(case: Case) -> None:
    plain, weeks = Plain(case), told(case)
    for week in weeks:
        expected = plain.week(_monday(week))
        found = {name: getattr(week, name) for name in expected}
        assert found | {"outcomes": outcomes(week)} == expected
    own = {each.week for each in case.meetings if each.role != "guest"}
    assert own == {_monday(week) for week in weeks}


def _monday(week: Week) -> datetime:
    return datetime(week.week.year, week.week.month, week.week.day, tzinfo=UTC)
