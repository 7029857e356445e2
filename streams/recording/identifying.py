"""Identifying: staff tell who an alias is, in sessions that were and from now on."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from schemas.checking import RefusedError
from schemas.identity import Identity
from schemas.telemetry import Identified
from streams.recording.known import Known
from streams.recording.settling import named

Link = Identity | Identified


class Told(NamedTuple):
    """One place where it is told: null where that is known already."""

    place: str
    record: Link | None


def identified(
    identity: Identity, sessions: Sequence[str], known: Known, withdraw: bool
) -> list[Told]:
    """The alias is the participant, for the door as `identity` says, and in each of `sessions`.

    With `withdraw` both are taken back where they hold. Raises RefusedError where there is
    nothing to take back, or the alias is somebody else's.
    """
    if identity.alias == identity.participant:
        raise RefusedError("participant: nobody is their own alias")
    wanted: list[tuple[str, Link, Link | None]] = [
        ("from now on", identity, known.identities.get(identity.alias))
    ]
    for session in dict.fromkeys(sessions):
        link = Identified(
            id=identity.id,
            source=identity.source,
            at=identity.at,
            session=session,
            alias=identity.alias,
            participant=identity.participant,
        )
        wanted.append((session, link, known.links.get((session, identity.alias))))
    if withdraw:
        return list(_taken_back(wanted, known.complete))
    return [Told(place, _said(link, newest)) for place, link, newest in wanted]


def _said(link: Link, newest: Link | None) -> Any:
    if newest is None:
        return named(link, 0)
    if not newest.withdrawn and newest.participant == link.participant:
        return None
    return named(link, newest.revision + 1)


def _taken_back(wanted: Sequence[tuple[str, Link, Link | None]], complete: bool) -> Iterator[Told]:
    if complete and all(newest is None for _, _, newest in wanted):
        raise RefusedError("alias: there is no such fact to take back")
    for place, link, newest in wanted:
        gone = replace(link, withdrawn=True)
        if newest is None:
            yield Told(place, None if complete else named(gone, 1))
        elif newest.withdrawn:
            yield Told(place, None)
        elif newest.participant != link.participant:
            raise RefusedError(f"participant: {place}, the alias is {newest.participant}'s")
        else:
            yield Told(place, named(gone, newest.revision + 1))
