"""Again: the record that a letter was made of, as it is sent again.

Key, value and headers are the original's. The headers that say what was wrong are taken off, and
two are put on, for the next letter to count on: how many-th attempt this is, and when the first
one failed.

The partition is the one that Kafka's own clients choose for the key. That alone mends `misrouted`
records. One whose key was not its subject (`wrong_key`), or that had none (`null_key`), would
fail again as it is, for certain; it goes under the key that its stage wants, which stands in the
record itself, wherever that can be read.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from schemas.codec import ERRORS, decode_care, decode_telemetry
from schemas.dead_letter import ATTEMPT, FIRST_FAILED_AT, Header
from schemas.topics import CARE, TELEMETRY
from streams.deadletters.conventions import without_errors
from streams.deadletters.letter import Letter

SOURCES = (TELEMETRY.name, CARE.name)
"""What stages read: whatever else is ours, only stages and importers may write to."""

KEYLESS = ("wrong_key", "null_key")

_SUBJECTS: dict[str, tuple[Callable[[bytes | None], Any], str]] = {
    TELEMETRY.name: (decode_telemetry, "session"),
    CARE.name: (decode_care, "participant"),
}


class Record(NamedTuple):
    """What is sent."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[Header]


def again(letter: Letter, to: str | None, prefix: str) -> Record:
    """The record as it is sent `to` a topic, or to the one it came from."""
    topic = to or letter.cause.topic or ""
    headers = [(name, value or b"") for name, value in without_errors(letter.headers)]
    headers.append((ATTEMPT, str(letter.attempt + 1).encode()))
    headers.append((FIRST_FAILED_AT, letter.first_failed_at.encode()))
    return Record(topic, _key(letter, topic.removeprefix(prefix)), letter.value, headers)


def _key(letter: Letter, source: str) -> bytes | None:
    if letter.cause.reason not in KEYLESS or source not in _SUBJECTS:
        return letter.key
    decode, subject = _SUBJECTS[source]
    try:
        return str(getattr(decode(letter.value), subject)).encode()
    except ERRORS:
        return letter.key
