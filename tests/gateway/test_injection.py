"""Injection: texts that some reader would obey are nowhere but behind pseudonyms, or refused."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from random import Random
from typing import Any

import pytest

from schemas.topics import TOPICS
from tests.gateway.door import PLAIN_PRODUCER, PRODUCER, STAFF, Door
from tests.gateway.marks import EXAMPLES, marked
from tests.schemas.platforms.test_zoom import GOOD

HOSTILE = {
    "'; DROP TABLE sessions;--": "DROP TABLE",
    "a\r\nFAKE LOG LINE": "FAKE LOG LINE",
    "${jndi:ldap://x}": "jndi",
    "<script>alert(1)</script>": "<script",
    "{{7*7}}%n%s": "{{7*7}}",
    "\x1b[2J\u202egnp.exe": "gnp.exe",
}
MOST = 800
"""Requests of one folder; of every field and every text some are among them."""

FOLDERS = {
    "telemetry": (("/v1/events", PRODUCER), ("/v1/events", PLAIN_PRODUCER), ("/v1/care", STAFF)),
    "care": (("/v1/care", STAFF),),
    "identities": (("/v1/care", STAFF),),
    "door": (("/v1/care", STAFF),),
}


def requests(folder: str) -> Iterator[tuple[str, str, Any]]:
    """Each text field of each example with each of the hostile texts in turn."""
    for file in sorted((EXAMPLES / folder).glob("*.json")):
        record = json.loads(file.read_bytes())
        for text in HOSTILE:
            for each in marked(record, cycle([text]).__next__, str):
                for path, token in FOLDERS[folder]:
                    yield path, token, each.content


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_hostile_text_in_any_field_of_any_record(door: Door, folder: str) -> None:
    found = list(requests(folder))
    tried = Random(7).sample(found, min(len(found), MOST))
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda asked: door.post(asked[0], asked[2], asked[1]), tried))
    assert {reply.status for reply in replies} == {200, 422}
    nowhere(door, *(reply.body.decode() for reply in replies))


def test_a_hostile_text_in_any_field_of_a_webhook(door: Door) -> None:
    payloads = [
        each.content
        for payload in GOOD[:3]
        for text in HOSTILE
        for each in marked(payload, cycle([text]).__next__)
    ]
    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(lambda payload: door.webhook("zoom", payload), payloads))
    assert {reply.status for reply in replies} == {200}
    nowhere(door, *(reply.body.decode() for reply in replies))


def test_a_hostile_text_in_a_path_or_a_header(door: Door) -> None:
    for word in ("%27%3B+DROP+TABLE+x", "a%0D%0AFAKE%20LOG%20LINE", "$%7Bjndi:ldap://x%7D"):
        assert door.ask("POST", f"/webhooks/{word}/north", b"{}").status == 404
        assert door.ask("POST", f"/webhooks/zoom/{word}", b"{}").status == 404
    for word in ("${jndi:ldap://x}", "<script>", "'; DROP TABLE x"):
        reply = door.ask("POST", "/v1/events", b"{}", **{"Content-Type": word, "User-Agent": word})
        assert reply.status == 415
        assert door.ask("POST", "/v1/events", b"{}", Authorization=f"Bearer {word}").status >= 400
    nowhere(door)


def nowhere(door: Door, *answers: str) -> None:
    """Neither on the log, nor in what the door says of itself, nor in its answers."""
    left = [door.log, door.scrape(), *answers]
    for topic in TOPICS:
        left += [
            f"{entry.key!r} {entry.value!r} {entry.headers!r}" for entry in door.entries(topic.name)
        ]
    everything = "\n".join(left)
    assert not [word for word in HOSTILE.values() if word in everything]
    assert all(" INFO " in line for line in door.log.splitlines()), door.log
    assert 'status="500"' not in door.scrape()
