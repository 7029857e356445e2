"""Naming: ids that follow from what a record says, so that saying it twice is saying it once."""

from typing import Any

import msgspec

from schemas.care import CareEvent
from streams.identity import identify

ABOUT: dict[str, tuple[str, ...]] = {
    "enrolled": ("program", "from"),
    "discharged": ("program", "from"),
    "leave_of_absence": ("program", "from"),
    "suspended": ("program", "from"),
    "goals_agreed": ("program", "from"),
    "absence_notified": ("session",),
    "absence_decided": ("session",),
    "make_up_arranged": ("session",),
    "accommodation": ("from",),
    "override": ("session",),
    "program_closed": ("program", "first_day"),
    "practice": ("program", "practice", "at"),
    "check_in_done": ("about", "day"),
    "review_done": ("about", "day"),
    "acknowledged": ("target",),
    "snoozed": ("target",),
    "waived": ("session", "rule", "target"),
}
"""What makes a fact of each type this fact and no other; all else about it may be revised.

`day` is the UTC day of `at`: a second talk of the same day about the same is the same talk.
"""

_SAYING = ("id", "source", "at", "entity", "revision", "withdrawn")


def entity_of(record: CareEvent) -> str:
    """The entity of a staff fact: the same fact, revised, keeps it."""
    fields = msgspec.to_builtins(record)
    fields["day"] = fields["at"][:10]
    kind = fields["type"]
    parts = (_text(fields.get(name)) for name in ABOUT[kind])
    return identify("entity", kind, record.participant, *parts)


def content_of(record: Any) -> str:
    """What a record says, apart from who said it when and how often."""
    fields = msgspec.to_builtins(record)
    said = {name: held for name, held in fields.items() if name not in _SAYING}
    return msgspec.json.encode(said, order="deterministic").decode()


def id_of(record: Any) -> str:
    """The id of a record: what it says, of which entity, in which revision."""
    withdrawn = "withdrawn" if getattr(record, "withdrawn", False) else ""
    entity = getattr(record, "entity", "")
    return identify("record", content_of(record), entity, str(record.revision), withdrawn)


def _text(held: Any) -> str:
    if isinstance(held, list | tuple):
        return " ".join(sorted(held))
    return "" if held is None else str(held)
