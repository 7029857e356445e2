"""`rollcall convert`: whom the roster knows by one of the names that a platform tells."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.conftest import Run
from tests.commands.test_convert import Desk
from tests.schemas.platforms.test_zoom import about

WHEN = ("--starts", "2026-03-02T10:00:00Z", "--ends", "2026-03-02T12:00:00Z")
NAMES = {"id": "", "participant_user_id": "", "customer_key": "", "registrant_id": "registrant-1"}
TOLD = {**NAMES, "email": "Person-1@example.org"}


@pytest.fixture
def desk(run: Run, tmp_path: Path) -> Desk:
    return Desk(run, tmp_path)


def scores(desk: Desk, roster: str, *payloads: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Everybody's, and they are those whom the plan names, by the ids that it has for them."""
    lines = "\n".join(json.dumps(payload) for payload in payloads)
    result = desk.convert("zoom", lines, *WHEN, "--roster", desk.file(roster, "roster"))
    assert result.exit_code == 0, result.output
    found = desk.scores(result.stdout)
    plan = json.loads(result.stdout.partition("\n")[0])
    assert {entry["participant"] for entry in plan["roster"]} == set(found)
    return found


@pytest.mark.parametrize(
    "roster",
    ["person-1@example.org", "registrant-1", "par-1 person-1@example.org", "par-1 registrant-1"],
)
def test_whoever_is_known_by_one_name_attended(desk: Desk, roster: str) -> None:
    # The leave tells fewer names than the join.
    join = about("joined", "10:00:00", "join_time", **TOLD)
    leave = about("left", "12:00:00", "leave_time", **NAMES, email="")

    found = scores(desk, f"{roster}\npar-9\n", join, leave)

    assert found.pop("par-9")["standing"] == "absent"
    (score,) = found.values()
    assert (score["standing"], score["rostered"]) == ("attended", True)


def test_two_whom_the_roster_knows_stay_two(desk: Desk) -> None:
    join = about("joined", "10:00:00", "join_time", **TOLD)
    leave = about("left", "12:00:00", "leave_time", **TOLD)

    found = scores(desk, "par-1 registrant-1\npar-2 person-1@example.org\n", join, leave)

    assert {who: each["standing"] for who, each in found.items()} == {
        "par-1": "attended",
        "par-2": "absent",
    }
