"""OpenAPI: the document is valid, complete, and says of records what their schemas say."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from schemas.contract import CONTRACTS, SENT, TOLD
from schemas.openapi import document

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
DOCUMENT = document()
POSTED = {"200", "400", "405", "413", "415", "422", "429", "503"}
STATUSES = {
    ("/v1/events", "post"): POSTED | {"401", "403"},
    ("/v1/care", "post"): POSTED | {"401", "403"},
    ("/webhooks/{platform}/{tenant}", "post"): POSTED | {"401", "403", "404"},
    ("/healthz", "get"): {"200", "405"},
    ("/readyz", "get"): {"200", "405", "503"},
    ("/v1/openapi.json", "get"): {"200", "405"},
}
BEARERS: dict[str, list[dict[str, list[str]]]] = {
    "/v1/events": [{"producer": []}],
    "/v1/care": [{"staff": []}],
}


def validator(name: str) -> Draft202012Validator:
    """Of one of the document's schemas, with the others where it looks for them."""
    parts = {"components": DOCUMENT["components"]}
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", **parts})


def payloads(folder: str, names: tuple[str, ...]) -> list[Any]:
    files = sorted((EXAMPLES / folder).glob("*.json"))
    return [json.loads(file.read_bytes()) for file in files if file.stem.partition("-")[0] in names]


def operations() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (path, method): operation
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def test_it_is_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_each_operation_has_its_answers_and_its_bearer() -> None:
    found = {place: set(operation["responses"]) for place, operation in operations().items()}
    assert found == STATUSES
    for (path, _), operation in operations().items():
        assert operation["security"] == BEARERS.get(path, [])


@pytest.mark.parametrize("path", BEARERS)
def test_bodies_come_in_four_forms(path: str) -> None:
    body = DOCUMENT["paths"][path]["post"]["requestBody"]
    assert body["required"] is True
    assert set(body["content"]) == {
        "application/json",
        "application/x-ndjson",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
    }


@pytest.mark.parametrize(
    ("folder", "names", "schema"),
    [("telemetry", SENT, "TelemetryRecord"), ("care", TOLD, "StaffFact")],
)
def test_every_example_may_be_sent(folder: str, names: tuple[str, ...], schema: str) -> None:
    found = payloads(folder, names)
    assert {payload["type"] for payload in found} == set(names)
    for payload in found:
        validator(schema).validate(payload)
        event = {
            "specversion": "1.0",
            "id": payload["id"],
            "source": payload["source"],
            "type": f"rollcall.{payload['type']}.v1",
        }
        validator(f"{schema}Event").validate(event | {"data": payload})
        assert not validator(f"{schema}Event").is_valid(event)
        assert not validator(schema).is_valid(payload | {"at": "yesterday"})


def test_what_a_stage_writes_may_not_be_sent() -> None:
    (result,) = payloads("care", ("session_result",))[:1]
    assert not validator("StaffFact").is_valid(result)
    assert "session_result" in CONTRACTS


@pytest.mark.parametrize(
    ("schema", "body", "fine"),
    [
        ("Accepted", {"accepted": 3}, True),
        ("Accepted", {"accepted": -1}, False),
        ("Error", {"error": "too_large"}, True),
        ("Error", {"error": "Too large!"}, False),
        ("Error", {"message": "too_large"}, False),
        (
            "Refused",
            {
                "error": "refused",
                "records": [{"index": 3, "reason": "invalid_field", "detail": "$.at: Expected"}],
            },
            True,
        ),
        ("Refused", {"error": "refused", "records": []}, False),
        (
            "Refused",
            {"error": "refused", "records": [{"index": 3, "reason": "whim", "detail": ""}]},
            False,
        ),
    ],
)
def test_what_is_answered(schema: str, body: dict[str, Any], fine: bool) -> None:
    assert validator(schema).is_valid(body) is fine
