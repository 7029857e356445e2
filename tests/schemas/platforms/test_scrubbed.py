"""Scrubbed: nothing of the list of what must not get past the door comes out, wherever it was."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platforms import scrubbed as module
from schemas.platforms.scrubbed import (
    DEEPEST,
    EVENTS,
    FIELDS,
    FUTURE_MS,
    MOST_VALUES,
    PAST_MS,
    TIMES,
    scrubbed,
)
from schemas.platforms.source import NotUnderstoodError, Payload, Thing
from schemas.platforms.webhooks import WEBHOOKS
from tests.schemas.platforms.hostile import ANYTHING, BROKEN

NOW = 1_772_445_600_000
"""2 March 2026, 10:00 UTC."""

MARK = "MARKED"


def name(thing: Thing, key: str) -> str:
    """A pseudonym in letters alone: digits that come out can only be the payload's."""
    assert thing == "code"
    assert key
    assert key == key.strip()
    found = known.setdefault(key, len(known))
    return "cod-" + "".join(chr(ord("a") + int(digit)) for digit in str(found))


known: dict[str, int] = {}


def out(payload: Any, received_at: int = NOW) -> Any:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return json.loads(scrubbed(Payload(body, received_at), name))


def code(text: str) -> str:
    return name("code", text)


LEFT = {
    "event": "meeting.participant_left",
    "event_ts": NOW,
    "payload": {
        "account_id": "MARKED",
        "object": {
            "uuid": "MARKED==",
            "host_id": "MARKED",
            "topic": "MARKED family group",
            "participant": {
                "user_id": "16778240",
                "id": "",
                "user_name": "MARKED Person",
                "email": "marked.person@example.org",
                "join_time": "2026-03-02T10:00:00+01:00",
                "leave_time": "2026-03-02T09:00:00.1234567Z",
                "leave_reason": "MARKED left the meeting.<br>Reason: MARKED",
                "on": True,
                "registrant_id": None,
                "phone_number": 15_550_142_233,
            },
        },
    },
}


def test_the_shape_stays_and_nothing_of_the_person() -> None:
    told = out(LEFT)
    person = told["payload"]["object"]["participant"]
    assert told["event"] == "meeting.participant_left"
    assert person["user_id"] == code("16778240")
    assert person["id"] == ""
    assert person["email"] == code("marked.person@example.org")
    assert person["join_time"] == "2026-03-02T09:00:00.000Z"
    assert person["leave_time"] == "2026-03-02T09:00:00.123Z"
    assert person["registrant_id"] is None
    assert person["?2"] == code("MARKED Person")
    assert person["?7"] is True
    assert len(person) == len(LEFT["payload"]["object"]["participant"])  # type: ignore[index]
    assert MARK.lower() not in json.dumps(told).lower()


def test_what_is_equal_stays_equal() -> None:
    told = out({"id": 41, "uuid": "41", "user_id": " 41 ", "email": "42"})
    assert told["id"] == told["uuid"] == told["user_id"] != told["email"]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00.000Z"),
        ("2026-03-03T10:00:00Z", "2026-03-03T10:00:00.000Z"),
        ("2026-03-03T10:00:00.001Z", None),
        ("2026-01-30T10:00:00Z", "2026-01-30T10:00:00.000Z"),
        ("2026-01-30T09:59:59.999Z", None),
        ("1988-05-17T00:00:00Z", None),
        ("2026-03-02T10:00:00.555012345Z", "2026-03-02T10:00:00.555Z"),
        ("2026-03-02T10:00:00", None),
        ("2026-03-02", None),
        ("2026-02-30T10:00:00Z", None),
        ("2026-03-02T10:00:00Z MARKED", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("٢٠٢٦-03-02T10:00:00Z", None),
    ],
)
def test_an_instant_stays_if_the_payload_can_tell_of_it(value: str, kept: str | None) -> None:
    for field in ("join_time", "MARKED"):
        assert list(out({field: value}).values()) == [kept or code(value)]


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (NOW, NOW),
        (str(NOW), str(NOW)),
        (NOW // 1000, NOW // 1000),
        (f" {NOW // 1000}\u2003", str(NOW // 1000)),
        (NOW / 1000 + 0.125, NOW // 1000),
        (NOW + FUTURE_MS, NOW + FUTURE_MS),
        (NOW + FUTURE_MS + 1, None),
        (NOW - PAST_MS, NOW - PAST_MS),
        (NOW - PAST_MS - 1, None),
        (f"{NOW}MARKED", None),
        (f"{NOW // 1000}.MARKED", str(NOW // 1000)),
        (2_025_550_143, None),
        (4_915_112_345_678, None),
        (15_551_234_567, None),
        (-NOW, None),
        (10**17, None),
        (1e300, None),
        (12, None),
    ],
)
def test_a_unix_time_stays_in_a_field_of_times(value: str | float, kept: Any) -> None:
    for field in TIMES:
        found = out({field: value})[field]
        assert (found, type(found)) == (kept, type(kept)) if kept else found == code(str(value))
    assert out({"id": value})["id"] == code(str(value).strip())


def test_fields_and_events_are_those_of_the_adapters() -> None:
    assert TIMES < FIELDS
    assert {
        "participantJid",
        "chat-message",
        "occupant_jid",
        "sub_code",
        "plainToken",
    } - FIELDS == {"plainToken"}
    assert {"user_name", "email", "passcode", "topic"} & FIELDS == {"email"}
    assert {"PARTICIPANT_LEFT", "bot.done", "user-joined", "participant_events.join"} < EVENTS


def test_a_form_is_read_as_what_is_in_it() -> None:
    event = [{"data": {"id": "user-joined", "event": {"ts": NOW}, "attributes": {"user": MARK}}}]
    fields = {"domain": MARK, "event": json.dumps(event), "timestamp": NOW, MARK: MARK}
    told = out(urlencode(fields).encode())
    assert told["event"][0]["data"]["id"] == "user-joined"
    assert told["event"][0]["data"]["event"]["ts"] == NOW
    assert told["event"][0]["data"]["attributes"]["user"] == code(MARK)
    assert told["timestamp"] == NOW
    assert told["?0"] == {"bytes": 6, "first": "letter"}
    assert MARK not in json.dumps(told)


@pytest.mark.parametrize(
    ("body", "first"),
    [
        (b"", "none"),
        (b"\0", "control"),
        (b"\xff", "not ASCII"),
        (b" MARKED", "blank"),
        (b"MARKED", "letter"),
        (b"555-0142", "digit"),
        (b"{MARKED", "bracket"),
        (b'"MARKED', "sign"),
        (
            b'<recording meeting_id="MARKED"><event><name>MARKED</name></event></recording>',
            "markup",
        ),
        (b'["' + b"MARKED" * 100_000 + b'"]', "bracket"),
    ],
)
def test_of_what_cannot_be_read_only_its_length_is_told(body: bytes, first: str) -> None:
    assert out(body) == {"bytes": len(body), "first": first}


def test_it_is_bounded_in_size_and_depth() -> None:
    deep: Any = MARK
    for _ in range(DEEPEST + 5):
        deep = [deep]
    text = json.dumps(out(deep))
    assert text.count("[") == DEEPEST + 1
    wide = {"participant": [[{"user_id": i, f"{MARK}{i}": i} for i in range(3_000)]] * 5}
    for payload in (
        wide,
        list(range(60_000)),
        [[[1] * 9] * 9] * 600,
        {str(i): i for i in range(9_999)},
    ):
        told = scrubbed(Payload(json.dumps(payload).encode(), NOW), name)
        assert len(told) < 256 * 1024
        assert told.count(b"cod-") < MOST_VALUES


marked = st.one_of(
    st.text().map(lambda text: f"{text}{MARK}{text}"),
    st.sampled_from(
        ["person-MARKED@example.org", "10.11.MARKED", "2026-03-02T10:00:00ZMARKED", "MARKED\x00",
         "\u202eMARKED", "zoommtg://example.org/join?pwd=MARKED", '"}MARKED', "MARKED=1&event=2"]
    ),
    st.sampled_from(sorted(EVENTS)).map(lambda event: f"{event} {MARK}"),
    st.sampled_from([5_550_142_233, 4_955_501_422_330, -5_550_142_233, 55501422.33]),
    st.just("+1 (555) 014-2233") | st.just("5550142233"),
    st.just("2026-03-02T10:00:00.000555014Z"),
)  # fmt: skip
keys = st.sampled_from(sorted(FIELDS)) | st.sampled_from(sorted(EVENTS)) | st.text()
payloads = st.recursive(
    marked | st.none() | st.booleans() | st.just(NOW) | st.sampled_from(sorted(EVENTS)),
    lambda parts: st.lists(parts) | st.dictionaries(keys | st.just(f"{MARK} key"), parts),
    max_leaves=30,
)


@given(payloads, st.sampled_from(["json", "form", "cut", "xml"]))
def test_nothing_marked_ever_comes_out(payload: Any, how: str) -> None:
    text = json.dumps(payload, ensure_ascii=False).encode()
    bodies = {
        "json": text,
        "form": urlencode({"event": text, "timestamp": "5550142233", MARK: text}).encode(),
        "cut": text[: len(text) // 2],
        "xml": b"<recording><event>" + text + b"</event></recording>",
    }
    told = scrubbed(Payload(bodies[how], NOW), name).decode()
    json.loads(told)
    for secret in (MARK, "55501", "014-2233", "+1"):
        assert secret.lower() not in told.lower().replace(str(NOW), "")


@given(ANYTHING | st.binary().map(repr))
def test_anything_can_be_scrubbed(payload: Any) -> None:
    body = json.dumps(payload).encode()
    json.loads(scrubbed(Payload(body, NOW), name))


@pytest.mark.parametrize("body", BROKEN, ids=range(len(BROKEN)))
def test_what_the_adapters_refuse_can_be_scrubbed(body: bytes) -> None:
    json.loads(scrubbed(Payload(body, NOW), name))
    for source in WEBHOOKS.values():
        with pytest.raises(NotUnderstoodError):
            source.convert(Payload(body, NOW), name)


@given(st.binary())
def test_any_bytes_can_be_scrubbed(body: bytes) -> None:
    told = scrubbed(Payload(body, NOW), name)
    assert told == scrubbed(Payload(body, NOW), name)
    json.loads(told)


def test_every_adapter_is_among_the_shapes() -> None:
    adapters = {source.convert.__module__ for source in WEBHOOKS.values()}
    shapes = {each.__name__ for each in module.SHAPES}
    assert adapters - shapes == {"schemas.platforms.zoom"}  # Its shapes have a module of their own.
