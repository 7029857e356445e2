"""Zoom: its challenge, which is signed as all else is."""

import json
from typing import Any

import pytest

from streams.gateway.signatures.scheme import Answer, Forged, Verified
from streams.gateway.signatures.zoom import verify
from tests.gateway.signatures.senders import AT, DAY, mac, text, zoom

OLD, NEW = b"xRk2Vt9Lq0aZ4mNcW7yPdg", b"pQ81sDfG2hJk5LzXcV0bNm"


def challenge(payload: Any) -> bytes:
    return text({"event": "endpoint.url_validation", "payload": payload, "event_ts": AT})


ASKED = challenge({"plainToken": "qgg8vlvZRS6UYooatFL8Aw"})


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_a_challenge_is_answered_under_the_secret_that_signed_it(secret: bytes) -> None:
    found = verify(zoom(ASKED, secret), (OLD, NEW))
    assert isinstance(found, Answer)
    assert (found.status, found.content_type) == (200, "application/json")
    assert json.loads(found.body) == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": mac(secret, b"qgg8vlvZRS6UYooatFL8Aw").hex(),
    }


def test_a_challenge_of_somebody_else_is_not_answered() -> None:
    assert verify(zoom(ASKED, NEW), (OLD,)) == Forged(401, "wrong_signature")
    late = zoom(ASKED, OLD)._replace(at=AT + DAY)
    assert verify(late, (OLD,)) == Forged(401, "too_old")
    unsigned = zoom(ASKED, OLD)._replace(headers={})
    assert verify(unsigned, (OLD,)) == Forged(401, "missing_signature")


@pytest.mark.parametrize(
    "payload",
    [None, {}, [], "x", {"plainToken": None}, {"plainToken": ""}, {"plainToken": 7},
     {"plainToken": ["x"]}, {"plainToken": "x" * 1001}, {"plaintoken": "x"}],
)  # fmt: skip
def test_a_challenge_that_is_none_is_malformed(payload: Any) -> None:
    found = verify(zoom(challenge(payload), OLD), (OLD,))
    assert found == Forged(400, "malformed_challenge")


@pytest.mark.parametrize(
    "body",
    [
        text({"event": "meeting.chat_message_sent", "text": "endpoint.url_validation"}),
        text({"payload": {"event": "endpoint.url_validation"}}),
        b"endpoint.url_validation",
        b"\xffendpoint.url_validation",
        b"[" * 100_000 + b"endpoint.url_validation",
    ],
)
def test_words_do_not_make_a_challenge(body: bytes) -> None:
    assert isinstance(verify(zoom(body, OLD), (OLD,)), Verified)


def test_a_time_in_milliseconds_is_one_too() -> None:
    body = b"{}"
    signature = mac(OLD, f"v0:{AT}:".encode() + body).hex()
    told = {"x-zm-signature": f"v0={signature}", "x-zm-request-timestamp": str(AT)}
    assert isinstance(verify(zoom(body, OLD)._replace(headers=told), (OLD,)), Verified)


@pytest.mark.parametrize(
    "stamp",
    ["0", "-1772445600", "+1772445600", "01772445600", "1772445600.0", "1.7e9", "0x69A5",
     "17724456000", "9" * 400, "²772445600", "1772445600 ", "NaN"],
)  # fmt: skip
def test_a_time_is_digits_alone(stamp: str) -> None:
    signature = mac(OLD, f"v0:{stamp}:".encode() + b"{}").hex()
    told = {"x-zm-signature": f"v0={signature}", "x-zm-request-timestamp": stamp}
    found = verify(zoom(b"{}", OLD)._replace(headers=told), (OLD,))
    assert isinstance(found, Forged)
    assert found.code in ("malformed_signature", "missing_signature")
