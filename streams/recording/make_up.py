"""Make-ups: sessions that somebody is sent to must be there."""

from collections.abc import Mapping

from schemas.checking import RefusedError
from schemas.instants import rfc3339
from streams.recording.known import Session


def start_of(
    missed: str, make_up: str, sessions: Mapping[str, Session], said_ms: int | None
) -> int:
    """When the known session `make_up` starts, in milliseconds.

    Raises RefusedError if one of both is not known, if the make-up was cancelled, or starts
    at another instant than was said.
    """
    for field, session in (("session", missed), ("make_up", make_up)):
        if session not in sessions:
            raise RefusedError(f"{field}: {session} is no known session (--unchecked skips this)")
    found = sessions[make_up]
    if found.cancelled:
        raise RefusedError(f"make_up: {make_up} was cancelled")
    if said_ms not in (None, found.starts_at):
        raise RefusedError(f"starts_at: {make_up} starts at {rfc3339(found.starts_at)}")
    return found.starts_at
