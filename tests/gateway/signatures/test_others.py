"""What is particular to the other platforms."""

import hashlib
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platforms.source import Payload
from schemas.platforms.webhooks import WEBHOOKS
from streams.gateway.signatures import bigbluebutton, daily, jaas, jitsi, recall
from streams.gateway.signatures.scheme import Answer, Forged, Request, Verdict, Verified
from tests.gateway.signatures import senders
from tests.gateway.signatures.senders import AT, HOOK, KEY_64, URL, form, in_base64, mac, request

SECRET = b"639259d4-9dd8-4b25-bf01-95f9567eaf4b"


def hooked(sent: Request) -> Verdict:
    return bigbluebutton.verify(sent, (SECRET,))


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
@pytest.mark.parametrize("url", [URL, f"{URL}?server=7", "https://xn--d1acpjx3f.example/ä"])
def test_bigbluebutton_sums_by_any_of_four(algorithm: str, url: str) -> None:
    sent = senders.bigbluebutton(HOOK, SECRET, AT, algorithm, url)
    assert isinstance(hooked(sent._replace(url=url)), Verified)
    assert hooked(sent._replace(url=url + "/")) == Forged(403, "wrong_signature")
    upper = {"checksum": sent.query["checksum"].upper()}
    assert hooked(sent._replace(url=url, query=upper)) == Forged(403, "wrong_signature")


@pytest.mark.parametrize("algorithm", ["md5", "sha224", "blake2b"])
def test_bigbluebutton_sums_by_no_other(algorithm: str) -> None:
    sent = senders.bigbluebutton(HOOK, SECRET, AT, algorithm)
    assert hooked(sent) == Forged(403, "wrong_signature")


def legacy(event: str, **fields: str) -> Request:
    """As senders before version 3: a form, and a checksum of the same fields as JSON."""
    told: dict[str, Any] = {"event": event, "timestamp": AT, **fields}
    written = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    summed = hashlib.sha1(URL.encode() + written.encode() + SECRET).hexdigest()
    return request(urlencode(told, quote_via=quote).encode(), AT, {"checksum": summed})


@given(st.text(st.characters(codec="utf-8")))
def test_bigbluebutton_of_old_summed_json(event: str) -> None:
    for sent in (legacy(event), legacy(event, domain="bbb.example.org")):
        assert isinstance(hooked(sent), Verified)
        for other in (sent.body + b"&x=1", sent.body + b"0", sent.body.replace(b"event", b"evenT")):
            assert isinstance(hooked(sent._replace(body=other)), Forged)


def test_bigbluebutton_of_old_says_each_thing_once() -> None:
    """Of two events the adapter would take the one that nobody summed."""
    sent = legacy("[]")
    for body in (b"event=[1]&" + sent.body, sent.body.replace(b"&", b"&event=[]&")):
        assert isinstance(hooked(sent._replace(body=body)), Forged)


def test_bigbluebutton_that_forgot_the_body_is_refused() -> None:
    summed = hashlib.sha1(URL.encode() + b"{}" + SECRET).hexdigest()
    assert hooked(request(HOOK, AT, {"checksum": summed})) == Forged(403, "wrong_signature")


@pytest.mark.parametrize(
    "body",
    [
        form(domain="d", event="[]"),
        form(domain="d", event="[]", timestamp="1772445600"),
        form(domain="d", event="[]", timestamp="-1772445600000"),
        form(domain="d", event="[]", timestamp="1772445600000.5"),
        form(domain="d", event="[]", timestamp="1772445600000\n"),
        HOOK + b"&timestamp=1772445600000",
        b"timestamp=1772445600000&" + HOOK,
        b"",
    ],
)
def test_bigbluebutton_tells_one_time(body: bytes) -> None:
    sent = senders.bigbluebutton(body, SECRET)
    assert hooked(sent) == Forged(403, "malformed_signature")


@given(st.binary())
def test_bigbluebutton_takes_any_bytes_with_a_time(rest: bytes) -> None:
    """Which are signed: what they mean is the adapter's to say."""
    body = b"event=%b&timestamp=1772445600000" % rest.replace(b"&", b"")
    assert isinstance(hooked(senders.bigbluebutton(body, SECRET)), Verified)
    assert isinstance(hooked(request(body, AT, {"checksum": "0" * 40})), Forged)


def test_bigbluebutton_may_show_its_secret() -> None:
    told = f"Bearer {SECRET.decode()}"
    assert isinstance(hooked(request(HOOK, authorization=told)), Verified)
    for wrong in (f"Bearer {SECRET.decode()[:-1]}", f"Basic {SECRET.decode()}", SECRET.decode()):
        assert isinstance(hooked(request(HOOK, authorization=wrong)), Forged)
    assert hooked(request(HOOK)) == Forged(403, "missing_signature")


TOKEN = b"north-token-0123456789"
OCCUPANT = {
    "room_jid": "group@muc.example.org",
    "occupant": {"occupant_jid": "a@example.org/x", "joined_at": AT // 1000},
}


def test_jitsi_says_in_the_path_what_the_adapter_needs_to_know() -> None:
    sent = senders.jitsi(senders.text(OCCUPANT), TOKEN)
    found = jitsi.verify(sent, (TOKEN,))
    assert isinstance(found, Verified)
    payload = Payload(found.payloads[0], AT)
    (record,) = WEBHOOKS["jitsi"].convert(payload, lambda thing, name: f"{thing}-1").records
    assert type(record).__name__ == "Joined"


@pytest.mark.parametrize(
    "tail", ["", "events", "events/occupant/../x", 'events/"},', "room_created"]
)
def test_jitsi_may_say_it_in_the_body(tail: str) -> None:
    body = senders.text({"event_name": "muc-room-created"})
    found = jitsi.verify(senders.jitsi(body, TOKEN)._replace(tail=tail), (TOKEN,))
    assert isinstance(found, Verified)
    assert found.payloads == (body,)


def test_jitsi_reads_bearer_in_any_case() -> None:
    for scheme in ("Bearer", "bearer", "BEARER"):
        told = {"authorization": f"{scheme} {TOKEN.decode()}"}
        sent = senders.jitsi(b"{}", TOKEN)._replace(headers=told)
        assert isinstance(jitsi.verify(sent, (TOKEN,)), Verified)


CONSOLE = b"whsec_7c1e5d9a0b"
STAMP = str(AT // 1000)
SIGNED = in_base64(mac(CONSOLE, f"{STAMP}.".encode() + b"{}"))


@pytest.mark.parametrize(
    ("header", "good"),
    [
        (f"t={STAMP},v1={SIGNED}", True),
        (f"t={STAMP}, v1={SIGNED}", True),
        (f"v1={SIGNED},t={STAMP}", True),
        (f"t={STAMP},v1=AAAA,v1={SIGNED}", True),
        (f"t={STAMP},v2=AAAA,v1={SIGNED}", True),
        (f"t={STAMP},v0={SIGNED}", False),
        (f"t={STAMP},v2={SIGNED}", False),
        (f"t={STAMP},t={STAMP},v1={SIGNED}", False),
        (f"v1={SIGNED}", False),
        (f"t={STAMP}", False),
        (f"t=,v1={SIGNED}", False),
        (f"t={STAMP},v1=", False),
        (f"t={STAMP};v1={SIGNED}", False),
        (f"t={STAMP},v1={SIGNED.rstrip('=')}", False),
        (f"t={STAMP},v1={SIGNED.replace('+', '-').replace('/', '_')}", SIGNED.isalnum()),
        (f"t={STAMP},v1={mac(CONSOLE, STAMP.encode() + b'.{}').hex()}", False),
        (",".join(["v1=AAAA"] * 2_000), False),
    ],
)
def test_jaas_lists_what_it_signed(header: str, good: bool) -> None:
    found = jaas.verify(request(b"{}", x_jaas_signature=header), (CONSOLE,))
    assert isinstance(found, Verified if good else Forged)


def test_jaas_tells_seconds_or_milliseconds() -> None:
    signature = in_base64(mac(CONSOLE, f"{AT}.{{}}".encode()))
    sent = request(b"{}", x_jaas_signature=f"t={AT},v1={signature}")
    assert isinstance(jaas.verify(sent, (CONSOLE,)), Verified)


@pytest.mark.parametrize("body", [b'{"test":"test"}', b'{ "test": "test" }\n'])
def test_daily_asks_before_it_has_a_secret(body: bytes) -> None:
    assert daily.verify(request(body), ()) == Answer(200, b"{}", "application/json")


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"test", b'{"test":"other"}', b'{"test":"test","type":"meeting.ended"}',
     b'["test"]', b'{"test":"test"' + b" " * 80 + b"}", b'{"test":"test"}{}', b"\xff"],
)  # fmt: skip
def test_daily_asks_nothing_else(body: bytes) -> None:
    assert daily.verify(request(body), (KEY_64,)) == Forged(401, "missing_signature")
    assert isinstance(daily.verify(senders.daily(body, KEY_64), (KEY_64,)), Verified)


PUBLISHED = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SVIX = {
    "svix-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "svix-timestamp": "1614265330",
    "svix-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def test_recall_signs_as_svix_documents() -> None:
    """The example of Svix's documentation, made by nobody here."""
    sent = Request(SVIX, {}, URL, b'{"test": 2432232314}', 1_614_265_330_000)
    assert isinstance(recall.verify(sent, (PUBLISHED,)), Verified)
    newer = {name.replace("svix", "webhook"): value for name, value in SVIX.items()}
    assert isinstance(recall.verify(sent._replace(headers=newer), (PUBLISHED,)), Verified)
    for mixed in ("svix-id", "svix-timestamp", "svix-signature"):
        told = {**SVIX, mixed.replace("svix", "webhook"): SVIX[mixed]}
        del told[mixed]
        assert isinstance(recall.verify(sent._replace(headers=told), (PUBLISHED,)), Forged)


WHOLE = b"whsec_" + KEY_64


@pytest.mark.parametrize(
    ("signatures", "good"),
    [
        ("v1,{0}", True),
        ("v1,AAAA v1,{0}", True),
        ("v1,{0} v1,AAAA", True),
        ("v1a,AAAA v1,{0}", True),
        ("v1a,{0}", False),
        ("v2,{0}", False),
        ("{0}", False),
        ("v1,{0},v1,AAAA", False),
        ("v1, {0}", False),
        ("v1={0}", False),
        ("V1,{0}", False),
    ],
)
def test_recall_parts_signatures_by_blanks(signatures: str, good: bool) -> None:
    sent = senders.recall(b"{}", WHOLE)
    right = sent.headers["webhook-signature"].removeprefix("v1,")
    told = {**sent.headers, "webhook-signature": signatures.format(right)}
    found = recall.verify(sent._replace(headers=told), (WHOLE,))
    assert isinstance(found, Verified if good else Forged)


def test_recall_may_sign_by_two_families_at_once() -> None:
    other = b"whsec_" + senders.OTHER_64
    both = {**senders.recall(b"{}", other).headers, **senders.svix(b"{}", WHOLE).headers}
    sent = senders.recall(b"{}", WHOLE)._replace(headers=both)
    for live in ((WHOLE,), (other,), (WHOLE, other)):
        assert isinstance(recall.verify(sent, live), Verified)


def test_recall_parts_what_it_signs_by_dots_alone() -> None:
    """An id with a dot could be read as another id with another time."""
    key, told = b"k" * 32, {"webhook-id": "msg.1772445600", "webhook-timestamp": STAMP}
    signature = in_base64(mac(key, f"msg.1772445600.{STAMP}.{{}}".encode()))
    sent = request(b"{}")._replace(headers={**told, "webhook-signature": f"v1,{signature}"})
    assert recall.verify(sent, (WHOLE,)) == Forged(401, "malformed_signature")
