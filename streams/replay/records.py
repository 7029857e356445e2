"""Records of the past: what the source topics hold, as the local runner takes it."""

from collections.abc import Iterator

import msgspec

from schemas.care import SessionResult
from schemas.topics import CARE, TELEMETRY
from streams.local import Routed
from streams.reading import read_topic

RESULT = SessionResult.__struct_config__.tag


class Tagged(msgspec.Struct):
    """The type of a record, before the codec sees it."""

    type: str | None = None


_read_tag = msgspec.json.Decoder(Tagged).decode


def from_topics(bootstrap: str, prefix: str) -> Iterator[Routed]:
    """Everything committed on the source topics.

    Results of the live worker are left out: they are measured anew. Raises ReadingError.
    """
    for entry in read_topic(bootstrap, prefix + TELEMETRY.name):
        yield Routed(False, entry)
    for entry in read_topic(bootstrap, prefix + CARE.name):
        if not _measured(entry.value):
            yield Routed(True, entry)


def _measured(value: bytes | None) -> bool:
    try:
        return _read_tag(value or b"").type == RESULT
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
