"""OpenAPI: the door's HTTP interface as an OpenAPI 3.1 document, built from the records.

The door serves it at `GET /v1/openapi.json`. What a sender may write is what `schemas.contract`
says of the records; the ids in it become pseudonyms before anything is stored.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.contract import CONTRACTS, FORMS, SENT, TOLD, Schema, components
from schemas.openapi_answers import ANSWERS, BODIES, COMPONENT, RETRY_AFTER, answered, answers
from schemas.platforms.webhooks import WEBHOOKS

VERSION = "1.0.0"
"""Moves with the interface, not with the program."""

DESCRIPTION = """\
An answer of 200 means that the log has acknowledged every record. Sending the same again is
always safe: (source, id) names a record, and a repeated one changes nothing. Ids are replaced by
pseudonyms before anything is stored; fields that these schemas do not name are never stored."""

BY_PRODUCERS: tuple[str, ...] = tuple(name for name in SENT if name != "void")
"""Whether a session counts at all is for staff to say."""

BY_STAFF: tuple[str, ...] = (
    *TOLD,
    *("session_scheduled", "outage", "outage_declared", "break", "identified", "void", "identity"),
)
"""What systems of record tell, each by who has the role for it."""

ENVELOPE: Mapping[str, str] = {"id": "id", "source": "source", "at": "time"}
"""What a record in a CloudEvent may leave to the event, and the event's name for it."""

MOST_RECORDS = 10_000
"""In one request; whoever has more sends more requests."""

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
        "schema": {"type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$"},
    },
]
WEBHOOK_FORMS = (
    "application/json",
    "application/webhook+json",
    "application/x-www-form-urlencoded",
)
POSTED = ("400", "405", "408", "413", "415", "503")


def document() -> dict[str, Any]:
    """The whole document, the same each time."""
    return {
        "openapi": "3.1.1",
        "info": {"title": "Rollcall's door", "version": VERSION, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "paths": {
            "/v1/events": {"post": _records("sendEvents", "producer", "Telemetry")},
            "/v1/care": {"post": _records("tellCare", "staff", "Care")},
            "/webhooks/{platform}/{tenant}": {"parameters": PLACE, "post": _webhook()},
            "/healthz": {"get": _asked("health", "Whether the process lives.", "Alive")},
            "/readyz": {"get": _readiness()},
            "/v1/openapi.json": {"get": _asked("describe", "This document.", "Document")},
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
    names = dict.fromkeys([*BY_PRODUCERS, *BY_STAFF])
    records = components([*names], at=COMPONENT)
    for name in names:
        told = records[CONTRACTS[name].record.__name__]
        # Only the whole record must say these: see `_union` and `_cloud_event`.
        told["required"] = [field for field in told["required"] if field not in ENVELOPE]
    return {
        **records,
        **_union("Telemetry", BY_PRODUCERS, "What a platform or a producer says of one session."),
        **_union("Care", BY_STAFF, "What staff, or systems in their name, tell."),
        **BODIES,
    }


def _union(union: str, names: Sequence[str], description: str) -> dict[str, Schema]:
    """A tagged union (`type` tells which), whole, and as the data of a CloudEvent."""
    places = {name: COMPONENT.format(name=CONTRACTS[name].record.__name__) for name in names}
    told = {
        "description": description,
        "oneOf": [{"$ref": place} for place in places.values()],
        "discriminator": {"propertyName": "type", "mapping": places},
    }
    return {
        f"{union}Record": told | {"required": [*ENVELOPE]},
        f"{union}Event": _cloud_event(told),
    }


def _ref(name: str) -> Schema:
    return {"$ref": COMPONENT.format(name=name)}


def _cloud_event(told: Schema) -> Schema:
    identifier = {"type": "string", "minLength": 1, "maxLength": 128}
    return {
        "type": "object",
        "description": (
            "A CloudEvent in structured mode. What the record in `data` lacks of `id`, `source`"
            " and `at` is the event's `id`, `source` and `time`."
        ),
        "properties": {
            "specversion": {"const": "1.0"},
            "id": identifier,
            "source": identifier,
            "type": {"type": "string", "minLength": 1, "maxLength": 256},
            "time": {"type": "string", "format": "date-time", "pattern": FORMS["date-time"]},
            "data": told,
        },
        "required": ["specversion", "id", "source", "type", "data"],
        "anyOf": [{"required": ["time"]}, {"properties": {"data": {"required": ["at"]}}}],
    }


def _records(operation: str, bearer: str, union: str) -> dict[str, Any]:
    """Records in any of four forms: all are stored, or none."""
    record, event = _ref(f"{union}Record"), _ref(f"{union}Event")
    content = {
        "application/json": {"anyOf": [record, _many(record)]},
        "application/x-ndjson": {"type": "string", "description": f"A `{union}Record` a line."},
        "application/cloudevents+json": event,
        "application/cloudevents-batch+json": _many(event),
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
            **answers(*POSTED, "401", "403", "422", "429"),
        },
    }


def _many(each: Schema) -> Schema:
    return {"type": "array", "items": each, "minItems": 1, "maxItems": MOST_RECORDS}


def _webhook() -> dict[str, Any]:
    taken = answered("Acknowledged by the log, or what the platform asked to hear.", "Taken")
    taken["content"]["text/plain"] = {"schema": {"type": "string"}}
    return {
        "operationId": "takeWebhook",
        "summary": "Take what a platform sends, signed as that platform signs.",
        "security": [],
        "requestBody": {
            "required": True,
            "content": {form: {"schema": {"type": "object"}} for form in WEBHOOK_FORMS},
        },
        "responses": {"200": taken, **answers(*POSTED, "401", "403", "404")},
    }


def _readiness() -> dict[str, Any]:
    asked = _asked("readiness", "Whether records can be taken in.", "Ready")
    asked["responses"]["503"] = answered("Not now.", "Ready", headers=RETRY_AFTER)
    return asked


def _asked(operation: str, summary: str, body: str) -> dict[str, Any]:
    return {
        "operationId": operation,
        "summary": summary,
        "security": [],
        "responses": {"200": answered(summary, body), **answers("405")},
    }
