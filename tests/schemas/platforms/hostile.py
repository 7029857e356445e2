"""Hostile: pseudonyms for tests of adapters, and payloads that no platform would send.

Times are those of `tests.builders`, on 2 March 2026.
"""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import blake2b
from typing import Any

import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from schemas.codec import decode_telemetry, encode
from schemas.platforms.source import Converted, NotUnderstoodError, Payload, Source, Thing
from schemas.telemetry import Telemetry
from tests.builders import SESSION, ms

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from((10**400, "\x00", "x" * 5000, 2**63, -1, 1e308, "", "2026-03-02T10:00:00Z"))
)
ANYTHING = st.recursive(
    SCALARS, lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts), max_leaves=20
)
BROKEN = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"1e400",
    b"\xff",
    b"[" * 100_000,
    b'{"event":' * 100_000,
    b'{"event":"\\u0000"}',
    b'{"event":"\\ud800"}',
    b'{"event":"' + b"x" * 600_000 + b'"}',
)


def name(thing: Thing, key: str) -> str:
    """The pseudonym that tests expect; nothing can be read out of it."""
    assert key
    assert key.strip() == key
    return f"{thing}-{blake2b(key.encode(), digest_size=8).hexdigest()}"


def told(source: Source, payload: Any) -> Converted:
    """What a payload says, given as Python values or as bytes."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return source.convert(Payload(body, ms("12:00")), name)


def refused(source: Source, payload: Any) -> tuple[str, str]:
    """Code and place of the refusal of a payload."""
    with pytest.raises(NotUnderstoodError) as caught:
        told(source, payload)
    error = caught.value
    assert "MARKED" not in f"{error} {error.code} {error.where}"
    assert error.__context__ is None  # The decoder's own words may quote the payload.
    return error.code, error.where


def sound(source: Source, payload: Any) -> bool:
    """Whether it is taken; what comes of it can be written, read again and tells no secret."""
    found = None
    with suppress(NotUnderstoodError):
        found = told(source, payload)
    if found is None:
        refused(source, payload)
        return False
    for record in found.records:
        value = encode(record)
        assert decode_telemetry(value) == record
        assert record.source == source.name
        assert b"MARKED" not in value
    assert "MARKED" not in " ".join(found.ignored)
    return True


def log(source: Source, *payloads: Any, session: str = SESSION) -> list[Telemetry]:
    """The records of several payloads, in the session that `tests.builders` schedules."""
    return [
        replace(record, session=session)
        for payload in payloads
        for record in told(source, payload).records
    ]


def mutated(payloads: Sequence[Any]) -> st.SearchStrategy[Any]:
    """Good payloads with one part of them replaced by anything, removed, or cut as bytes."""
    places = [(payload, path) for payload in payloads for path in _paths(payload)]
    changed = st.builds(_changed, st.sampled_from(places), ANYTHING)
    cut = st.builds(
        lambda payload, at: json.dumps(payload).encode()[:at],
        st.sampled_from(payloads),
        st.integers(0, 600),
    )
    return changed | cut


def _paths(part: Any, path: tuple[Any, ...] = ()) -> Iterable[tuple[Any, ...]]:
    if path:
        yield path
    if isinstance(part, dict):
        for key, each in part.items():
            yield from _paths(each, (*path, key))
    elif isinstance(part, list):
        for at, each in enumerate(part):
            yield from _paths(each, (*path, at))


def _changed(place: tuple[Any, tuple[Any, ...]], value: Any) -> Any:
    payload, path = place
    copy = json.loads(json.dumps(payload))
    part = copy
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    return copy
