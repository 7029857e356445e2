"""Links: which of somebody's names is the one that the roster has.

A platform tells several names of one person, and adapters link them to the one that it gives
itself. The roster may know another of them, an address and no registrant id: then that is the
person, and all other names are aliases of it. Two people whom the roster knows are never made
one by what a platform says: a family may share an address.
"""

from collections.abc import Callable, Iterable
from typing import Any

from msgspec.structs import replace

from schemas.platforms.source import record_id
from schemas.telemetry import Identified, Telemetry

Known = Callable[[str], str | None]
"""The participant of the roster that a pseudonym stands for, if any."""


def settled(records: Iterable[Telemetry], known: Known) -> list[Telemetry]:
    """`records` of one payload, told of the people whom the roster knows."""
    everything = list(records)
    belongs: dict[str, str] = {}
    for record in everything:
        if isinstance(record, Identified):
            person = known(record.alias)
            if person is not None and known(record.participant) is None:
                belongs.setdefault(record.participant, person)

    def whose(name: str) -> str:
        return known(name) or belongs.get(name, name)

    found: list[Telemetry] = []
    for record in everything:
        if not isinstance(record, Identified):
            found.append(_of(record, whose))
            continue
        alias, person = record.alias, whose(record.participant)
        if record.participant != person and known(alias) == person:
            # Told the other way round: the name that the platform gives is the alias.
            alias = record.participant
        if alias != person and known(alias) in (None, person):
            told = (alias, person) == (record.alias, record.participant)
            own = record.id if told else record_id(record.id, alias, person)
            found.append(replace(record, id=own, alias=alias, participant=person))
    return found


def _of(record: Any, whose: Callable[[str], str]) -> Any:
    told = getattr(record, "participant", None)
    return (
        record if told is None or whose(told) == told else replace(record, participant=whose(told))
    )
