"""Fuzz: whatever comes, the door neither fails nor stores anything of what it refuses."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateway.door import (
    BY_PLATFORM,
    EVENT,
    EVENTS,
    JSON,
    NDJSON,
    PRODUCER,
    STAFF,
    Door,
    Reply,
    joined,
    now_ms,
)
from tests.schemas.platforms.hostile import ANYTHING, BROKEN, mutated
from tests.schemas.platforms.test_zoom import GOOD

bounded = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
REFUSALS = {400, 401, 403, 404, 405, 408, 413, 415, 417, 422, 429}
CLOUD = {
    "specversion": "1.0",
    "id": "c",
    "source": "/x",
    "type": "t",
    "time": "2026-11-25T03:02:00Z",
    "data": joined(1),
}
TOKEN_LETTERS = st.characters(min_codepoint=33, max_codepoint=126)
NAMES = st.text(st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=126), min_size=1)
HEADERS = st.dictionaries(
    st.sampled_from(["Authorization", "Content-Type", "traceparent", "Content-Encoding", "Expect"])
    | NAMES.map(lambda name: f"X-{name}"),
    st.text(TOKEN_LETTERS, max_size=60),
    max_size=4,
)


def as_bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode(errors="replace")


BODIES = (
    st.binary(max_size=200)
    | st.sampled_from(BROKEN)
    | ANYTHING.map(as_bytes)
    | mutated([joined(1), [joined(1), joined(2)], CLOUD, [CLOUD]]).map(as_bytes)
)


@pytest.fixture(autouse=True, scope="module")
def nothing_odd(door: Door) -> Iterator[None]:
    """In the end the door has neither failed nor complained."""
    yield
    assert 'status="500"' not in door.scrape()
    assert all(" INFO " in line for line in door.log.splitlines()), door.log


def sound(door: Door, reply: Reply, before: dict[str, int]) -> None:
    """An answer of the contract; what it refuses is nowhere."""
    if reply.status != 200:
        assert reply.status in REFUSALS, reply
        assert reply.error
        assert door.stored() == before


@bounded
@given(
    BODIES,
    st.sampled_from([JSON, NDJSON, EVENT, EVENTS]),
    st.sampled_from([("/v1/events", PRODUCER), ("/v1/care", STAFF)]),
)
def test_any_body_of_those_who_may_send(
    door: Door, body: bytes, content: str, who: tuple[str, str]
) -> None:
    before = door.stored()
    sound(door, door.post(who[0], body, who[1], content), before)


@bounded
@given(BODIES, HEADERS, st.sampled_from(["/v1/events", "/v1/care", "/webhooks/zoom/north"]))
def test_any_headers(door: Door, body: bytes, headers: dict[str, str], path: str) -> None:
    before = door.stored()
    sound(door, door.ask("POST", path, body, **headers), before)


@bounded
@given(mutated(GOOD).map(as_bytes) | BODIES, st.sampled_from(sorted(BY_PLATFORM)))
def test_any_body_that_a_platform_signs(door: Door, body: bytes, platform: str) -> None:
    """What cannot be understood is a dead letter: the platform is not to send it for ever."""
    sender = BY_PLATFORM[platform]
    before = door.stored()
    tail = "events/occupant/joined" if platform == "jitsi" else ""
    reply = door.send(platform, sender.send(body, sender.secrets[0], now_ms()), tail=tail)
    sound(door, reply, before)
    if reply.status == 200 and "accepted" in reply.said and not reply.said.get("stored_before"):
        grown = sum(door.stored().values()) - sum(before.values())
        assert grown >= reply.said["accepted"] + reply.said["refused"]
