"""Dead parts: a dead letter that is too large for its topic, cut up and put together again.

A producer may compress better than we do, and the headers that say why come on top. Nothing of
the original is lost: the whole record (key, value, headers) is packed as MessagePack and cut
into slices. Each part carries the headers of the reason and `rollcall.part: i/n`; the parts of
one letter come in order in one partition, where those of another stage's may lie among them.
"""

from collections.abc import Sequence

import msgspec

from schemas.dead_letter import Entry, Header
from schemas.topics import DEAD_LETTERS

PART = "rollcall.part"
ROOM = 64 * 1024
SLICE_BYTES = DEAD_LETTERS.max_message_bytes - ROOM
"""What fits into one message beside the headers of a reason, even without compression."""

Original = tuple[bytes | None, bytes | None, list[Header]]

_read = msgspec.msgpack.Decoder(Original).decode


def fits(key: bytes | None, value: bytes | None, headers: Sequence[Header]) -> bool:
    """Whether a record with these parts fits into the dead letter topic as it is."""
    named = sum(len(name.encode()) + len(text or b"") + 10 for name, text in headers)
    return len(key or b"") + len(value or b"") + named <= SLICE_BYTES + ROOM // 2


def cut(
    key: bytes | None, value: bytes | None, headers: Sequence[Header], reason: Sequence[Header]
) -> list[Entry]:
    """The original record as parts that carry `reason`, without a key of their own."""
    packed = msgspec.msgpack.encode((key, value, headers))
    starts = range(0, len(packed), SLICE_BYTES)
    return [
        Entry(
            0,
            0,
            None,
            packed[start : start + SLICE_BYTES],
            [*reason, (PART, f"{number}/{len(starts)}".encode())],
        )
        for number, start in enumerate(starts, 1)
    ]


def join(values: Sequence[bytes]) -> Original:
    """Key, value and headers of the original, from the values of all its parts in order.

    Raises:
        msgspec.DecodeError: parts are missing.
    """
    original: Original = _read(b"".join(values))
    return original
