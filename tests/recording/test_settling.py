"""Which revision a fact is, and what contradicts what is known."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from schemas.care import AbsenceDecided, AbsenceNotified, Discharged, Enrolled
from schemas.checking import RefusedError
from schemas.codec import encode
from streams.recording.known import Known
from streams.recording.settling import Said, settled

AT = datetime(2026, 3, 2, 18, tzinfo=UTC)
DAY = timedelta(days=1)


def head(at: datetime = AT) -> dict[str, Any]:
    return {"id": "-", "source": "staff", "at": at, "participant": "par-1", "entity": "-"}


def decided(accepted: bool = True, at: datetime = AT) -> AbsenceDecided:
    return AbsenceDecided(**head(at), session="ses-1", accepted=accepted, reason_code="code")


def enrolled(days: int) -> Enrolled:
    return Enrolled(**head(), program="evening", begins=AT + days * DAY)


def discharged(days: int) -> Discharged:
    return Discharged(**head(), program="evening", begins=AT + days * DAY, reason_code="done")


class Log:
    """What was said, as a destination would know it."""

    def __init__(self) -> None:
        self.known = Known()

    def say(self, fact: Any, said: Said | None = None) -> Any:
        record = settled(fact, self.known, said or Said())
        if record is not None:
            self.known.take(encode(record))
        return record


def test_a_fact_is_said_once() -> None:
    log = Log()
    assert log.say(decided()).revision == 0
    assert log.say(decided(at=AT + DAY)) is None


def test_an_instant_that_was_chosen_revises() -> None:
    log = Log()
    notice = AbsenceNotified(**head(), session="ses-1", reason="illness")
    first = log.say(notice, Said(at_given=True))
    assert log.say(notice, Said(at_given=True)) is None
    earlier = msgspec.structs.replace(notice, at=AT - DAY)
    second = log.say(earlier, Said(at_given=True))
    assert (second.entity, second.revision) == (first.entity, 1)


def test_other_details_revise_and_withdrawing_ends() -> None:
    log = Log()
    first = log.say(decided())
    second = log.say(decided(accepted=False))
    back = log.say(decided(accepted=False), Said(withdraw=True))
    assert log.say(decided(accepted=True), Said(withdraw=True)) is None
    again = log.say(decided(accepted=False))
    told = [first, second, back, again]
    assert {each.entity for each in told} == {first.entity}
    assert [(each.revision, each.withdrawn) for each in told] == [
        *((0, False), (1, False), (2, True), (3, False)),
    ]
    assert len({each.id for each in told}) == 4


def test_nothing_can_be_taken_back_that_was_never_said() -> None:
    with pytest.raises(RefusedError, match="par-1: there is no such fact to take back"):
        settled(decided(), Known(), Said(withdraw=True))
    # Where nothing is known it may have been.
    assert settled(decided(), Known(complete=False), Said(withdraw=True)).revision == 1


def test_what_is_given_holds() -> None:
    said = Said(entity="fac-1", revision=7, id="evt-1")
    record = settled(decided(), Known(), said)
    assert (record.entity, record.revision, record.id) == ("fac-1", 7, "evt-1")


@pytest.mark.parametrize(
    ("known", "new", "fine"),
    [
        ([enrolled(0)], enrolled(1), False),
        ([enrolled(1)], enrolled(0), False),
        ([enrolled(0), discharged(2)], enrolled(1), False),
        ([enrolled(0), discharged(2)], enrolled(2), True),
        # A discharge at the very beginning ends nothing.
        ([enrolled(0), discharged(0)], enrolled(1), False),
        # Both end with the same discharge.
        ([enrolled(1), discharged(2)], enrolled(0), False),
        ([enrolled(2), discharged(1)], enrolled(0), True),
    ],
)
def test_one_person_is_enrolled_once_at_a_time(known: list[Any], new: Enrolled, fine: bool) -> None:
    log = Log()
    for fact in known:
        log.say(fact)
    if fine:
        assert log.say(new).revision == 0
    else:
        with pytest.raises(RefusedError, match="par-1: overlaps the enrolment from 2026-03-0"):
            log.say(new)


def test_another_program_or_a_withdrawn_enrolment_is_no_overlap() -> None:
    log = Log()
    log.say(enrolled(0))
    log.say(msgspec.structs.replace(enrolled(1), program="morning"))
    log.say(enrolled(0), Said(withdraw=True))
    assert log.say(enrolled(1)).revision == 0


def test_the_same_enrolment_is_revised_not_overlapped() -> None:
    log = Log()
    log.say(enrolled(0))
    assert log.say(msgspec.structs.replace(enrolled(0), priority=True)).revision == 1
