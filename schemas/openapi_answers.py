"""Answers: what the door says, by status code, for `schemas.openapi`."""

from collections.abc import Mapping
from typing import Any, get_args

from schemas.contract import Schema
from schemas.dead_letter import Reason

COMPONENT = "#/components/schemas/{name}"

REASONS = (*sorted(get_args(Reason)), "not_allowed")
"""What a record may be refused for; `not_allowed` is for others to say."""

_CODE: Schema = {"type": "string", "pattern": "^[a-z_]+$"}
_LINE: Schema = {
    "type": "object",
    "description": "One record that was refused; `index` counts from 0 in the body as sent.",
    "properties": {
        "index": {"type": "integer", "minimum": 0},
        "reason": {"enum": [*REASONS]},
        "detail": {"type": "string", "description": "Names the field, never its content."},
    },
    "required": ["index", "reason", "detail"],
}
BODIES: Mapping[str, Schema] = {
    "Accepted": {
        "type": "object",
        "properties": {"accepted": {"type": "integer", "minimum": 0}},
        "required": ["accepted"],
    },
    "Error": {
        "type": "object",
        "description": "`error` is a code that stays; what stands beside it may grow.",
        "properties": {"error": _CODE},
        "required": ["error"],
    },
    "Refused": {
        "type": "object",
        "description": "Nothing of the body was stored.",
        "properties": {
            "error": {"const": "refused"},
            "records": {"type": "array", "items": _LINE, "minItems": 1},
        },
        "required": ["error", "records"],
    },
    "Taken": {
        "type": "object",
        "description": "How many records were stored; or what the platform asked to hear.",
        "properties": {
            "accepted": {"type": "integer", "minimum": 0},
            "refused": {"type": "integer", "minimum": 0},
            "stored_before": {"type": "boolean"},
        },
    },
    "Alive": {
        "type": "object",
        "properties": {"alive": {"const": True}},
        "required": ["alive"],
    },
    "Ready": {
        "type": "object",
        "properties": {"ready": {"type": "boolean"}},
        "required": ["ready"],
    },
    "Document": {
        "type": "object",
        "properties": {"openapi": {"type": "string"}},
        "required": ["openapi"],
    },
}

RETRY_AFTER: Schema = {
    "Retry-After": {
        "description": "Seconds after which the same may be sent again.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
    }
}
_ALLOW: Schema = {"Allow": {"required": True, "schema": {"type": "string"}}}
_MEANING: Mapping[str, str] = {
    "400": "The body cannot be read.",
    "401": "No token or signature, or none that is known.",
    "403": "Known, but not allowed to do this.",
    "404": "No such platform or tenant.",
    "405": "The path knows other methods.",
    "408": "The body does not come.",
    "413": "The body is too large.",
    "415": "Not a content type of this path, or one with a Content-Encoding.",
    "422": "Records are refused, and none was stored.",
    "429": "Too many requests of this tenant.",
    "503": "The log is away or slow: nothing is claimed as stored.",
}
_HEADERS: Mapping[str, Schema] = {"405": _ALLOW, "429": RETRY_AFTER, "503": RETRY_AFTER}


def answered(description: str, body: str, **beside: Any) -> dict[str, Any]:
    """A response with the JSON body `body` of `BODIES`."""
    schema = {"$ref": COMPONENT.format(name=body)}
    content = {"application/json": {"schema": schema}}
    return {"description": description, "content": content, **beside}


def answers(*statuses: str) -> dict[str, Any]:
    """References to the answers of these status codes."""
    return {status: {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)}


def _answer(status: str) -> dict[str, Any]:
    beside = {"headers": _HEADERS[status]} if status in _HEADERS else {}
    body = "Refused" if status == "422" else "Error"
    return answered(_MEANING[status], body, **beside)


ANSWERS: Mapping[str, dict[str, Any]] = {status: _answer(status) for status in _MEANING}
"""Every answer that is an error, by its status code."""
