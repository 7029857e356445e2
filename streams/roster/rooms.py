"""Rooms: what a calendar says of where a session is, as a code or as a platform's room.

A code is any word that means a room to whoever reads plans. `zoom:123 4567 8901` is the room
of a platform: from then on it is a pseudonym, the same that the platform's payloads get, so that
what happens there can be told to belong to the session.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from schemas.checking import NO_PSEUDONYM, pseudonymous
from schemas.platforms.source import Naming
from schemas.platforms.webhooks import ROOM_NAMES

NamingOf = Callable[[str], Naming]
"""The naming of a platform."""

_OF_PLATFORM = re.compile(r"([A-Za-z0-9-]+):(.*)", re.DOTALL)


class Room(NamedTuple):
    """A room's code or pseudonym; `platform` is None for a code."""

    code: str
    platform: str | None = None


class NoRoomError(Exception):
    """What cannot be a room; the message is one line and does not quote it."""


def room_called(text: str, naming_of: NamingOf | None) -> Room:
    """The room that `text` names; raises NoRoomError."""
    found = _OF_PLATFORM.fullmatch(text)
    if found is None:
        if not pseudonymous(text):
            raise NoRoomError(NO_PSEUDONYM)
        return Room(text)
    platform, written = found[1].lower(), found[2]
    if platform not in ROOM_NAMES:
        known = ", ".join(sorted(ROOM_NAMES))
        raise NoRoomError(f"what stands before `:` must be a platform: {known}")
    name = ROOM_NAMES[platform](written)
    if not name:
        raise NoRoomError(f"this is no room of {platform}")
    if naming_of is None:
        raise NoRoomError("a platform's room needs a key ring (--keys)")
    return Room(naming_of(platform)("room", name), platform)
