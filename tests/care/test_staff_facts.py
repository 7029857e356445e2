"""Staff facts are revised and taken back: the newest revision holds, in whatever order it comes."""

from itertools import permutations

import pytest
from msgspec.structs import replace

from schemas.care import CareEvent
from schemas.policy import Policies
from streams.care.facts import CareFacts
from streams.care.fold import FOLDS
from streams.care.stage import assess
from streams.stage import Effect
from tests.builders import ms
from tests.care.builders import accommodation, decision, finding, notice, override, result, waiver
from tests.care.stages import POLICIES, Both, judged

OFF = result(findings=[finding("camera_off")])
LETTING_OFF: list[CareEvent] = [
    notice("02-20 10:00"),
    decision("13:00", True),
    override("13:00", "excused"),
    waiver("13:00", "camera_off"),
    accommodation("camera"),
]


def kind(fact: CareEvent) -> str:
    return type(fact).__name__


def folded(*facts: CareEvent, policies: Policies = POLICIES) -> tuple[bool, dict[str, str]]:
    """Whether the violation is held, and the reasons if not, after `facts` in this order."""
    known = CareFacts()
    FOLDS[type(OFF)](known, OFF, ms("14:00"))
    for fact in facts:
        FOLDS[type(fact)](known, fact, ms("13:00"))
    assessment = assess("a", known, policies, ms("14:00"))
    return bool(assessment.outputs), dict(assessment.reasons)


@pytest.mark.parametrize("fact", LETTING_OFF, ids=kind)
def test_a_fact_taken_back_counts_no_more_and_may_be_said_again(fact: CareEvent) -> None:
    both = Both()
    both.look("14:10", OFF)
    both.look("14:11", fact)
    both.look("14:12", replace(fact, revision=1, withdrawn=True))
    both.look("14:13", fact)  # an old copy changes nothing
    both.look("14:14", replace(fact, revision=2))
    assert both.life("camera_off") == ["stood", "retracted", "stood", "retracted"]
    assert both.care.duplicates == 1


@pytest.mark.parametrize("fact", LETTING_OFF, ids=kind)
def test_the_order_of_revisions_does_not_matter(fact: CareEvent) -> None:
    withdrawn = replace(fact, revision=1, withdrawn=True)
    again = replace(fact, revision=2)
    assert {judged(*order, given=OFF) for order in permutations((fact, withdrawn))} == {"stood"}
    assert {judged(*o, given=OFF) for o in permutations((fact, withdrawn, again))} == {""}


@pytest.mark.parametrize("fact", LETTING_OFF, ids=kind)
def test_of_two_contents_of_one_revision_the_same_one_holds_in_either_order(
    fact: CareEvent,
) -> None:
    other = replace(fact, withdrawn=True)
    assert folded(fact, other) == folded(other, fact) == folded(fact, other, fact)


def test_an_entity_belongs_to_its_kind() -> None:
    """Two systems may count their entities alike."""
    both = Both()
    both.look("14:10", OFF, waiver("13:00", "camera_off"), decision("13:00", False))
    both.look("14:11", decision("13:30", False, revision=1, withdrawn=True))
    assert both.told == []


def test_a_revision_may_move_a_fact_to_another_session() -> None:
    fact = decision("13:00", True)
    both = Both()
    both.look("14:10", OFF, fact)
    both.look("14:11", replace(fact, session="s2", revision=1))
    assert both.life("camera_off") == ["stood"]


def test_when_the_latest_override_is_taken_back_the_one_before_holds() -> None:
    excused = override("13:00", "excused")
    held = override("13:01", "unexcused", entity="e2")
    assert judged(excused, held) == "stood"
    assert judged(excused, held, replace(held, revision=1, withdrawn=True)) == ""


def test_when_a_decision_is_taken_back_the_notice_speaks_again() -> None:
    refused = decision("13:00", False)
    early, taken_back = notice("02-20 10:00"), replace(refused, revision=1, withdrawn=True)
    assert judged(early, refused) == "stood"
    assert judged(early, refused, taken_back) == ""
    assert judged(notice("11:00"), refused, taken_back) == "stood pending"


def test_which_copy_of_a_fact_came_first_does_not_matter() -> None:
    """(at, id) orders overrides, so of two copies with different ids one must hold."""
    copies = [override("13:00", "excused", id=name) for name in ("a", "c")]
    between = override("13:00", "unexcused", id="b", entity="e2")
    outcomes = {str(folded(*order)) for order in permutations((*copies, between))}
    assert len(outcomes) == 1


def test_the_reason_does_not_depend_on_which_notice_came_first() -> None:
    early, ill = notice("02-20 10:00"), notice("09:00", "illness", entity="e2")
    assert folded(early, ill) == folded(ill, early)
    assert set(folded(ill, early)[1].values()) == {"notice_in_time"}


def test_staff_may_speak_before_the_session_is_known() -> None:
    both = Both()
    both.look("13:00", *LETTING_OFF)
    both.look("14:10", OFF)
    assert both.told == []


def test_a_known_fact_has_no_effect() -> None:
    facts = CareFacts()
    fold = FOLDS[type(LETTING_OFF[0])]
    for fact in LETTING_OFF:
        assert fold(facts, fact, ms("13:00")) is Effect.PROMPT
        assert fold(facts, fact, ms("13:00")) is Effect.NOTHING


def test_the_newest_result_holds_by_epoch_and_revision() -> None:
    fold = FOLDS[type(OFF)]
    newest = result(epoch=1, revision=1, findings=())
    for older in (result(epoch=0, revision=7), result(epoch=0, revision=8), newest):
        facts = CareFacts()
        assert fold(facts, newest, ms("14:00")) is Effect.PROMPT
        assert fold(facts, older, ms("14:00")) is Effect.NOTHING
    both = Both()
    both.look("14:00", result(revision=7))
    both.look("14:01", newest)
    both.look("14:02", result(revision=8))
    assert both.life("no_show") == ["stood", "retracted"]
