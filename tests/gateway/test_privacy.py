"""Privacy: nothing of what senders say of people is anywhere behind the door, whatever they send.

Marked values stand in every field of payloads of every platform and of every record, go through
a real door, broker, worker and sink, and are looked for in everything that these leave behind.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.pool import NullPool

from schemas.instants import rfc3339
from schemas.topics import CARE, DEAD_LETTERS, SCORES, TELEMETRY, TOPICS
from streams.machine.kafka import Broker
from streams.machine.ports import LOOPBACK, free_port
from tests.gateway import marks
from tests.gateway.door import STAFF, Door, now_ms
from tests.gateway.marks import ALLOWED, CODE, SECRET, Marked
from tests.kafka.workers import PARTITIONS, Workers
from tests.schemas.platforms.test_bigbluebutton import form

ROOMS = ("zoom:987 6543 2101", "daily:evening", "jitsi:evening", "livekit:MARKED-TOPIC")
CODES = {"program", "reason", "reason_code", "outcome_code", "about", "target"}
"""Fields in which the operator's systems have codes of their own, or ids of what we published."""

SENDERS = 8


def plan(number: int, room: str) -> dict[str, Any]:
    """A session of the last two hours in a platform's room."""
    now = now_ms()
    return {
        "type": "session_scheduled",
        "id": f"{SECRET}-plan-{number}",
        "source": f"{SECRET}-calendar",
        "at": rfc3339(now - 3 * marks.HOUR_MS),
        "session": f"{SECRET} group {number}",
        "revision": 1,
        "program": ALLOWED,
        "kind": "group",
        "starts_at": rfc3339(now - 2 * marks.HOUR_MS),
        "ends_at": rfc3339(now),
        "room": room,
        "hosts": [f"{SECRET}-host@example.org"],
        "roster": [{"participant": f"Jane {SECRET} Doe"}, {"participant": "zoom:zoomUser1"}],
    }


def identity(platform: str, name: str) -> dict[str, Any]:
    told = {"type": "identity", "id": f"{SECRET}-{platform}", "source": SECRET}
    who = {"alias": f"{platform}:{name}", "participant": f"Jane {SECRET} Doe"}
    return {**told, "at": rfc3339(now_ms()), **who}


def sent(door: Door, platform: str, payload: Any) -> bytes:
    """What the door answered to a webhook."""
    if platform.startswith("bigbluebutton"):
        reply = door.webhook(platform, form(payload, sent=now_ms()))
    elif platform == "jitsi":
        tail = str(payload.get("event")) if isinstance(payload, dict) else ""
        known = tail in ("occupant/joined", "occupant/left", "room/destroyed")
        body = payload.get("body") if isinstance(payload, dict) else payload
        reply = door.webhook(platform, body, tail=f"events/{tail}" if known else "events/x")
    else:
        reply = door.webhook(platform, payload)
    assert reply.status == 200, (platform, reply)
    return reply.body


def everything(door: Door, marked: Mapping[str, list[Marked]]) -> list[bytes]:
    """Send all of it; what the door answered."""
    with ThreadPoolExecutor(SENDERS) as pool:
        answers = [
            pool.submit(sent, door, platform, each.content)
            for platform in marks.PAYLOADS
            for each in marked[platform]
        ]
        for topic, path in (("telemetry", "/v1/events"), ("care", "/v1/care"), ("own", "/v1/care")):
            token = {"token": STAFF} if path == "/v1/care" else {}
            answers += [
                pool.submit(lambda p=path, t=token, c=each.content: door.post(p, c, **t).body)
                for each in marked[topic]
            ]
        return [answer.result() for answer in answers]


@contextmanager
def sinking(door: Door, database_url: str, port: int) -> Iterator[None]:
    """A sink from these topics into the database; its log stands beside the door's."""
    told = {"ROLLCALL_DATABASE_URL": database_url, "ROLLCALL_METRICS_PORT": str(port)}
    where = {"ROLLCALL_BOOTSTRAP": door.bootstrap, "ROLLCALL_TOPIC_PREFIX": door.prefix}
    command = (sys.executable, "-m", "streams.commands", "sink")
    with (door.folder / "sink.log").open("ab") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **where, **told}, stdout=log, stderr=log
        )
    yield
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def scraped(port: int) -> str:
    with urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=30) as answer:
        return str(answer.read().decode())


def rows(database_url: str) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.connect() as connection:
        return {
            table: [
                str(row[0]) for row in connection.execute(text(f"SELECT t::text FROM {table} t"))
            ]
            for table in inspect(engine).get_table_names()
        }


def topics(door: Door) -> dict[str, str]:
    """Everything on the log: keys, values and headers."""
    return {
        f"topic {topic.name}": "\n".join(
            f"{entry.key!r} {(entry.value or b'').decode(errors='backslashreplace')} "
            f"{[(name, value.decode(errors='backslashreplace')) for name, value in entry.headers]}"
            for entry in door.entries(topic.name)
        )
        for topic in TOPICS
    }


def places(left: Mapping[str, str], word: str) -> set[str]:
    return {place for place, told in left.items() if marks.found(told, word)}


def around(left: Mapping[str, str], word: str) -> Iterable[str]:
    """Where it is, for whoever has to find out why."""
    for place, told in left.items():
        at = told.lower().find(word.lower())
        if at >= 0:
            yield f"{place}: {told[max(0, at - 200) : at + 60]}"


@pytest.fixture(scope="module")
def marked() -> dict[str, list[Marked]]:
    found = {platform: list(marks.payloads(platform)) for platform in marks.PAYLOADS}
    for topic in ("telemetry", "care"):
        found[topic] = [*marks.examples(topic, True), *marks.examples(topic, False)]
    for topic in ("telemetry", "identities", "door"):
        found["care"] += [*marks.examples(topic, True), *marks.examples(topic, False)]
    # What is current, so that somebody is scored.
    found["own"] = [
        Marked("", "", [plan(number, room) for number, room in enumerate(ROOMS)]),
        Marked("", "", [identity("zoom", "zoomUser1"), identity("daily", "person1")]),
    ]
    return found


def test_no_mark_comes_out_anywhere(
    broker: Broker,
    prefix: str,
    tmp_path: Path,
    database_url: str,
    marked: dict[str, list[Marked]],
) -> None:
    ports = {"worker": free_port(), "sink": free_port()}
    with (
        Door(broker.bootstrap, prefix, tmp_path, partitions=PARTITIONS) as door,
        Workers(broker.bootstrap, prefix, tmp_path) as workers,
        sinking(door, database_url, ports["sink"]),
    ):
        everything(door, {name: marked[name] if name == "own" else [] for name in marked})
        answers = everything(door, {**marked, "own": []})
        workers.start(metrics_port=str(ports["worker"]))
        door.until(lambda: workers.committed() >= door.stored()[TELEMETRY.name])
        scores = {record["id"] for record in door.records(SCORES.name)}
        door.until(lambda: len(rows(database_url).get("scores", ())) >= len(scores) > 0)
        left = {
            **topics(door),
            **{f"table {name}": "\n".join(told) for name, told in rows(database_url).items()},
            **{f"{name}'s metrics": scraped(port) for name, port in ports.items()},
            "door's metrics": door.scrape(),
            "answers": b"\n".join(answers).decode(),
        }
    left |= {f"log {file.name}": file.read_text() for file in tmp_path.glob("*.log")}

    # The search finds what is there: a program's code goes all the way.
    assert places(left, ALLOWED) >= {
        f"topic {TELEMETRY.name}",
        f"topic {SCORES.name}",
        "table scores",
    }
    assert all(left[f"topic {topic.name}"] for topic in (TELEMETRY, CARE, DEAD_LETTERS))
    assert {"log door.log", "log one.log", "log sink.log"} <= set(left)

    for word in (SECRET, "MARKED-", "zoomUser1", "Jane"):
        assert not places(left, word), list(around(left, word))
    known = [each.mark for found in marked.values() for each in found if each.mark]
    words = {word for told in left.values() for word in re.findall(r"[0-9a-f]{32,64}", told)}
    assert not words & marks.digests(known)
    assert "Traceback" not in left["log door.log"]

    # A text that looks like a code is one, in fields for codes alone.
    fields = {each.mark: each.field for found in marked.values() for each in found}
    codes = {code for told in left.values() for code in re.findall(rf"{CODE}-[0-9a-f]{{4}}", told)}
    assert {fields[code] for code in codes} == CODES
