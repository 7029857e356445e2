"""Answers: every status of the contract, and that a request is stored as a whole or not at all."""

import json
from typing import Any

import pytest

from schemas.topics import CARE, IDENTITIES, ROOMS, TELEMETRY
from tests.gateway.door import (
    EVENT,
    EVENTS,
    JSON,
    NDJSON,
    NOTICES,
    OF_SOUTH,
    PLAIN_PRODUCER,
    PRODUCER,
    SLOW,
    STAFF,
    Door,
    joined,
)

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
NOTIFIED = {
    "type": "absence_notified",
    "id": "n-1",
    "source": "phone",
    "at": "2026-11-25T03:02:00Z",
    "participant": "MRN 17",
    "entity": "call 4",
    "session": "Tuesday group",
    "reason": "illness",
}
OVERRIDE = {
    "type": "override",
    "id": "o-1",
    "source": "desk",
    "at": "2026-11-25T03:02:00Z",
    "participant": "MRN 17",
    "entity": "case 4",
    "session": "Tuesday group",
    "outcome": "excused",
    "reason_code": "illness",
}
PLAN = {
    "type": "session_scheduled",
    "id": "p-1",
    "source": "calendar",
    "at": "2026-11-25T03:02:00Z",
    "session": "Tuesday group",
    "revision": 1,
    "program": "evening",
    "kind": "group",
    "starts_at": "2026-11-25T18:00:00Z",
    "ends_at": "2026-11-25T20:00:00Z",
    "room": "zoom:123 4567 8901",
    "roster": [{"participant": "MRN 17"}],
}
ALIAS = {
    "type": "identity",
    "id": "i-1",
    "source": "records",
    "at": "2026-11-25T03:02:00Z",
    "alias": "zoom:registrant-9",
    "participant": "MRN 17",
}


def cloud(number: Any, data: Any, **attributes: Any) -> dict[str, Any]:
    told = {"specversion": "1.0", "id": f"ce-{number}", "source": "/classroom", "type": "any"}
    return {**told, "time": "2026-11-25T03:02:00Z", "data": data, **attributes}


def lines(*records: Any) -> bytes:
    return b"\n".join(json.dumps(record).encode() for record in records)


BARE = {"type": "joined", "session": "ses-1", "participant": "p"}

REFUSED: list[tuple[int, str, dict[str, Any]]] = [
    (400, "no_records", {"body": b"[]"}),
    (400, "no_records", {"body": b"\n \n", "content": NDJSON}),
    (400, "invalid_json", {"body": b"[{]"}),
    (400, "invalid_json", {"body": b"{"}),
    (400, "invalid_json", {"body": b""}),
    (400, "invalid_json", {"body": b"{", "content": EVENT}),
    (400, "invalid_field", {"body": b"{}", "content": EVENTS}),
    (400, "too_many_records", {"body": b"{}\n" * 10_001, "content": NDJSON}),
    (401, "no_token", {"token": None}),
    (401, "no_token", {"token": None, "Authorization": "Basic cHJvZHVjZXI6dG9rZW4="}),
    (401, "no_token", {"token": None, "Authorization": PRODUCER}),
    (401, "unknown_token", {"token": PRODUCER[:-1]}),
    (401, "unknown_token", {"token": f"{PRODUCER}x"}),
    (401, "no_token", {"token": ""}),
    (403, "not_allowed", {"token": STAFF}),
    (403, "not_allowed", {"path": "/v1/care"}),
    (413, "too_large", {"body": b" " * ((4 << 20) + 1)}),
    (415, "content_type", {"content": "text/plain"}),
    (415, "content_type", {"content": "application/json; charset=utf-16"}),
    (415, "content_type", {"content": ""}),
    (415, "content_encoding", {"Content-Encoding": "gzip"}),
    (422, "refused", {"body": joined(1, at="yesterday")}),
    (422, "refused", {"body": {"type": "told"}}),
    (422, "refused", {"body": b"null"}),
    (422, "refused", {"body": lines(joined(1), {}), "content": NDJSON}),
    (422, "refused", {"body": lines(joined(1)) + b"\nx", "content": NDJSON}),
    (422, "refused", {"body": [joined(1), joined(2, type="void", value=True)]}),
    (422, "refused", {"body": cloud(1, [BARE]), "content": EVENT}),
    (422, "refused", {"body": cloud(1, BARE, specversion="0.3"), "content": EVENT}),
    (422, "refused", {"body": NOTIFIED | {"reason": "J. Doe"}, "path": "/v1/care", "token": STAFF}),
    (422, "refused", {"body": OVERRIDE, "path": "/v1/care", "token": NOTICES}),
    (
        422,
        "refused",
        {"body": PLAN | {"room": "zoom:the red one"}, "path": "/v1/care", "token": STAFF},
    ),
    # Ten seconds' worth of a tenant with one record a second, and one more.
    (413, "too_many_records", {"body": [joined(n) for n in range(11)], "token": SLOW}),
]


@pytest.mark.parametrize(("status", "code", "asked"), REFUSED)
def test_a_refusal_has_its_status_and_its_code_and_stores_nothing(
    door: Door, status: int, code: str, asked: dict[str, Any]
) -> None:
    asked = {"path": "/v1/events", "body": joined(1), **asked}
    before = door.stored()

    reply = door.post(asked.pop("path"), **asked)

    assert (reply.status, reply.error) == (status, code)
    assert "Retry-After" not in reply.headers
    assert door.stored() == before


def test_a_tenant_above_its_rate_is_asked_to_wait_and_nobody_else(door: Door) -> None:
    ten = [joined(n) for n in range(10)]
    replies = [door.post("/v1/events", body=ten, token=SLOW) for _ in range(3)]

    assert (replies[-1].status, replies[-1].error) == (429, "too_many")
    assert int(replies[-1].headers["Retry-After"]) > 0
    assert door.post("/v1/events", body=ten).status == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/events", 405, "method_not_allowed"),
        ("PUT", "/v1/care", 405, "method_not_allowed"),
        ("DELETE", "/webhooks/zoom/north", 405, "method_not_allowed"),
        ("POST", "/healthz", 405, "method_not_allowed"),
        ("GET", "/", 404, "not_found"),
        ("POST", "/v1/events/", 404, "not_found"),
        ("POST", "/webhooks/zoom", 404, "not_found"),
        ("POST", "/webhooks/zoom/nobody", 404, "not_found"),
        ("POST", "/webhooks/carrier-pigeon/north", 404, "not_found"),
        ("POST", "/webhooks/livekit/south", 404, "not_found"),
    ],
)
def test_what_is_not_there_is_told_in_json(
    door: Door, method: str, path: str, status: int, code: str
) -> None:
    reply = door.ask(method, path, b"{}", **{"Content-Type": JSON})

    assert (reply.status, reply.error) == (status, code)
    assert ("Allow" in reply.headers) == (status == 405)
    assert reply.headers["Server"] == "rollcall"


def test_an_expectation_of_another_kind_is_refused_in_json(door: Door) -> None:
    reply = door.post("/v1/events", joined(1), Expect="a-miracle")

    assert (reply.status, reply.error) == (417, "expectation_failed")


def test_it_is_alive_and_ready(door: Door) -> None:
    assert door.ask("GET", "/healthz").said == {"alive": True}
    assert door.ask("GET", "/readyz").said == {"ready": True}
    assert "rollcall_gateway_ready 1.0" in door.scrape()


@pytest.mark.parametrize(
    ("content", "body", "count"),
    [
        (JSON, json.dumps(joined("one")).encode(), 1),
        ("Application/JSON; charset=UTF-8", json.dumps(joined("case")).encode(), 1),
        (JSON, json.dumps([joined("a"), joined("b")]).encode(), 2),
        (NDJSON, lines(joined("c"), joined("d")) + b"\n\n", 2),
        (EVENT, json.dumps(cloud("e", BARE)).encode(), 1),
        (EVENTS, json.dumps([cloud("f", BARE), cloud("g", BARE)]).encode(), 2),
    ],
)
def test_each_content_type_is_taken_and_stored(
    door: Door, content: str, body: bytes, count: int
) -> None:
    before = len(door.entries(TELEMETRY.name))

    reply = door.post("/v1/events", body, content=content)

    assert (reply.status, reply.said) == (200, {"accepted": count})
    assert len(door.entries(TELEMETRY.name)) == before + count


def test_a_batch_is_stored_as_a_whole_or_not_at_all(door: Door) -> None:
    bad = [joined(0), joined(1, at="1999"), joined(2), {"type": "joined"}]
    before = door.stored()

    reply = door.post("/v1/events", bad)

    assert reply.status == 422
    assert [(each["index"], each["reason"]) for each in reply.said["records"]] == [
        (1, "invalid_field"),
        (3, "invalid_field"),
    ]
    assert reply.said["records"][0]["detail"].startswith("$.at: ")
    assert door.stored() == before
    assert door.post("/v1/events", [joined(0), joined(2)]).said == {"accepted": 2}


def test_an_event_fills_what_its_record_lacks_and_replaces_nothing(door: Door) -> None:
    own = joined("own", at="2026-11-25T04:00:00Z")
    in_base64 = cloud("b64", None) | {
        "data_base64": "eyJ0eXBlIjoiY2hhdCIsInNlc3Npb24iOiJzIiwicGFydGljaXBhbnQiOiJwIn0="
    }
    del in_base64["data"]
    assert door.events(own).status == 200
    assert (
        door.post(
            "/v1/events", [cloud("x", own), cloud("y", BARE), in_base64], content=EVENTS
        ).status
        == 200
    )

    alone, wrapped, filled, decoded = door.records(TELEMETRY.name)[-4:]

    assert alone == wrapped
    assert filled["at"] == decoded["at"] == "2026-11-25T03:02:00Z"
    assert {filled["source"], decoded["source"]} == {"classroom"}
    assert len({filled["id"], decoded["id"], alone["id"]}) == 3


def test_a_number_that_no_record_has_is_a_refusal_and_no_fault(door: Door) -> None:
    reply = door.post("/v1/events", cloud("n", BARE | {"more": 10**40}), content=EVENT)

    assert reply.status in (200, 422)


def test_the_trace_is_carried_and_nothing_else_is(door: Door) -> None:
    for told, kept in (
        (TRACE, [("traceparent", TRACE.encode())]),
        ("00-x", []),
        (TRACE + "\t", None),
    ):
        assert (
            door.post("/v1/events", joined("trace"), traceparent=told, tracestate="a=b").status
            == 200
        )
        headers = list(door.entries(TELEMETRY.name)[-1].headers)
        if kept is not None:
            assert headers == kept


def test_staffs_facts_go_where_they_belong(door: Door) -> None:
    before = door.stored()

    assert door.care(NOTIFIED, OVERRIDE, PLAN, ALIAS).said == {"accepted": 4}

    grown = {topic: count - before[topic] for topic, count in door.stored().items()}
    assert {topic: count for topic, count in grown.items() if count} == {
        CARE.name: 2,
        TELEMETRY.name: 1,
        ROOMS.name: 1,
        IDENTITIES.name: 1,
    }
    plan, alias = door.records(TELEMETRY.name)[-1], door.records(IDENTITIES.name)[-1]
    facts = door.records(CARE.name)[-2:]
    assert {alias["participant"], *(fact["participant"] for fact in facts)} == {
        plan["roster"][0]["participant"]
    }
    assert {fact["session"] for fact in facts} == {plan["session"]}


def test_a_tenant_is_nobody_elses(door: Door) -> None:
    for token in (PRODUCER, OF_SOUTH, PLAIN_PRODUCER):
        who = "par-1" if token == PLAIN_PRODUCER else "person-1@example.org"
        assert door.events(joined("mine", participant=who), token=token).status == 200

    north, south, plain = (record["participant"] for record in door.records(TELEMETRY.name)[-3:])

    assert north != south
    assert plain == "par-1"
