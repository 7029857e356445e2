"""OpenAPI: the document is valid, complete, and says of records what their schemas say."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from schemas.openapi import BY_PRODUCERS, BY_STAFF, document

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
DOCUMENT = document()
POSTED = {"200", "400", "401", "403", "405", "408", "413", "415", "503"}
STATUSES = {
    ("/v1/events", "post"): POSTED | {"422", "429"},
    ("/v1/care", "post"): POSTED | {"422", "429"},
    ("/webhooks/{platform}/{tenant}", "post"): POSTED | {"404"},
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


def payloads(names: tuple[str, ...]) -> list[Any]:
    """The examples of these record types; there is at least one."""
    files = sorted(EXAMPLES.glob("*/*.json"))
    found = [file for file in files if file.stem.partition("-")[0] in names]
    assert found
    return [json.loads(file.read_bytes()) for file in found]


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
    ("names", "union"), [(BY_PRODUCERS, "Telemetry"), (BY_STAFF, "Care")], ids=["events", "care"]
)
def test_every_example_may_be_sent(names: tuple[str, ...], union: str) -> None:
    record, event = validator(f"{union}Record"), validator(f"{union}Event")
    found = payloads(names)
    assert {payload["type"] for payload in found} == set(names)
    for payload in found:
        record.validate(payload)
        envelope = {"specversion": "1.0", "id": "e-1", "source": "s", "type": "anything.v1"}
        event.validate(envelope | {"data": payload})
        assert not event.is_valid(envelope)
        assert not record.is_valid(payload | {"at": "yesterday"})


def test_a_cloud_event_says_what_its_data_leaves_out() -> None:
    (payload,) = payloads(("session_ended",))
    envelope = {"specversion": "1.0", "id": "e-1", "source": "s", "type": "anything.v1"}
    bare = {key: held for key, held in payload.items() if key not in ("id", "source", "at")}
    timed = envelope | {"time": payload["at"]}
    assert validator("TelemetryEvent").is_valid(timed | {"data": bare})
    assert not validator("TelemetryEvent").is_valid(envelope | {"data": bare})
    assert not validator("TelemetryRecord").is_valid(bare)
    assert not validator("TelemetryRecord").is_valid(bare | {"at": payload["at"]})


@pytest.mark.parametrize(
    ("union", "name"),
    [
        ("Care", "session_result"),
        ("Care", "joined"),
        ("Telemetry", "void"),
        ("Telemetry", "enrolled"),
        ("Telemetry", "identity"),
    ],
)
def test_what_is_for_others_to_say(union: str, name: str) -> None:
    assert not any(map(validator(f"{union}Record").is_valid, payloads((name,))))


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
        ("Ready", {"ready": False}, True),
        ("Taken", {"accepted": 0, "stored_before": True}, True),
        (
            "Refused",
            {"error": "refused", "records": [{"index": 3, "reason": "whim", "detail": ""}]},
            False,
        ),
    ],
)
def test_what_is_answered(schema: str, body: dict[str, Any], fine: bool) -> None:
    assert validator(schema).is_valid(body) is fine
