"""Strategies: a person's month in two programs, told in any order, changed and taken back.

Small sets of names and times on purpose: what is drawn must meet often enough to matter.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from schemas import care
from schemas.care import CareEvent, SessionResult
from schemas.policy import Policies, Policy
from schemas.policy_care import DoseRules, LatenessRules, SwitchRules, TrendRules, WeekRules
from schemas.telemetry import Span
from streams.care.concern import concern_id
from streams.care.grounds import week_id
from streams.care.recommendations import KINDS, recommendation_id
from streams.care.violations import violation_id
from tests.builders import when
from tests.care.builders import PERSON, finding, result
from tests.care.person import fact

Said = CareEvent | SessionResult

POLICIES = Policies(
    [
        Policy(
            version="v1",
            effective_from=date(2020, 1, 1),
            dose=DoseRules(alert=True, day_minutes=120, week_minutes=240, qualifying_days=2),
            lateness=LatenessRules(count=2, among=3),
            trend=TrendRules(min_scored=1, baseline_scored=1),
        ),
        Policy(
            version="n1",
            program="night",
            effective_from=date(2020, 1, 1),
            zone="America/New_York",
            week=WeekRules(by="minutes", allowed_misses=1),
            switch=SwitchRules(within="week"),
        ),
        Policy(
            version="n2",
            program="night",
            effective_from=date(2026, 3, 10),
            zone="America/New_York",
            week=WeekRules(minimum=Fraction(1, 2), goal=Fraction(1)),
        ),
    ]
)
STARTS = {
    "s1": "03-02 18:00",
    "s2": "03-03 18:00",
    "s3": "03-04 18:00",
    "s4": "03-09 03:30",
    "s5": "03-10 18:00",
    "s6": "03-18 18:00",
}
SESSIONS = tuple(STARTS)
PROGRAMS = st.sampled_from(["evening", "evening", "evening", "night"])
TIMES = st.sampled_from(
    [
        *("02-20 09:00", "03-01 12:00", "03-02 17:00", "03-03 18:30", "03-04 20:00"),
        *("03-06 09:00", "03-09 12:00", "03-11 09:00", "03-17 09:00"),
    ]
)
INSTANTS = TIMES.map(when)
NOWS = (
    *("02-28 12:00", "03-02 19:00", "03-03 21:00", "03-06 12:00", "03-09 00:00"),
    *("03-10 09:00", "03-16 05:00", "03-20 00:00", "04-20 00:00"),
)


def _targets() -> Iterable[str]:
    """Ids of whatever may be published, and names of what it is about."""
    for program in ("evening", "night"):
        yield from (recommendation_id(PERSON, program, kind) for kind in KINDS)
        yield week_id(PERSON, program, "2026-03-02")
        yield concern_id(PERSON, program, "weekly_attendance", "2026-03-02")
        for rule in ("consecutive_unexcused", "repeated_lateness", "disengaged"):
            yield from (concern_id(PERSON, program, rule, name) for name in SESSIONS[:3])
    for name in SESSIONS[:3]:
        yield from (name, violation_id(PERSON, name, "no_show"))
        yield concern_id(PERSON, name, "absence_not_notified")


TARGETS = sorted(_targets())


@st.composite
def _result(draw: st.DrawFn, session: str, epoch: int, revision: int) -> SessionResult:
    own = STARTS[session]
    starts_at = when(draw(st.sampled_from([own, own, own, *STARTS.values()])))
    ends_at = starts_at + timedelta(hours=2)
    phase = draw(st.sampled_from(["running", "provisional", "final", "final", "final"]))
    over = phase != "running"
    standing = draw(st.sampled_from(["absent", "absent", "attended", "partial"]))
    minutes = {"attended": 120, "partial": 60}.get(standing, 0) if over else 0
    place = draw(st.sampled_from(["roster", "roster", "roster", "guest", "make_up"]))
    lasts = (starts_at + timedelta(minutes=10)).strftime("%m-%d %H:%M")
    rules = ["no_show"] if standing == "absent" and over else draw(FOUND)
    told = result(
        "02-20 10:00",
        [finding(rule, (lasts, None)) for rule in rules],
        scored=draw(st.sampled_from([(), ("chat",)])),
        session=session,
        epoch=epoch,
        revision=revision,
        phase=phase,
        standing=standing if over else "expected",
        starts_at=starts_at,
        ends_at=ends_at,
        ended_at=ends_at if over else None,
        attended_ms=minutes * 60_000,
        arrived_at=starts_at if minutes else None,
        rostered=place != "guest",
        guest=place == "guest",
        make_up=place == "make_up",
        **draw(CIRCUMSTANCES),
    )
    if not minutes:
        return told
    seen = Span(begins=starts_at, ends=starts_at + timedelta(minutes=minutes))
    return replace(told, observed=(seen,))


FOUND = st.sets(st.sampled_from(["late", "left_early", "low_participation"]), max_size=2)
CIRCUMSTANCES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "program": PROGRAMS,
        "level": st.sampled_from(["passive", "passive", "partial", "unknown"]),
        "participation": st.sampled_from([None, 10.0, 30.5, 80.0]),
        "reconnects": st.sampled_from([0, 4]),
        "withdrawn": st.sampled_from([False] * 6 + [True]),
    },
    optional={
        "kind": st.just("workshop"),
        "void_reason": st.just("cancelled"),
        "needs_review": st.just("no_host_seen"),
        "identified": st.booleans(),
        "unidentified_guests": st.booleans(),
        "before_host_ms": st.sampled_from([0, 300_000]),
        "ramp": st.just(0.5),
    },
)


@st.composite
def results(draw: st.DrawFn) -> list[SessionResult]:
    """Results of some sessions; one (epoch, revision) has one content, as it is published once."""
    orders = st.tuples(st.sampled_from(SESSIONS), st.integers(0, 1), st.integers(1, 3))
    drawn = draw(st.lists(orders, min_size=1, max_size=12, unique=True))
    return [draw(_result(*order)) for order in drawn]


CODE = st.just("r1")
FROM_UNTIL = st.tuples(INSTANTS, INSTANTS).filter(lambda both: both[0] < both[1])
ABOUT = st.lists(st.sampled_from(TARGETS), min_size=1, max_size=4).map(tuple)
SESSION = st.sampled_from(SESSIONS)
FIELDS: dict[type, dict[str, Any]] = {
    care.Enrolled: {
        "program": PROGRAMS,
        "begins": INSTANTS,
        "priority": st.booleans(),
        "weekly_minutes": st.sampled_from([None, 120]),
    },
    care.Discharged: {"program": PROGRAMS, "begins": INSTANTS, "reason_code": CODE},
    care.LeaveOfAbsence: {"span": FROM_UNTIL, "program": st.sampled_from([None, "evening"])},
    care.Suspended: {"span": FROM_UNTIL, "program": st.sampled_from([None, "evening"])},
    care.GoalsAgreed: {
        "program": PROGRAMS,
        "begins": INSTANTS,
        "practice_days": st.integers(1, 3),
        "participation": st.sampled_from([None, 30]),
    },
    care.AbsenceNotified: {"session": SESSION, "reason": st.sampled_from(["illness", "other"])},
    care.AbsenceDecided: {"session": SESSION, "accepted": st.booleans(), "reason_code": CODE},
    care.MakeUpArranged: {
        "session": st.sampled_from(SESSIONS[:3]),
        "make_up": st.sampled_from((*SESSIONS[3:], "elsewhere")),
        "starts_at": INSTANTS,
    },
    care.Accommodation: {"exempt": st.just(("chat",)), "begins": INSTANTS, "until": st.none()},
    care.Override: {
        "session": SESSION,
        "outcome": st.sampled_from(["credited", "excused", "unexcused"]),
        "reason_code": CODE,
    },
    care.ProgramClosed: {
        "program": PROGRAMS,
        "first_day": st.just(date(2026, 3, 3)),
        "last_day": st.sampled_from([date(2026, 3, 3), date(2026, 3, 9)]),
    },
    care.Practice: {"program": PROGRAMS, "practice": st.just("journal")},
    care.CheckInDone: {"about": ABOUT},
    care.ReviewDone: {"about": ABOUT, "outcome_code": CODE},
    care.Acknowledged: {"target": st.sampled_from(TARGETS)},
    care.Snoozed: {"target": st.sampled_from(TARGETS), "until": INSTANTS, "reason_code": CODE},
    care.Waived: {"target": st.sampled_from(TARGETS), "reason_code": CODE},
}
"""What each record of staff says, beyond who says it of whom."""


def _facts(kind: type) -> st.SearchStrategy[CareEvent]:
    whose = {
        "at": TIMES,
        "entity": st.sampled_from("efg"),
        "revision": st.integers(0, 1),
        "withdrawn": st.sampled_from([False, False, True]),
        "id": st.sampled_from(["x", "y"]),
    }
    return st.fixed_dictionaries({**whose, **FIELDS[kind]}).map(lambda drawn: _fact(kind, drawn))


def _fact(kind: type, drawn: dict[str, Any]) -> CareEvent:
    span = drawn.pop("span", None)
    if span is not None:
        drawn |= {"begins": span[0], "until": span[1]}
    said: CareEvent = fact(kind, drawn.pop("at"), **drawn)
    return said


STAFF = st.sampled_from(list(FIELDS)).flatmap(_facts)
MONTHS = st.tuples(results(), st.lists(STAFF, max_size=14)).map(lambda both: [*both[0], *both[1]])
"""What was said of a person in a month, in any order."""
