"""The files that are shipped as an example are what their command takes."""

from datetime import UTC, datetime
from pathlib import Path

from schemas.care import Discharged, Enrolled
from schemas.telemetry import SessionScheduled
from streams.policies import load
from streams.recording.known import Known
from streams.roster.importing import Files, Manner, imported
from streams.roster.plan import Teller

SHIPPED = Path(__file__).parents[2] / "deploy" / "roster"


def test_the_shipped_example_is_a_month_of_sessions() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    days = (at.date().replace(day=2), at.date().replace(day=30))
    files = Files(SHIPPED / "people.csv", SHIPPED / "sessions.ics", *days, ())
    _, records = imported(files, load(), Known(), Manner(Teller("roster", at)))
    sessions = [each for each in records if isinstance(each, SessionScheduled)]
    assert [each.status for each in sessions].count("cancelled") == 1
    assert {len(each.roster) for each in sessions} == {1, 2, 3}
    assert len(sessions) == 12
    assert [type(each) for each in records if hasattr(each, "entity")] == (
        [Enrolled] * 3 + [Discharged]
    )
