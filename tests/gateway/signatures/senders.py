"""Senders: each platform's side of its webhooks, written after its documentation.

They share no line with what is tested. Names and ids are invented.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from streams.gateway.signatures.scheme import Request

AT = 1_772_445_600_000
"""2 March 2026, 10:00 UTC, in milliseconds."""

URL = "https://door.example.org/webhooks/platform/north"
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


def mac(key: bytes, message: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(key, message, algorithm).digest()


def in_base64(data: bytes) -> str:
    return base64.standard_b64encode(data).decode()


def request(
    body: bytes, at: int = AT, query: Mapping[str, str] | None = None, **headers: str
) -> Request:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(named, query or {}, URL, body, at)


def zoom(body: bytes, secret: bytes, at: int = AT) -> Request:
    seconds = str(at // 1000)
    signature = mac(secret, f"v0:{seconds}:".encode() + body).hex()
    return request(body, at, x_zm_signature=f"v0={signature}", x_zm_request_timestamp=seconds)


def segment(part: Any) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def token(claims: Any, secret: bytes, header: Any = None, algorithm: str = "sha256") -> str:
    """A JWT by hand; its header may say anything."""
    signed = f"{segment(header or {'alg': 'HS256', 'typ': 'JWT'})}.{segment(claims)}"
    return f"{signed}.{segment(mac(secret, signed.encode(), algorithm))}"


def claims(body: bytes, at: int = AT, **changed: Any) -> dict[str, Any]:
    """What LiveKit says in a token; a claim that is None is left out."""
    seconds = at // 1000
    told: dict[str, Any] = {
        "exp": seconds + 300,
        "iss": "APInorth7Qk2",
        "nbf": seconds,
        "sha256": in_base64(hashlib.sha256(body).digest()),
        "sub": "",
    }
    return {name: value for name, value in (told | changed).items() if value is not None}


def livekit(body: bytes, secret: bytes, at: int = AT) -> Request:
    key, _, value = secret.partition(b":")
    return request(body, at, authorization=token(claims(body, at, iss=key.decode()), value))


def bigbluebutton(
    body: bytes, secret: bytes, at: int = AT, algorithm: str = "sha1", url: str = URL
) -> Request:
    checksum = hashlib.new(algorithm, url.encode() + body + secret).hexdigest()
    return request(body, at, {"checksum": checksum})


def jitsi(body: bytes, secret: bytes, at: int = AT) -> Request:
    headers = {"authorization": f"Bearer {secret.decode()}"}
    return Request(headers, {}, URL, body, at, "events/occupant/joined")


def jaas(body: bytes, secret: bytes, at: int = AT) -> Request:
    seconds = str(at // 1000)
    signature = in_base64(mac(secret, f"{seconds}.".encode() + body))
    return request(body, at, x_jaas_signature=f"t={seconds},v1={signature}")


def daily(body: bytes, secret: bytes, at: int = AT) -> Request:
    stamp = str(at)
    signature = in_base64(mac(base64.b64decode(secret), f"{stamp}.".encode() + body))
    return request(body, at, x_webhook_signature=signature, x_webhook_timestamp=stamp)


def recall(body: bytes, secret: bytes, at: int = AT, family: str = "webhook") -> Request:
    named, seconds = "msg_loFOjxBNrRLzqYUf", str(at // 1000)
    key = base64.b64decode(secret.removeprefix(b"whsec_"))
    signature = in_base64(mac(key, f"{named}.{seconds}.".encode() + body))
    told = {"id": named, "timestamp": seconds, "signature": f"v1,{signature}"}
    return request(body, at, **{f"{family}_{name}": value for name, value in told.items()})


def svix(body: bytes, secret: bytes, at: int = AT) -> Request:
    return recall(body, secret, at, "svix")


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


class Sender(NamedTuple):
    """A platform that sends `body`; `past` and `future` (ms) bound when it may come."""

    platform: str
    send: Callable[..., Request]
    secrets: tuple[bytes, bytes]
    body: bytes
    past: int | None = 90 * MINUTE
    future: int | None = 5 * MINUTE

    @property
    def forged(self) -> int:
        """The status by which the platform is refused."""
        return 403 if self.platform.startswith("bigbluebutton") else 401


def text(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()


JOIN = {"event": "meeting.started", "event_ts": AT, "payload": {"object": {"id": 95}}}
ROOM = {
    "event": "room_started",
    "id": "EV_x1",
    "createdAt": str(AT // 1000),
    "room": {"sid": "RM_1"},
}
HOOK = form(domain="bbb.example.org", event='[{"data":{"type":"event"}}]', timestamp=str(AT))
JOINED = {"room_jid": "group@muc.example.org", "occupant": {"joined_at": AT // 1000}}
USAGE = {"eventType": "USAGE", "idempotencyKey": "7b2e", "timestamp": AT}
CALL = {"version": "1.0.0", "type": "meeting.started", "id": "m-1", "event_ts": AT / 1000}
BOT = {"event": "bot.done", "data": {"bot": {"id": "b-1"}}}

NORTH = b"APInorth7Qk2:qvN0Hc1W8fYw3mJrT5kLxPz9BdUoEa2S"
SOUTH = b"APIsouth3Fz8:8sGm1tXbV6yRj0QeWn4uKoCi7LhZpDa5"
TOKENS = (b"north-token-0123456789", b"south-token-0123456789")
KEY_64, OTHER_64 = base64.b64encode(b"k" * 32), base64.b64encode(b"o" * 32)

SENDERS = (
    Sender("zoom", zoom, (b"xRk2Vt9Lq0aZ4mNcW7yPdg", b"pQ81sDfG2hJk5LzXcV0bNm"), text(JOIN)),
    Sender("livekit", livekit, (NORTH, SOUTH), text(ROOM), 6 * MINUTE, 1 * MINUTE),
    Sender("bigbluebutton", bigbluebutton, (b"a" * 40, b"b" * 40), HOOK, DAY),
    Sender("bigbluebutton-mapped", bigbluebutton, (b"c" * 40, b"d" * 40), HOOK, DAY),
    Sender("jitsi", jitsi, TOKENS, text(JOINED), None, None),
    Sender("jaas", jaas, (b"whsec_7c1e5d9a0b", b"whsec_2f8b6a4c1d"), text(USAGE)),
    Sender("daily", daily, (KEY_64, OTHER_64), text(CALL)),
    Sender("recall", recall, (b"whsec_" + KEY_64, b"whsec_" + OTHER_64), text(BOT), 5 * MINUTE),
    Sender("recall", svix, (b"whsec_" + KEY_64, b"whsec_" + OTHER_64), text(BOT), 5 * MINUTE),
)
