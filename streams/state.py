"""State: what the ledger writes down of a subject, and how it reads it back.

MessagePack arrays. Sorted 64-bit integers, the bulk of all facts, are written as bytes.
Instants inside are integer milliseconds.
"""

import zlib
from array import array
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, Struct


class Published(Struct, frozen=True, array_like=True, gc=False):
    """The last publication of one output id; `body` is kept where it can be retracted."""

    revision: int
    digest: bytes
    signature: str
    at: int
    final: bool
    status: str | None = None
    body: bytes | None = None


class SubjectState(Struct, frozen=True, array_like=True, tag=1):
    """A subject as saved. `rules` is the digest of the policies it was assessed under."""

    facts: Raw
    published: dict[str, Published]
    next_look: int | None
    rules: str
    finished: bool
    faulted: bool


class ClosedMark(Struct, frozen=True, array_like=True, tag=2):
    """What is left of a subject after its corrections: anything for it is too late."""

    until: int


class Mask(int):
    """A set of small whole numbers as bits; MessagePack has no integers beyond 64 bits."""

    __slots__ = ()


class Recent(Struct, frozen=True, array_like=True):
    """What became of the last records before a position, as far as they are counted.

    The `run` latest were refused, one after the other. `refused` has a bit for each of the
    `seen` latest, the last one's lowest: set where it was refused.
    """

    run: int = 0
    seen: int = 0
    refused: Mask = Mask(0)


class Progress(Struct, frozen=True, kw_only=True):
    """Where a partition stands; `low` is the first offset not covered by a state record.

    `now` is the instant of the last look: the next owner's clock does not go back behind it.
    """

    position: int
    low: int
    epoch: int
    partitions: int
    policies: dict[str, str]
    now: int
    recent: Recent = Recent()


def _to_plain(value: Any) -> Any:
    if isinstance(value, array):
        return value.tobytes()
    if isinstance(value, Mask):
        return value.to_bytes((value.bit_length() + 7) // 8, "little")
    raise NotImplementedError(type(value))


def _from_plain(wanted: type, value: Any) -> Any:
    if wanted is array:
        return array("q", value)
    if wanted is Mask:
        return Mask.from_bytes(value, "little")
    raise NotImplementedError(wanted)


_encode = msgspec.msgpack.Encoder(enc_hook=_to_plain).encode
_decode_record = msgspec.msgpack.Decoder(SubjectState | ClosedMark).decode
_decode_progress = msgspec.msgpack.Decoder(Progress, dec_hook=_from_plain).decode


def encode(record: Struct) -> bytes:
    """Bytes of a state or progress record."""
    return _encode(record)


def decode(value: bytes) -> SubjectState | ClosedMark:
    """The state record in `value`."""
    record: SubjectState | ClosedMark = _decode_record(value)
    return record


def decode_progress(value: bytes) -> Progress:
    """The progress record in `value`."""
    return _decode_progress(value)


class FactsDecoder:
    """Reads the facts of one stage from a state record."""

    def __init__(self, facts: type) -> None:
        self._decode: Callable[[Raw], Any] = msgspec.msgpack.Decoder(
            facts, dec_hook=_from_plain
        ).decode

    def __call__(self, raw: Raw) -> Any:
        return self._decode(raw)


def raw(facts: Struct) -> Raw:
    """Facts as they are embedded in a state record."""
    return Raw(_encode(facts))


def pack(record: bytes) -> bytes:
    """A state record made small for keeping in memory."""
    return zlib.compress(record, 1)


def unpack(packed: bytes) -> bytes:
    """The state record again."""
    return zlib.decompress(packed)
