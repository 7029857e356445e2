"""Naming: a record whose ids are a sender's own becomes one with pseudonyms.

A literal table says for every field what it names; a text in any other field is a code that
the operator's systems chose, and must look like one. So a new field is a code until it is
named here, and whatever looks like a name or an address is refused, never passed on.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from schemas.platforms.source import Naming, Thing

THINGS: Final[Mapping[str, Thing]] = {
    "participant": "participant",
    "alias": "participant",
    "connection": "connection",
    "session": "session",
    "make_up": "session",
    "hosts": "staff",
    "id": "code",
    "entity": "code",
    "poll": "code",
    "stream": "code",
}
"""What a field names. `room` is not here: who takes a plan in says which platform's it is."""

CHOSEN: Final = frozenset({"source", "room"})
"""Fields that the door itself writes."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


class NotACodeError(Exception):
    """A field that holds something else than a code; the message is the field's name."""


def named(record: Any, name: Naming) -> Any:
    """`record` with a pseudonym for each id; raises NotACodeError."""
    return replace(record, **_changed(record, name))


def coded(field: str, told: str) -> str:
    """`told`, if it looks like a code; raises NotACodeError."""
    if not _CODE.fullmatch(told):
        raise NotACodeError(field)
    return told


def _changed(part: Struct, name: Naming) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for field in part.__struct_fields__:
        told = getattr(part, field)
        if field in CHOSEN or not isinstance(told, str | tuple | Struct):
            continue
        new = _part(field, told, name)
        if new is not told:
            changed[field] = new
    return changed


def _part(field: str, told: Any, name: Naming) -> Any:
    match told:
        case str():
            thing = THINGS.get(field)
            return coded(field, told) if thing is None else name(thing, told)
        case tuple():
            return tuple(_part(field, each, name) for each in told)
        case Struct():
            return replace(told, **_changed(told, name))
    return told
