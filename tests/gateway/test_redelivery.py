"""Redelivery: a webhook that comes again, in whatever order, changes nothing that is published."""

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from schemas.dead_letter import Entry
from schemas.policy import Policies
from schemas.topics import TELEMETRY
from streams.ledger import Ledger
from streams.session.stage import session_stage
from streams.stage import Pacing
from tests.builders import ms
from tests.gateway.door import STAFF, Door
from tests.live import policies
from tests.schemas.platforms.test_zoom import BREAKOUT, ENDED, GOOD, chat, joined, left

TIMES = 10
PLAN: dict[str, Any] = {
    "type": "session_scheduled",
    "id": "plan",
    "source": "calendar",
    "at": "2026-03-01T10:00:00Z",
    "session": "Monday group",
    "revision": 1,
    "program": "evening",
    "kind": "group",
    "starts_at": "2026-03-02T10:00:00Z",
    "ends_at": "2026-03-02T12:00:00Z",
    "room": "zoom:98765432101",
    "roster": [{"participant": "zoom:zoomUser1"}, {"participant": "zoom:registrant2"}],
}
OTHER = {
    "user_id": "16780000",
    "participant_user_id": "",
    "id": "",
    "registrant_id": "registrant2",
    "customer_key": "",
    "email": "person-2@example.org",
}
WEBHOOKS: list[Any] = [
    # Whoever becomes host is not scored.
    *(each for each in GOOD if not each["event"].endswith("role_changed")),
    left("10:40:00"),
    joined("10:45:00", user_id="16779999"),
    joined("10:05:00", **OTHER),
    chat("10:21:00"),
    left("11:50:00", **OTHER),
    BREAKOUT,
    ENDED,
]


@pytest.fixture
def door(broker: Any, prefix: str, tmp_path: Path) -> Iterator[Door]:
    with Door(broker.bootstrap, prefix, tmp_path) as door:
        yield door


def published(entries: Sequence[Entry], rules: Policies) -> list[dict[str, Any]]:
    """Everything that the session stage says of these records, but for how many they were."""
    ledger = Ledger(session_stage(rules), Pacing())
    now = ms("15:00")
    ledger.take(
        Entry(offset, now, entry.key, entry.value, entry.headers)
        for offset, entry in enumerate(entries)
    )
    checkpoint = ledger.checkpoint(now, everything=True)
    assert not checkpoint.dead_letters
    assert not checkpoint.faults
    told = [json.decode(change.value) for change in checkpoint.changes]
    assert len(told) >= 2 * len(PLAN["roster"])
    return sorted((without_position(each) for each in told), key=lambda each: str(each["id"]))


def without_position(told: Any) -> Any:
    if isinstance(told, dict):
        return {key: without_position(each) for key, each in told.items() if key != "position"}
    return [without_position(each) for each in told] if isinstance(told, list) else told


def deliver(door: Door, webhooks: Sequence[Any]) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda each: door.webhook("zoom", each), webhooks))
    assert {reply.status for reply in replies} == {200}
    return [reply.said for reply in replies]


def test_a_webhook_redelivered_ten_times_changes_nothing(door: Door) -> None:
    rules, shuffled = policies(), random.Random(7)
    assert door.post("/v1/care", PLAN, STAFF).status == 200
    # A plan is known a moment after it is stored, and what is sent meanwhile has none.
    numbers = count()
    door.until(lambda: known(door, next(numbers)))
    start = len(door.entries(TELEMETRY.name))
    plan = door.entries(TELEMETRY.name)[:1]

    for webhook in WEBHOOKS:
        assert deliver(door, [webhook])[0]["accepted"] >= 0
    once = door.entries(TELEMETRY.name)[start:]
    result = published([*plan, *once], rules)
    assert {score["standing"] for score in result if "standing" in score}

    again = WEBHOOKS * TIMES
    shuffled.shuffle(again)
    assert all(said.get("stored_before") for said in deliver(door, again))
    assert len(door.entries(TELEMETRY.name)) == start + len(once)

    # A door that was started anew remembers none of them.
    door.kill()
    door.start()
    shuffled.shuffle(again)
    deliver(door, again)
    everything = door.entries(TELEMETRY.name)[start:]
    assert len(everything) > len(once)
    assert {entry.value for entry in once} >= {
        entry.value for entry in everything if b'"capabilities"' not in (entry.value or b"")
    }
    assert published([*plan, *everything], rules) == result
    shuffled.shuffle(everything)
    assert published([*everything, *plan], rules) == result


def known(door: Door, number: int) -> bool:
    """Whether the door knows the plan: an event of a moment that is not told of otherwise."""
    probe = chat(f"10:59:{number:02}", message_id=f"probe-{number}")
    assert door.webhook("zoom", probe).status == 200
    plan, *_, told = door.records(TELEMETRY.name)
    return bool(plan["session"] == told["session"])
