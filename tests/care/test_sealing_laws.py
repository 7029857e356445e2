"""Laws of sealing: it forgets what is old, and changes nothing of what stays."""

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.care import CheckInDone, Enrolled, GoalsAgreed
from schemas.codec import encode
from schemas.instants import milliseconds
from schemas.policy import Policy
from schemas.policy_care import LatenessRules
from streams.care.recommendations import recommendation_id
from streams.care.seal import seal
from tests.care.builders import PERSON, finding
from tests.care.person import PROGRAM, Person, fact, utc
from tests.oracle import body

CODES: dict[str, dict[str, Any]] = {
    "attended": {"level": "active", "participation": 80.0},
    "passive": {"level": "passive", "participation": 20.0},
    "late": {"findings": [finding("late")]},
    "trouble": {"reconnects": 5},
    "absent": {"standing": "absent"},
    "partial": {"standing": "partial"},
    "void": {"void_reason": "cancelled"},
    "make_up": {"make_up": True},
}
MONDAY = utc(2026, 3, 2, 18)


@st.composite
def years(draw: st.DrawFn) -> Person:
    """Two sessions a week for half a year, in stretches of one kind."""
    versions = [
        Policy(version="v1", effective_from=date(2020, 1, 1)),
        Policy(
            version="v2",
            effective_from=date(2026, 4, 1),
            lateness=LatenessRules(count=2, among=9),
        ),
    ]
    person = Person(*versions)
    stretches = st.lists(
        st.tuples(st.sampled_from(sorted(CODES)), st.integers(1, 12)), min_size=6, max_size=24
    )
    codes = [code for code, length in draw(stretches) for _ in range(length)][:56]
    for number, code in enumerate(codes):
        starts = MONDAY + timedelta(weeks=number // 2, days=number % 2)
        person.session(f"w{number:03}", starts, **CODES[code])
    if draw(st.booleans()):
        person.say(fact(Enrolled, utc(2026, 2, 1), program=PROGRAM, begins=utc(2026, 2, 1)))
    if draw(st.booleans()):
        goal = {"program": PROGRAM, "begins": utc(2026, 2, 1), "practice_days": 1}
        person.say(fact(GoalsAgreed, utc(2026, 2, 1), **goal))
    for weeks in draw(st.sets(st.integers(1, 28), max_size=3)):
        about = (recommendation_id(PERSON, PROGRAM, "check_in"),)
        person.say(fact(CheckInDone, MONDAY + timedelta(weeks=weeks), about=about))
    return person


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(person=years(), weeks=st.lists(st.integers(18, 40), min_size=1, max_size=3))
def test_what_stays_is_as_it_was(person: Person, weeks: list[int]) -> None:
    facts = person.partition.ledger.facts(PERSON)
    whole = deepcopy(facts)
    for week in sorted(weeks):
        now = milliseconds(MONDAY + timedelta(weeks=week, hours=5))
        forgotten = seal(facts, PERSON, person.policies, now)
        before, after = _shown(person, whole, now), _shown(person, facts, now)
        for name, (status, shown) in after.items():
            if "reasons" not in shown:
                assert before[name] == (status, shown)
            else:
                # Reasons go with what is sealed, none comes.
                assert status in (before[name][0], "resolved")
                assert status == "resolved" or _reasons(shown) <= _reasons(before[name][1])
        assert not after.keys() & set(forgotten)
    assert len(facts.results) < len(whole.results)


def _reasons(shown: dict[str, Any]) -> set[str]:
    return {each["id"] for each in shown["reasons"]}


def _shown(person: Person, facts: Any, now: int) -> dict[str, Any]:
    outputs = person.partition.stage.assess(facts, PERSON, now).outputs
    return {each.id: (each.status, body(encode(each.render()))) for each in outputs}
