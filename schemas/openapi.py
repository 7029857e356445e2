"""OpenAPI: the door's HTTP interface as an OpenAPI 3.1 document, built from the records.

The door serves it at `GET /v1/openapi.json`. What a sender may write is what `schemas.contract`
says of the records; the ids in it become pseudonyms before anything is stored.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.contract import CONTRACTS, SENT, TOLD, Schema, components
from schemas.openapi_answers import ANSWERS, BODIES, COMPONENT, answered, answers
from schemas.platforms.webhooks import WEBHOOKS

VERSION = "1.0.0"
"""Moves with the interface, not with the program."""

DESCRIPTION = """\
An answer of 200 means that the log has acknowledged every record. Sending the same again is
always safe: (source, id) names a record, and a repeated one changes nothing. Ids are replaced by
pseudonyms before anything is stored; fields that these schemas do not name are never stored."""

BEARERS: Mapping[str, str] = {
    "producer": "The token of one of a tenant's producers.",
    "staff": "The token of one of a tenant's staff systems.",
}
PLACE: list[Schema] = [
    {
        "name": "platform",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(WEBHOOKS)},
    },
    {
        "name": "tenant",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]*$", "maxLength": 64},
    },
]
POSTED = ("400", "405", "413", "415", "429", "503")


def document() -> dict[str, Any]:
    """The whole document, the same each time."""
    return {
        "openapi": "3.1.1",
        "info": {"title": "Rollcall's door", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": {
            "/v1/events": {"post": _records("sendEvents", "producer", "TelemetryRecord")},
            "/v1/care": {"post": _records("tellCare", "staff", "StaffFact")},
            "/webhooks/{platform}/{tenant}": {"parameters": PLACE, "post": _webhook()},
            "/healthz": {"get": _asked("health", "Whether the process lives.", "Health")},
            "/readyz": {
                "get": _asked("readiness", "Whether records can be taken in.", "Health", "503")
            },
            "/v1/openapi.json": {
                "get": _asked("describe", "This document.", "Document"),
            },
        },
        "components": {
            "schemas": _schemas(),
            "responses": dict(ANSWERS),
            "securitySchemes": {
                name: {"type": "http", "scheme": "bearer", "description": description}
                for name, description in BEARERS.items()
            },
        },
    }


def _schemas() -> dict[str, Schema]:
    records = components([*SENT, *TOLD], at=COMPONENT)
    return {
        **records,
        "TelemetryRecord": _one_of(SENT, "What a platform or a producer says of one session."),
        "StaffFact": _one_of(TOLD, "What staff, or systems in their name, tell of one person."),
        "TelemetryRecordEvent": _cloud_event("TelemetryRecord"),
        "StaffFactEvent": _cloud_event("StaffFact"),
        **BODIES,
    }


def _ref(name: str) -> Schema:
    return {"$ref": COMPONENT.format(name=name)}


def _one_of(names: Sequence[str], description: str) -> Schema:
    """A tagged union: `type` tells which."""
    places = {name: COMPONENT.format(name=CONTRACTS[name].record.__name__) for name in names}
    return {
        "description": description,
        "oneOf": [{"$ref": place} for place in places.values()],
        "discriminator": {"propertyName": "type", "mapping": places},
    }


def _cloud_event(record: str) -> Schema:
    return {
        "type": "object",
        "description": "A CloudEvent in structured mode; its `data` is one whole record.",
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "minLength": 1},
            "source": {"type": "string", "minLength": 1},
            "type": {"type": "string", "minLength": 1},
            "data": _ref(record),
        },
        "required": ["specversion", "id", "source", "type", "data"],
    }


def _records(operation: str, bearer: str, record: str) -> dict[str, Any]:
    """Records in any of four forms: all are stored, or none."""
    many = {"type": "array", "items": _ref(record), "minItems": 1}
    events = {"type": "array", "items": _ref(f"{record}Event"), "minItems": 1}
    content = {
        "application/json": {"anyOf": [_ref(record), many]},
        "application/x-ndjson": {"type": "string", "description": f"A `{record}` a line."},
        "application/cloudevents+json": _ref(f"{record}Event"),
        "application/cloudevents-batch+json": events,
    }
    return {
        "operationId": operation,
        "summary": "Store every record of the body, or none.",
        "security": [{bearer: []}],
        "requestBody": {
            "required": True,
            "content": {form: {"schema": schema} for form, schema in content.items()},
        },
        "responses": {
            "200": answered("All records are acknowledged by the log.", "Accepted"),
            **answers(*POSTED, "401", "403", "422"),
        },
    }


def _webhook() -> dict[str, Any]:
    forms = ("application/json", "application/webhook+json", "application/x-www-form-urlencoded")
    return {
        "operationId": "takeWebhook",
        "summary": "Take what a platform sends, signed as that platform signs.",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {form: {"schema": {"type": "object"}} for form in forms},
        },
        "responses": {
            "200": answered("What it tells is acknowledged by the log.", "WebhookAnswer"),
            **answers(*POSTED, "401", "403", "404", "422"),
        },
    }


def _asked(operation: str, summary: str, body: str, *others: str) -> dict[str, Any]:
    return {
        "operationId": operation,
        "summary": summary,
        "security": [],
        "responses": {"200": answered(summary, body), **answers("405", *others)},
    }
