"""What staff say of people on an evening, and that it fits what the people did."""

import pytest

from schemas.care import AbsenceDecided, AbsenceNotified, Accommodation, Override, Waived
from schemas.instants import DAY_MS, HOUR_MS, MINUTE_MS
from schemas.telemetry import Camera
from tests.simulation.night import STARTS_AT, Night, at, at_start

SEEDS = range(4)


@pytest.fixture(scope="module", params=SEEDS)
def night(request: pytest.FixtureRequest) -> Night:
    return Night(request.param)


def test_staff_facts_tell_of_absences_in_time_and_too_late(night: Night) -> None:
    notices = night.all(AbsenceNotified)
    starts = {record.entity: at_start(night.plans[record.session]) for record in notices}
    ahead = {
        record.entity: starts[record.entity] - at(record)
        for record in notices
        if record.revision == 0
    }
    assert max(ahead.values()) > DAY_MS
    assert any(0 < early <= 2 * HOUR_MS for early in ahead.values())
    assert [record.reason for record in notices if ahead[record.entity] < 0] == ["illness"]
    assert len([record for record in notices if record.withdrawn]) == 1
    decisions = night.all(AbsenceDecided)
    assert sorted(record.accepted for record in decisions) == [False, True]
    assert {record.participant for record in decisions} <= {
        record.participant for record in notices
    }


def test_staff_waive_override_and_accommodate_what_there_is(night: Night) -> None:
    arrivals = night.arrivals()
    (waived,) = night.all(Waived)
    (override,) = night.all(Override)
    (accommodation,) = night.all(Accommodation)
    started = at_start(night.plans[waived.session])
    assert arrivals[waived.session, waived.participant] > started + 5 * MINUTE_MS
    assert (override.session, override.participant) not in arrivals
    assert accommodation.exempt == ("camera",)
    assert accommodation.participant not in {
        record.participant for record in night.all(Camera) if at(record) > STARTS_AT + HOUR_MS
    }
