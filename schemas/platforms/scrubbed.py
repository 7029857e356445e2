"""Scrubbed: the shape of a payload that nobody understood, without what must not be kept.

Nothing is looked for and taken out: only what is known to tell of nobody stays. That is the
structure, the names of fields that some adapter reads, the names of events, booleans, nulls,
empty texts, and instants near the time at which the payload came. Any other text or number
becomes the pseudonym of a code, so that what is equal stays equal, and any other field `?`.

Of what is neither JSON nor BigBlueButton's form, an events.xml for one, only the length and the
kind of the first byte are told.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import ModuleType
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from schemas.codec import LARGEST_BYTES
from schemas.instants import DAY_MS, milliseconds, rfc3339
from schemas.platforms import (
    bigbluebutton,
    bigbluebutton_mapped,
    bigbluebutton_raw,
    daily,
    jaas,
    jitsi,
    livekit,
    recall,
    zoom,
    zoom_payload,
)
from schemas.platforms.form import unescaped
from schemas.platforms.source import Naming, Payload

UNKNOWN = "?"
"""A field that no adapter reads; or what is beyond a limit."""

DEEPEST = 16
MOST_VALUES = 2_000
"""Values that are told of one payload: with their fields they stay below 256 KiB."""

MOST_FORM_FIELDS = 8

PAST_MS, FUTURE_MS = 31 * DAY_MS, DAY_MS
"""How far from when it came a payload may tell an instant. One far off, such as somebody's date
of birth, is none that a webhook tells of; a number that happens to be near must be in a field of
times, since it may be a telephone's."""

SHAPES = (
    bigbluebutton,
    bigbluebutton_mapped,
    bigbluebutton_raw,
    daily,
    jaas,
    jitsi,
    livekit,
    recall,
    zoom_payload,
)

TIMES = frozenset(
    ("createdAt", "timestamp", "ts", "time", "joined_at", "left_at", "destroyed_at", "end_ts")
)
"""Fields with unix times, in seconds or milliseconds."""

EVENTS = frozenset(
    [
        *zoom.EVENTS,
        *zoom.OF_NO_USE,
        *livekit.EVENTS,
        *livekit.PASSED_OVER,
        *bigbluebutton_raw.EVENTS,
        *bigbluebutton_raw.PASSED_OVER,
        *bigbluebutton_mapped.EVENTS,
        *bigbluebutton_mapped.PASSED_OVER,
        *jitsi.EVENTS,
        *jitsi.OF_NO_USE,
        *jaas.EVENTS,
        *jaas.OF_NO_USE,
        *daily.EVENTS,
        *daily.OF_NO_USE,
        *(f"{recall.PREFIX}{kind}" for kind in recall.KINDS),
        *recall.PASSED_OVER,
    ]
)


def _shapes(module: ModuleType) -> Iterator[type[Struct]]:
    """The shapes that an adapter reads, without those of the records that it writes."""
    for each in vars(module).values():
        if (
            isinstance(each, type)
            and issubclass(each, Struct)
            and each.__module__ == module.__name__
        ):
            yield each


FIELDS = frozenset(
    field.encode_name for module in SHAPES for shape in _shapes(module) for field in fields(shape)
)

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_UNIX = re.compile(r"[0-9]{10}(?:[0-9]{3})?", re.ASCII)
_KINDS = (
    (re.compile(rb"\s"), "blank"),
    (re.compile(rb"[A-Za-z]"), "letter"),
    (re.compile(rb"[0-9]"), "digit"),
    (re.compile(rb"[\[{]"), "bracket"),
    (re.compile(rb"<"), "markup"),
    (re.compile(rb"[!-~]"), "sign"),
    (re.compile(rb"[\x80-\xff]"), "not ASCII"),
)


def scrubbed(payload: Payload, name: Naming) -> bytes:
    """JSON that shows what `payload` was like, and tells nothing of anybody."""
    body = payload.body
    told = _told(body) if len(body) <= LARGEST_BYTES else NOTHING
    if told is NOTHING:
        return msgspec.json.encode(_outline(body))
    return msgspec.json.encode(_Scrubber(payload.received_at, name).value(told))


NOTHING = object()


def _told(body: bytes) -> Any:
    """What a body says: JSON, or a form with JSON in its field `event`."""
    told = _json(body)
    pairs = [pair.partition(b"=") for pair in body.split(b"&", MOST_FORM_FIELDS)]
    if told is not NOTHING or not any(key == b"event" for key, _, _ in pairs):
        return told
    form = {}
    for key, _, value in pairs:
        text = unescaped(value)
        read = _json(text)
        form[key.decode("ascii", "replace")] = _outline(text) if read is NOTHING else read
    return form


def _json(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return NOTHING


class Outline(Struct):
    """All that is told of what cannot be read."""

    bytes: int
    first: str


def _outline(text: bytes) -> Outline:
    kinds = (kind for first, kind in _KINDS if first.match(text))
    return Outline(len(text), next(kinds, "control" if text else "none"))


class _Scrubber:
    """One payload on its way through; it counts the values told."""

    def __init__(self, received_at: int, name: Naming) -> None:
        self._received_at = received_at
        self._name = name
        self._left = MOST_VALUES

    def value(self, value: Any, field: str = "", depth: int = 0) -> Any:
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return UNKNOWN
        match value:
            case dict():
                return self._fields(value, depth + 1)
            case list():
                return list(self._items(value, field, depth + 1))
            case Outline() | None | bool():
                return value
            case _:
                return self._leaf(value, field)

    def _fields(self, told: Mapping[str, Any], depth: int) -> Mapping[str, Any]:
        fields: dict[str, Any] = {}
        for key, value in told.items():
            known = key if key in FIELDS else f"{UNKNOWN}{len(fields)}"
            fields[known] = self.value(value, key, depth)
            if self._left < 0:
                break
        return fields

    def _items(self, told: Sequence[Any], field: str, depth: int) -> Iterator[Any]:
        for each in told:
            yield self.value(each, field, depth)
            if self._left < 0:
                break

    def _leaf(self, value: str | float, field: str) -> str | int:
        text = str(value).encode("utf-8", "replace").decode().strip()
        if not text or text in EVENTS:
            return text
        instant = self._instant(text)
        if instant is not None:
            return instant
        unix = self._unix(text) if field in TIMES else None
        if unix is not None:
            return str(unix) if isinstance(value, str) else unix
        return self._name("code", text)

    def _unix(self, text: str) -> int | None:
        """A unix time as it is, without fractions."""
        whole = text.partition(".")[0]
        if not _UNIX.fullmatch(whole):
            return None
        at = int(whole) * (1 if len(whole) > 10 else 1_000)
        return int(whole) if self._near(at) else None

    def _instant(self, text: str) -> str | None:
        """An instant in RFC 3339, to the millisecond and in UTC: more digits could be anything."""
        if not _INSTANT.fullmatch(text):
            return None
        try:
            at = milliseconds(datetime.fromisoformat(text))
        except ValueError:
            return None
        return rfc3339(at) if self._near(at) else None

    def _near(self, at: int) -> bool:
        return self._received_at - PAST_MS <= at <= self._received_at + FUTURE_MS
