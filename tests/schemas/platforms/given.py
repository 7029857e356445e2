"""Given: pseudonyms for tests, and what must hold of whatever comes out of an adapter."""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import strategies as st

from schemas.codec import decode_telemetry, encode
from schemas.platforms.source import Converted, NotUnderstoodError, Payload, Source, Thing
from schemas.telemetry import Telemetry

MARK = "MARKED"
"""Begins every value in a test's payloads that must not get past an adapter."""


def naming(thing: Thing, name: str) -> str:
    return f"{thing[0]}-{sha256(f'{thing}:{name}'.encode()).hexdigest()[:16]}"


def convert(source: Source, body: bytes | dict[str, Any], received_at: int = 0) -> Converted:
    """Converts, and holds what comes out against what no adapter may let through."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    converted = source.convert(Payload(text, received_at), naming)
    sound(converted)
    return converted


def records(source: Source, body: bytes | dict[str, Any]) -> tuple[Telemetry, ...]:
    converted = convert(source, body)
    assert converted.ignored == ()
    return converted.records


def only(source: Source, body: bytes | dict[str, Any]) -> Any:
    (record,) = records(source, body)
    return record


def sound(converted: Converted) -> None:
    """Every record encodes and decodes, and nothing marked is anywhere."""
    for record in converted.records:
        text = encode(record)
        assert decode_telemetry(text) == record
        assert MARK not in text.decode()
    assert MARK not in str(converted)
    assert len({record.id for record in converted.records}) == len(set(converted.records))


def refused(source: Source, body: bytes | dict[str, Any]) -> str:
    """The code of the refusal, which quotes nothing."""
    with pytest.raises(NotUnderstoodError) as caught:
        convert(source, body)
    assert MARK not in str(caught.value)
    assert caught.value.__cause__ is None
    return caught.value.code


def converted_or_refused(source: Source, body: bytes) -> None:
    """Whatever the bytes are, nothing else happens."""
    try:
        converted = source.convert(Payload(body, 0), naming)
    except NotUnderstoodError as error:
        refusal = str(error)
    else:
        sound(converted)
        return
    assert MARK not in refusal


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from([10**100, "1" * 5_000, "\0", "\ud800", "\u202e", -1, 1e308, ""]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(value, dict | list):
        return [path]
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    return [path, *(found for key, each in inner for found in paths(each, (*path, key)))]


@st.composite
def mutated(draw: Callable[..., Any], payloads: Sequence[dict[str, Any]]) -> bytes:
    """A good payload with one value replaced by anything, or bytes of it changed."""
    payload = json.loads(json.dumps(draw(st.sampled_from(payloads))))
    path = draw(st.sampled_from(paths(payload)[1:]))
    inner = payload
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = draw(JSON)
    text = json.dumps(payload).encode()
    if draw(st.booleans()):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(st.binary(max_size=4)) + text[place + draw(st.integers(0, 4)) :]
    return text


def deep(levels: int = 200_000) -> bytes:
    return b"[" * levels + b"]" * levels
