"""Conventions: the headers in which dead letters say where they come from and what was wrong.

Ours and those of Kafka Streams (KIP-1034), which are text throughout; Kafka Connect's (KIP-298),
text as well; Spring's `DeadLetterPublishingRecoverer`, whose numbers are big-endian bytes. A
letter may have headers of several, as when a connector fails over one of ours: whoever wrote it
last appended its own, so that the last header tells which convention holds.
"""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from schemas.dead_letter import COUNTED, Header, last
from schemas.dead_parts import PART

Kind = Literal["rollcall", "streams", "connect", "spring", "unknown"]

OURS = frozenset(
    {f"rollcall.{each}" for each in ("reason", "event_id", "source", "redrive")} | {PART}
)
STREAMS, CONNECT, SPRING = "__streams.errors.", "__connect.errors.", "kafka_dlt-"
FOREIGN: dict[str, Kind] = {STREAMS: "streams", CONNECT: "connect", SPRING: "spring"}
UNKNOWN = "unknown"


class Cause(NamedTuple):
    """What failed, as a letter says it; None where it does not.

    `reason` is one of our codes, or the name of an exception without its package.
    """

    kind: Kind
    topic: str | None
    partition: int | None
    offset: int | None
    reason: str
    detail: str


class _Names(NamedTuple):
    topic: str
    partition: str
    offset: str
    reason: str
    detail: str
    number: Callable[[Sequence[Header], str], int | None]


def cause(headers: Sequence[Header]) -> Cause:
    """Where a letter comes from and what was wrong with it."""
    kind = _kind(headers)
    names = NAMES.get(kind)
    if names is None:
        return Cause("unknown", None, None, None, UNKNOWN, "")
    reason = last(headers, names.reason) or UNKNOWN
    return Cause(
        kind,
        last(headers, names.topic),
        names.number(headers, names.partition),
        names.number(headers, names.offset),
        reason if kind == "rollcall" else reason.rpartition(".")[2],
        last(headers, names.detail) or "",
    )


def without_errors(headers: Sequence[Header]) -> list[Header]:
    """The headers that a record had before anybody failed over it."""
    return [each for each in headers if each[0] not in COUNTED and _convention(each[0]) is None]


def _kind(headers: Sequence[Header]) -> Kind:
    # A record that was sent again carries `COUNTED` without being a letter for it.
    kinds = (_convention(name) for name, _ in reversed(headers))
    return next((kind for kind in kinds if kind is not None), "unknown")


def _convention(name: str) -> Kind | None:
    if name in OURS:
        return "rollcall"
    return next((kind for prefix, kind in FOREIGN.items() if name.startswith(prefix)), None)


def _in_digits(headers: Sequence[Header], name: str) -> int | None:
    digits = last(headers, name) or ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None


def _in_bytes(headers: Sequence[Header], name: str) -> int | None:
    number = next((value for known, value in reversed(headers) if known == name), None) or b""
    return int.from_bytes(number, "big") if len(number) in (4, 8) else None


def _named(prefix: str, reason: str, detail: str) -> _Names:
    return _Names(
        f"{prefix}topic", f"{prefix}partition", f"{prefix}offset", reason, detail, _in_digits
    )


NAMES: dict[Kind, _Names] = {
    "rollcall": _named(STREAMS, "rollcall.reason", f"{STREAMS}message"),
    "streams": _named(STREAMS, f"{STREAMS}exception", f"{STREAMS}message"),
    "connect": _named(CONNECT, f"{CONNECT}exception.class.name", f"{CONNECT}exception.message"),
    "spring": _named(
        f"{SPRING}original-", f"{SPRING}exception-fqcn", f"{SPRING}exception-message"
    )._replace(number=_in_bytes),
}
