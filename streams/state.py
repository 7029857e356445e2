"""State: what the ledger writes down of a subject, and how it reads it back.

MessagePack arrays. Sorted 64-bit integers, the bulk of all facts, are written as bytes.
Instants inside are integer milliseconds.

Releases run side by side while one replaces the other, so that either may read what the other
wrote. A change of what is written is one of two:
    - a field more, at the end of its array and with a default: an older release passes over it
      and leaves it out of what it writes, a newer one finds the default there. Nothing that is
      published may depend on it before every worker has a release that keeps it;
    - any other: a tag of its own, and the old tag stays readable. What an older release finds
      under a tag that it does not know it refuses, instead of misreading it.
"""

import zlib
from array import array
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw, Struct

PROGRESS_FORM = 1


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
    `form` rises when a field changes its meaning or goes, as a tag does for state records.
    """

    position: int
    low: int
    epoch: int
    partitions: int
    policies: dict[str, str]
    now: int
    recent: Recent = Recent()
    form: int = 1


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


class NewerStateError(Exception):
    """A later release wrote this in a form that this one does not know.

    Only workers write state, and the log has checksums: what cannot be read is not damaged.
    """

    def __init__(self) -> None:
        super().__init__("state written by a newer version: run that one, or a later one")


class _Form(Struct):
    form: int = 1


_encode = msgspec.msgpack.Encoder(enc_hook=_to_plain).encode
_decode_record = msgspec.msgpack.Decoder(SubjectState | ClosedMark).decode
_decode_progress = msgspec.msgpack.Decoder(Progress, dec_hook=_from_plain).decode
_decode_form = msgspec.msgpack.Decoder(_Form).decode


def encode(record: Struct) -> bytes:
    """Bytes of a state or progress record."""
    return _encode(record)


def decode(value: bytes) -> SubjectState | ClosedMark:
    """The state record in `value`.

    Raises:
        NewerStateError: it is none that this release can read.
    """
    try:
        record: SubjectState | ClosedMark = _decode_record(value)
    except msgspec.ValidationError:
        raise NewerStateError from None
    return record


def decode_progress(value: bytes) -> Progress:
    """The progress record in `value`.

    Raises:
        NewerStateError: its form is above ours.
    """
    if _decode_form(value).form > PROGRESS_FORM:
        raise NewerStateError
    return _decode_progress(value)


class FactsDecoder:
    """Reads the facts of one stage from a state record."""

    def __init__(self, facts: type) -> None:
        self._decode: Callable[[Raw], Any] = msgspec.msgpack.Decoder(
            facts, dec_hook=_from_plain
        ).decode

    def __call__(self, raw: Raw) -> Any:
        """Raises NewerStateError if these are no facts that this release can read."""
        try:
            return self._decode(raw)
        except msgspec.ValidationError:
            raise NewerStateError from None


def raw(facts: Struct) -> Raw:
    """Facts as they are embedded in a state record."""
    return Raw(_encode(facts))


def pack(record: bytes) -> bytes:
    """A state record made small for keeping in memory."""
    return zlib.compress(record, 1)


def unpack(packed: bytes) -> bytes:
    """The state record again."""
    return zlib.decompress(packed)
