"""Marks: values that must not come out, put into every field that there is, and a search for them.

A mark has `SECRET` in it, or `CODE` where it looks like a code that operators may choose.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from schemas.instants import milliseconds, rfc3339
from schemas.platforms.bigbluebutton import BIGBLUEBUTTON, BIGBLUEBUTTON_MAPPED
from tests.builders import ms
from tests.gateway.door import now_ms
from tests.schemas.platforms import (
    test_bigbluebutton,
    test_daily,
    test_jaas,
    test_jitsi,
    test_livekit,
    test_recall,
    test_zoom,
)

SECRET, CODE, ALLOWED = "MARK-7f3a", "KODE-7f3a", "OKAY-7f3a-evening"
EXAMPLES = Path("schemas/examples")
HOUR_MS = 3_600_000
SEPTEMBER_MS = 1_790_000_000_000

BIG = test_bigbluebutton
PAYLOADS: Mapping[str, tuple[int, list[Any]]] = {
    "zoom": (ms("10:00"), test_zoom.GOOD),
    "livekit": (SEPTEMBER_MS, test_livekit.PAYLOADS),
    BIGBLUEBUTTON.name: (SEPTEMBER_MS, [*BIG.RAW_EVENTS, BIG.CREATED]),
    BIGBLUEBUTTON_MAPPED.name: (SEPTEMBER_MS, BIG.MAPPED_EVENTS),
    "jitsi": (ms("10:00"), test_jitsi.GOOD),
    "jaas": (ms("10:00"), test_jaas.GOOD),
    "daily": (ms("10:00"), test_daily.GOOD),
    "recall": (SEPTEMBER_MS, test_recall.PAYLOADS),
}
"""Payloads of every platform, and the time about which they tell."""

_numbers = count(1)


class Marked(NamedTuple):
    """Something to send with one mark in it, and in which field."""

    field: str
    mark: str
    content: Any


def secret() -> str:
    """A name, an address or a number that is somebody's; another one each time."""
    number = f"{next(_numbers):04x}"
    shapes = (f"Jane {SECRET}-{number} Doe", f"{SECRET}-{number}@example.org", f"{SECRET}-{number}")
    return shapes[int(number, 16) % 3]


def code() -> str:
    return f"{CODE}-{next(_numbers):04x}"


def payloads(platform: str) -> Iterator[Marked]:
    """Each payload with a mark in one of its fields, or in a field that nobody knows."""
    about, found = PAYLOADS[platform]
    for payload in found:
        recent = shifted(payload, now_ms() - 2 * HOUR_MS - about)
        yield Marked("", "", recent)
        yield from marked(recent, secret)


def examples(topic: str, spaced: bool) -> Iterator[Marked]:
    """Each example record with a mark in one of its text fields, or in an unknown one."""
    for file in sorted((EXAMPLES / topic).glob("*.json")):
        yield from marked(json.loads(file.read_bytes()), address if spaced else code, str)


def address() -> str:
    return f"{SECRET}-{next(_numbers):04x} @example.org"


def marked(value: Any, mark: Callable[[], str], kinds: type = object) -> Iterator[Marked]:
    """`value` with a mark in each of its values of such a kind in turn, and in each object."""
    for field, path in places(value, kinds):
        told = mark()
        whole = {"": json.loads(json.dumps(value))}
        part: Any = whole
        *before, last = ("", *path)
        for key in before:
            part = part[key]
        part[last] = part[last] | {told: {told: [told]}} if isinstance(part[last], dict) else told
        yield Marked(field, told, whole[""])


def places(
    value: Any, kinds: type, path: tuple[Any, ...] = (), field: str = ""
) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Every object and every value of such a kind, with its field's name and the way to it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict):
        yield field, path
    for key, each in inner:
        name = key if isinstance(key, str) else field
        if isinstance(each, dict | list):
            yield from places(each, kinds, (*path, key), name)
        elif isinstance(each, kinds):
            yield name, (*path, key)


def shifted(value: Any, by_ms: int) -> Any:
    """The same payload, so much later."""
    match value:
        case dict():
            return {key: shifted(each, by_ms) for key, each in value.items()}
        case list():
            return [shifted(each, by_ms) for each in value]
        case str() if re.fullmatch(r"2026-\d\d-\d\dT[\d:.]+Z", value):
            return rfc3339(milliseconds(datetime.fromisoformat(value)) + by_ms)
        case str() if re.fullmatch(r"1[67]\d{8}(\d{3})?", value):
            return str(shifted(int(value), by_ms))
        case bool():
            return value
        case int() | float() if 1.6e9 < value < 1.9e9:
            return value + by_ms // 1000
        case int() | float() if 1.6e12 < value < 1.9e12:
            return value + by_ms
    return value


def found(text: str, word: str) -> bool:
    """Whether `word` is in `text`, however it is written: as it is, in base64, escaped or hex."""
    return any(each in text.lower() if each.islower() else each in text for each in forms(word))


def forms(word: str) -> Iterable[str]:
    for told in {word, word.lower(), word.upper()}:
        yield from (told.lower(), told.encode().hex())
        yield "".join(f"\\u{ord(letter):04x}" for letter in told)
        yield "".join(f"%{ord(letter):02x}" for letter in told)
        for offset in range(3):
            # Of what stands before and after it, only letters that the word alone decides.
            text = base64.b64encode(b"\0" * offset + told.encode()).decode().rstrip("=")
            whole = (len(told) + offset) * 8 // 6
            yield text[-(-offset * 8 // 6) : whole]


def digests(marks: Iterable[str]) -> set[str]:
    """What a mark becomes without a key, by which anybody could try names."""
    return {
        hashlib.new(algorithm, each.encode()).hexdigest()
        for mark in marks
        for each in (mark, mark.lower())
        for algorithm in ("md5", "sha1", "sha256")
    }
