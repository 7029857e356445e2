"""Contract: every record as a JSON Schema (draft 2020-12), made from the record itself.

What msgspec says of a record is mended where its decoder is stricter: a `type` is a constant,
dates and instants have a form, texts no control characters, and three records need one field or
another. Unknown fields are allowed, because readers ignore them.

The decoder refuses a few things more, which no schema can say: an instant that no calendar has
or outside of the years 2000 to 2200, an end before its beginning, a session that makes up for
itself, `1.0` for a whole number, characters beyond ASCII that are not printable, NUL in fields
nobody reads, too deep nesting, and more than 512 KiB. (`$` matches before a last line break in some
languages, so that one may pass the schema there.) In one case it takes more: `type` may be
left out of the only record of a topic, and its schema asks for it all the same.
"""

import textwrap
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

import msgspec

from schemas.care import Care, Staff
from schemas.declared import OutageDeclared
from schemas.identity import Identity
from schemas.outputs import OUTPUTS
from schemas.room import Booking
from schemas.telemetry import Telemetry
from schemas.topics import CARE, IDENTITIES, ROOMS, TELEMETRY

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

DOOR = "rollcall.door.v1"
"""In place of a topic, for what only the door takes: it makes other records of it."""


class Contract(NamedTuple):
    """One record type, and the name of the topic it lies on, or `DOOR`."""

    topic: str
    record: type

    @property
    def folder(self) -> str:
        """The topic's own word, as in `rollcall.<folder>.v1`."""
        return self.topic.split(".")[1]


def name_of(record: Any) -> str:
    """The name of a record type: its tag, or its own where a topic has only one."""
    return str(record.__struct_config__.tag or record.__name__.lower())


def _contracts() -> dict[str, Contract]:
    pairs = [
        *((TELEMETRY.name, record) for record in get_args(Telemetry)),
        *((CARE.name, record) for record in get_args(Care)),
        (ROOMS.name, Booking),
        (IDENTITIES.name, Identity),
        (DOOR, OutageDeclared),
        *OUTPUTS.items(),
    ]
    return {name_of(record): Contract(topic, record) for topic, record in pairs}


CONTRACTS: Mapping[str, Contract] = _contracts()
"""Every record type that others write or read, by its name."""

SENT: tuple[str, ...] = tuple(map(name_of, get_args(Telemetry)))
TOLD: tuple[str, ...] = tuple(map(name_of, get_args(Staff)))
"""What platforms send, and what staff or systems in their name tell."""

_DAY = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?"
_OFFSET = "([Zz]|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])"
FORMS: Mapping[str, str] = {
    "date": f"^{_DAY}$",
    "date-time": f"^{_DAY}[Tt ]{_TIME}{_OFFSET}$",
}
PRINTABLE = r"^[^\u0000-\u001f\u007f]*$"

_TEXT: Schema = {"type": "string"}
_WHOLE: Schema = {"type": "integer"}
_NOTHING: Schema = {"type": "null"}


def _any(fields: Mapping[str, Schema]) -> Schema:
    return {
        "anyOf": [
            {"required": [field], "properties": {field: held}} for field, held in fields.items()
        ]
    }


NEEDS: Mapping[str, Schema] = {
    "goals_agreed": _any({"practice_days": _WHOLE, "participation": _WHOLE}),
    "outage_declared": _any({"platform": _TEXT, "program": _TEXT}),
    "waived": {
        "oneOf": [
            {
                "required": ["session", "rule"],
                "properties": {"session": _TEXT, "rule": _TEXT, "target": _NOTHING},
            },
            {
                "required": ["target"],
                "properties": {"session": _NOTHING, "rule": _NOTHING, "target": _TEXT},
            },
        ]
    },
}
"""What these records need beside their required fields, as their `__post_init__` has it."""


def schema_of(name: str) -> Schema:
    """The JSON Schema of one record type of `CONTRACTS`, complete in itself.

    Raises:
        KeyError: there is no such type.
    """
    contract = CONTRACTS[name]
    parts = components([name])
    own = parts.pop(contract.record.__name__)
    identity = f"urn:{contract.topic.replace('.', ':')}:{name}"
    head = {"$schema": DIALECT, "$id": identity}
    return head | own | ({"$defs": parts} if parts else {})


def components(names: list[str], at: str = "#/$defs/{name}") -> dict[str, Schema]:
    """The schemas of these record types and of their parts, by class name.

    `at` is where a reference finds a part.
    """
    records = [CONTRACTS[name].record for name in names]
    _, parts = msgspec.json.schema_components(records, ref_template=at)
    mended = {part: _mended(schema) for part, schema in parts.items()}
    for name in names:
        mended[CONTRACTS[name].record.__name__] |= NEEDS.get(name, {})
    return mended


def _mended(part: Any) -> Any:
    """The same schema, as strict as the decoder and with docstrings as they read."""
    if isinstance(part, (list, tuple)):
        return [_mended(each) for each in part]
    if not isinstance(part, dict):
        return part
    mended = {key: _mended(held) for key, held in part.items()}
    if isinstance(text := part.get("description"), str):
        mended["description"] = _dedented(text)
    match part:
        case {"enum": [only]}:
            mended = {"const": only}
        case {"type": "string", "format": form}:
            mended["pattern"] = FORMS[form]
        case {"type": "string"}:
            mended["pattern"] = PRINTABLE
    return mended


def _dedented(docstring: str) -> str:
    first, _, rest = docstring.partition("\n")
    return f"{first}\n{textwrap.dedent(rest)}".strip()
