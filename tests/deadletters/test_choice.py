"""What a redrive makes of a letter, and the record it becomes."""

import json

import pytest

from schemas.dead_letter import DeadLetter, Entry, Header, Reason
from streams.deadletters.again import again
from streams.deadletters.choice import NEVER, SAID, Filters, Outcome, Wanted
from streams.deadletters.letter import Letter
from tests.deadletters.letters import AT, TELEMETRY, connect, door, letter, ours, parts, spring

OURS = frozenset({TELEMETRY, "rollcall.care.v1"})
ALL = Wanted(Filters(), 3, None, OURS)
TRIED: tuple[Header, ...] = (("rollcall.attempt", b"3"),)
TORN = letter(parts(b"")[0]._replace(value=b"nonsense"))


def asked(**filters: object) -> Wanted:
    return ALL._replace(filters=Filters(**filters))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "wanted", "outcome"),
    [
        (letter(ours()), ALL, "redriven"),
        (letter(ours()), asked(reasons=frozenset({"unknown_type"})), "redriven"),
        (letter(ours()), asked(reasons=frozenset({"misrouted"})), "not_asked_for"),
        (letter(ours()), asked(topics=frozenset({TELEMETRY})), "redriven"),
        (letter(ours()), asked(topics=frozenset({"orders"})), "not_asked_for"),
        (letter(ours()), asked(since_ms=AT), "redriven"),
        (letter(ours()), asked(since_ms=AT + 1), "not_asked_for"),
        (letter(ours(headers=TRIED)), ALL, "too_often"),
        (letter(ours(headers=TRIED)), ALL._replace(attempts=4), "redriven"),
        (letter(ours(headers=TRIED)), asked(reasons=frozenset({"misrouted"})), "not_asked_for"),
        (letter(ours(topic="rollcall.scores.v1")), ALL, "not_ours"),
        (letter(connect()), ALL, "not_ours"),
        (letter(spring()), ALL, "not_ours"),
        (letter(spring(TELEMETRY)), ALL, "redriven"),
        (letter(connect()), ALL._replace(to="orders"), "redriven"),
        (letter(Entry(0, AT, b"k", b"v")), ALL, "not_ours"),
        (letter(door()), ALL, "from_the_door"),
        (letter(door()), ALL._replace(to="orders"), "from_the_door"),
        (letter(ours(key=None, value=None)), ALL, "empty"),
        (letter(ours(key=None)), ALL, "redriven"),
        (letter(ours(value=None)), ALL, "redriven"),
        (TORN, ALL, "incomplete"),
    ],
)
def test_what_becomes_of_a_letter(found: Letter, wanted: Wanted, outcome: Outcome) -> None:
    assert wanted.judge(found) == outcome


def test_every_outcome_is_said() -> None:
    assert len(set(SAID.values())) == len(SAID)
    assert SAID.keys() > NEVER


def test_a_record_is_as_it_was_and_counts_on() -> None:
    trace = ("traceparent", b"00-1")
    record = again(letter(ours(headers=(trace,))), None, "")

    assert record[:3] == (TELEMETRY, b"ses-1", b'{"type":"teleported","id":"e-1"}')
    assert record.headers == [
        trace,
        ("rollcall.attempt", b"2"),
        ("rollcall.first_failed_at", b"2026-03-02T18:00:00.000Z"),
    ]


def test_the_next_letter_goes_on_where_this_one_ended() -> None:
    """Three rounds through the worker: counted up, and failed first when it failed first."""
    entry = ours(headers=(("traceparent", b"00-1"),))
    for attempt in (2, 3, 4):
        record = again(letter(entry), None, "")
        refused = DeadLetter("unknown_type", "why", Entry(attempt, 0, *record[1:]))
        headers = refused.headers(TELEMETRY, 3, "2026-03-05T00:00:00.000Z")
        entry = Entry(attempt, AT, record.key, record.value, headers)

        assert letter(entry).attempt == attempt
        assert letter(entry).first_failed_at == "2026-03-02T18:00:00.000Z"
        assert len(headers) == len(ours(headers=(("traceparent", b"00-1"),)).headers)


def test_a_large_record_is_sent_whole_with_its_own_headers() -> None:
    found = letter(parts(b"x")[0])
    record = again(found, None, "")

    assert record.value == b"x"
    assert record.headers[0] == ("traceparent", b"00-1")
    assert dict(record.headers)["rollcall.attempt"] == b"3"


def test_another_topic_gets_the_record_untouched() -> None:
    assert again(letter(connect()), "elsewhere", "")[:3] == ("elsewhere", b"key", b"{}")


def telemetry(session: str) -> bytes:
    return json.dumps(
        {
            "type": "heartbeat",
            "id": "e-1",
            "source": "video",
            "at": "2026-03-02T18:00:00Z",
            "session": session,
            "participant": "par-1",
            "connection": "con-1",
        }
    ).encode()


@pytest.mark.parametrize(
    ("reason", "key", "value", "topic", "expected"),
    [
        ("wrong_key", b"par-1", telemetry("ses-2"), TELEMETRY, b"ses-2"),
        ("null_key", None, telemetry("ses-2"), TELEMETRY, b"ses-2"),
        ("wrong_key", b"par-1", telemetry("ses-2"), "p.rollcall.telemetry.v1", b"ses-2"),
        ("misrouted", b"ses-2", telemetry("ses-2"), TELEMETRY, b"ses-2"),
        ("too_late", b"par-1", telemetry("ses-2"), TELEMETRY, b"par-1"),
        ("wrong_key", b"par-1", b"nonsense", TELEMETRY, b"par-1"),
        ("wrong_key", b"par-1", None, TELEMETRY, b"par-1"),
        ("wrong_key", b"ses-2", telemetry("ses-2"), "orders", b"ses-2"),
        ("wrong_key", b"par-1", telemetry("ses-2"), "rollcall.care.v1", b"par-1"),
    ],
)
def test_the_key_is_the_records_own_unless_that_was_the_fault(
    reason: Reason, key: bytes | None, value: bytes | None, topic: str, expected: bytes
) -> None:
    prefix = "p." if topic.startswith("p.") else ""
    found = letter(ours(reason, key=key, value=value, topic=topic))

    assert again(found, None, prefix).key == expected


def test_elsewhere_the_key_stays() -> None:
    found = letter(ours("wrong_key", key=b"par-1", value=telemetry("ses-2")))

    assert again(found, "orders", "").key == b"par-1"
