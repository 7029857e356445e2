"""`rollcall schema`: lists, prints, writes; and what it says to a wrong name or place."""

import json
from pathlib import Path

from schemas.contract import CONTRACTS, schema_of
from schemas.openapi import document
from tests.commands.conftest import Run


def test_every_type_is_listed_with_its_topic(run: Run) -> None:
    lines = [line.split(maxsplit=1) for line in run("schema").stdout.splitlines()]
    expected = {name: contract.topic for name, contract in CONTRACTS.items()}
    others = {"outage_declared": "the door's /v1/care", "openapi": "the door's HTTP interface"}
    assert dict(lines) == expected | others


def test_one_is_printed(run: Run) -> None:
    assert json.loads(run("schema", "joined").stdout) == schema_of("joined")
    assert json.loads(run("schema", "openapi").stdout) == document()


def test_all_are_written(run: Run, tmp_path: Path) -> None:
    result = run("schema", "--to", str(tmp_path / "new" / "folder"))
    assert (result.exit_code, result.output) == (0, "")
    written = list(tmp_path.rglob("*.json"))
    assert len(written) == len(CONTRACTS) + 1
    joined = tmp_path / "new" / "folder" / "telemetry" / "joined.json"
    assert json.loads(joined.read_bytes()) == schema_of("joined")


def test_what_is_wrong_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "telemetry").write_text("a file in the way")
    for arguments, said in (
        (("no_such_type",), "'no_such_type' is not one of"),
        (("joined", "--to", str(tmp_path)), "leave TYPE out"),
        (("--to", str(tmp_path)), "telemetry: File exists"),
    ):
        result = run("schema", *arguments)
        assert result.exit_code != 0
        assert said in result.output
        assert "Traceback" not in result.output
