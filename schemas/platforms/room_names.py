"""Room names: what a platform uses again for its meetings, by one name however it is written.

Payloads and staff write the same room in different ways, as a number or in groups of digits, as
an address or by its name. Each function gives what both come to, before it gets its pseudonym,
and empty text for what can be no room of its platform.
"""

import re
from hashlib import sha1
from unicodedata import normalize

from schemas.platforms.source import Naming

LONGEST = 1_000


def room_of(naming: Naming, room: str) -> str | None:
    """The pseudonym of a room by its one name; None if there is none."""
    return naming("room", room) if room else None


def as_written(written: str) -> str:
    """Of platforms that have one way to write a room."""
    room = written.strip()
    return room if len(room) <= LONGEST else ""


def meeting_number(written: str) -> str:
    """Zoom: 9 to 11 digits, in groups or not."""
    digits = re.sub(r"[\s-]", "", written)
    return digits if re.fullmatch(r"[0-9]{9,12}", digits, re.ASCII) else ""


def meeting_hash(written: str) -> str:
    """BigBlueButton: SHA-1 of the id that the meeting was created with, its external id.

    An internal id, as payloads have it, begins with that, and ends in its time of creation.
    """
    room = as_written(written)
    internal = re.fullmatch(r"([0-9a-f]{40})-[0-9]{13}", room, re.ASCII)
    if internal is not None:
        return internal[1]
    return sha1(room.encode(), usedforsecurity=False).hexdigest() if room else ""


def conference(written: str) -> str:
    """Jitsi: the part of a room's JID before its host, as its pages write a name in there."""
    return _backend_safe(as_written(written).partition("@")[0])


def app_conference(written: str) -> str:
    """JaaS: `AppID/room`, since two apps may have rooms of one name."""
    app, _, room = as_written(written).rpartition("/")
    return f"{_backend_safe(app)}/{_backend_safe(room)}" if app and room else ""


_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_UNSAFE = re.compile(r"[^A-Za-z0-9_.!~*'()-]")


def _backend_safe(room: str) -> str:
    """As Jitsi's getBackendSafeRoomName does; done twice it changes nothing more."""
    return _UNSAFE.sub(_escaped, normalize("NFKC", _ESCAPES.sub(_plain, room)).lower())


def _plain(escapes: re.Match[str]) -> str:
    return bytes.fromhex(escapes[0].replace("%", "")).decode(errors="replace")


def _escaped(letter: re.Match[str]) -> str:
    return "".join(f"%{byte:02x}" for byte in letter[0].encode())
