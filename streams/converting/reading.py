"""Reading: the payloads in a file, each converted, with what was passed over."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from schemas.platforms.bigbluebutton_events import BIGBLUEBUTTON_EVENTS
from schemas.platforms.reports import REPORTS
from schemas.platforms.source import (
    Converted,
    Meeting,
    Naming,
    NotUnderstoodError,
    Payload,
    Report,
    Source,
)
from schemas.platforms.webhooks import WEBHOOKS
from schemas.telemetry import Telemetry

PLATFORMS: dict[str, Source | Report] = {
    **WEBHOOKS,
    **REPORTS,
    BIGBLUEBUTTON_EVENTS.name: BIGBLUEBUTTON_EVENTS,
}

NANOSECONDS = 1_000_000
MARKUP = b"<"


class Found(NamedTuple):
    """The telemetry of a file; `told` says by place and code what was ignored or refused."""

    records: list[Telemetry]
    told: list[str]


def read(file: Path, platform: str, meeting: Meeting, naming: Naming) -> Found:
    """Everything in `file`; raises OSError if it cannot be read.

    A report is one payload. Captured webhooks are one a line, or one alone. What carries no
    time of its own counts as received when the file was last written.
    """
    source = PLATFORMS[platform]
    received_at = file.stat().st_mtime_ns // NANOSECONDS
    body = file.read_bytes()
    found = Found([], [])

    def convert(payload: Payload) -> Converted:
        if isinstance(source, Report):
            return source.convert(payload, meeting, naming)
        return source.convert(payload, naming)

    if isinstance(source, Report):
        _take(found, str(file), convert, Payload(body, received_at))
    else:
        for line, part in _payloads(body):
            _take(found, f"{file}: line {line}", convert, Payload(part, received_at))
    return found


def _take(
    found: Found, place: str, convert: Callable[[Payload], Converted], payload: Payload
) -> None:
    try:
        records, ignored, _ = convert(payload)
    except NotUnderstoodError as error:
        found.told.append(f"{place}: refused: {error}")
        return
    found.records.extend(records)
    for code, times in Counter(ignored).items():
        found.told.append(f"{place}: ignored: {code}" + (f" ({times} times)" if times > 1 else ""))


def _payloads(body: bytes) -> Iterator[tuple[int, bytes]]:
    if body.lstrip().startswith(MARKUP) or _one_value(body):
        yield 1, body
        return
    for line, text in enumerate(body.splitlines(), 1):
        if text.strip():
            yield line, text


def _one_value(body: bytes) -> bool:
    """Whether it is one JSON value, over however many lines."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True
