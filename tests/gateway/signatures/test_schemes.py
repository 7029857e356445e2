"""What holds of every platform's check, with requests in the platform's own shape."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platforms.webhooks import WEBHOOKS
from streams.gateway.signatures.scheme import Forged, Request, Verdict, Verified
from streams.gateway.signatures.schemes import KEYS, SCHEMES, usable
from tests.gateway.signatures.senders import AT, DAY, HOUR, SECOND, SENDERS, URL, Sender

every = pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: sender.send.__name__)
SIGNED = [sender for sender in SENDERS if sender.platform != "jitsi"]
signed = pytest.mark.parametrize("sender", SIGNED, ids=lambda sender: sender.send.__name__)


def genuine(sender: Sender, at: int = AT, body: bytes | None = None) -> Request:
    return sender.send(sender.body if body is None else body, sender.secrets[0], at)


def verdict(sender: Sender, request: Request, *secrets: bytes) -> Verdict:
    return SCHEMES[sender.platform](request, secrets or sender.secrets[:1])


def mark_of(sender: Sender, request: Request) -> str:
    found = verdict(sender, request)
    assert isinstance(found, Verified)
    return found.mark


def test_every_platform_is_checked() -> None:
    assert SCHEMES.keys() == WEBHOOKS.keys() == KEYS.keys()
    assert {sender.platform for sender in SENDERS} == WEBHOOKS.keys()


@every
def test_what_the_platform_sent_is_let_in(sender: Sender) -> None:
    found = verdict(sender, genuine(sender))
    assert isinstance(found, Verified)
    if sender.platform == "jitsi":
        assert found.payloads == (b'{"event":"occupant/joined","body":%b}' % sender.body,)
    else:
        assert found.payloads == (sender.body,)


@every
def test_while_a_secret_is_replaced_both_are_good(sender: Sender) -> None:
    old, new = sender.secrets
    for secret in (old, new):
        request = sender.send(sender.body, secret)
        for live in ((old, new), (new, old), (new + b"\n", b" " + old)):
            assert isinstance(verdict(sender, request, *live), Verified)


@every
def test_another_tenants_secret_is_none(sender: Sender) -> None:
    ours, theirs = sender.secrets
    forged = Forged(sender.forged, "wrong_signature")
    assert verdict(sender, sender.send(sender.body, theirs), ours) == forged
    assert SCHEMES[sender.platform](genuine(sender), ()) == forged


@every
@pytest.mark.parametrize(
    "secret", [b"", b"\n", b"short", b"\xff\xfe", b"whsec_", b"whsec_c2hvcnQ=", b"key:", b":" * 9]
)
def test_a_secret_that_is_none_lets_nobody_in(sender: Sender, secret: bytes) -> None:
    assert not usable(sender.platform, secret)
    assert verdict(sender, genuine(sender), secret) == Forged(sender.forged, "wrong_signature")
    assert isinstance(verdict(sender, genuine(sender), secret, sender.secrets[0]), Verified)


@every
def test_secrets_of_its_own_kind_are_usable(sender: Sender) -> None:
    assert all(usable(sender.platform, secret + b"\n") for secret in sender.secrets)


@signed
def test_time_has_a_first_and_a_last_moment(sender: Sender) -> None:
    assert sender.past is not None
    assert sender.future is not None
    cases: Mapping[int, str | None] = {
        sender.past: None,
        sender.past + 1: "too_old",
        sender.past + 30 * DAY: "too_old",
        -sender.future: None,
        -sender.future - 1: "from_the_future",
        -30 * DAY: "from_the_future",
    }
    for late, code in cases.items():
        found = verdict(sender, genuine(sender)._replace(at=AT + late))
        assert found == Forged(sender.forged, code) if code else isinstance(found, Verified), late


def test_the_last_retry_of_zoom_may_bear_the_first_time() -> None:
    zoom = SENDERS[0]
    last = AT + (5 + 20 + 60) * 60 * SECOND + 10 * SECOND
    assert isinstance(verdict(zoom, genuine(zoom)._replace(at=last)), Verified)


@signed
def test_a_wrong_time_is_told_of_the_signed_alone(sender: Sender) -> None:
    request = sender.send(sender.body, sender.secrets[1])._replace(at=AT + 30 * DAY)
    assert verdict(sender, request) == Forged(sender.forged, "wrong_signature")


@every
def test_a_redelivery_has_the_mark_of_the_first(sender: Sender) -> None:
    first = mark_of(sender, genuine(sender))
    again = genuine(sender, AT + 2 * SECOND)
    assert mark_of(sender, again) == first
    assert mark_of(sender, genuine(sender)._replace(at=AT + SECOND)) == first
    other = sender.body.replace(b"timestamp=1772445600000", b"timestamp=1772445600001")
    other = other if other != sender.body else sender.body + b" "
    assert mark_of(sender, genuine(sender, body=other)) != first
    assert len(first) == 64


def test_marks_of_platforms_paths_and_tenants_differ() -> None:
    marks = {mark_of(each, genuine(each, body=SENDERS[2].body)) for each in SENDERS}
    assert len(marks) == len(SENDERS) - 2  # BigBlueButton's two are one platform, Recall.ai's too.
    jitsi = next(each for each in SENDERS if each.platform == "jitsi")
    here = mark_of(jitsi, genuine(jitsi))
    assert mark_of(jitsi, genuine(jitsi)._replace(tail="events/occupant/left")) != here
    assert mark_of(jitsi, genuine(jitsi)._replace(url=URL.replace("north", "south"))) != here


def places(request: Request) -> list[tuple[str, str]]:
    """Every header and parameter, all of which count."""
    return [
        *(("headers", name) for name in request.headers),
        *(("query", name) for name in request.query),
    ]


def changed(request: Request, place: tuple[str, str], change: Callable[[str], str]) -> Request:
    field, name = place
    told = dict(getattr(request, field))
    told[name] = change(told[name])
    return request._replace(**{field: told})


BAD: Mapping[str, Callable[[str], str]] = {
    "empty": lambda value: "",
    "blank": lambda value: " ",
    "cut by one": lambda value: value[:-1],
    "cut in half": lambda value: value[: len(value) // 2],
    "one more": lambda value: value + "0",
    "twice": lambda value: f"{value},{value}",
    "padded": lambda value: value + "=",
    "a blank after": lambda value: value + " ",
    "a newline after": lambda value: value + "\n",
    "NUL after": lambda value: value + "\0",
    "not ASCII": lambda value: value + "é",
    "other digits": lambda value: value.translate({48 + n: 0x0660 + n for n in range(10)}),
    "a lone surrogate": lambda value: value[:-1] + "\udce9",
    "huge": lambda value: value + "A" * 1_000_000,
    "many after commas": lambda value: value + ",v1=x" * 400,
    "many after blanks": lambda value: value + " v1,x" * 400,
    "injected": lambda value: "' OR 1=1 --\r\nx-admin: 1",
    "format": lambda value: "%s%n{0}$`id`",
}


@every
@pytest.mark.parametrize("bad", BAD)
def test_no_header_may_be_odd(sender: Sender, bad: str) -> None:
    request = genuine(sender)
    for place in places(request):
        odd = changed(request, place, BAD[bad])
        if getattr(odd, place[0]) != getattr(request, place[0]):
            found = verdict(sender, odd)
            harmless = (bad, place[1]) in HARMLESS
            assert isinstance(found, Verified if harmless else Forged), place


HARMLESS = (
    ("many after commas", "x-jaas-signature"),
    ("many after blanks", "webhook-signature"),
    ("many after blanks", "svix-signature"),
    ("a blank after", "webhook-signature"),
    ("a blank after", "svix-signature"),
)
"""In a list of signatures one that is wrong does not make another wrong."""


@every
def test_no_header_may_be_missing(sender: Sender) -> None:
    request = genuine(sender)
    for field, name in places(request):
        rest = {key: value for key, value in getattr(request, field).items() if key != name}
        found = verdict(sender, request._replace(**{field: rest}))
        assert found == Forged(sender.forged, "missing_signature")
        upper = rest | {name.upper(): getattr(request, field)[name]}
        assert isinstance(verdict(sender, request._replace(**{field: upper})), Forged)


@signed
def test_nothing_signed_in_upper_case(sender: Sender) -> None:
    request = genuine(sender)
    for place in places(request):
        odd = changed(request, place, str.upper)
        if getattr(odd, place[0]) != getattr(request, place[0]):
            assert isinstance(verdict(sender, odd), Forged)


@signed
@given(data=st.data())
def test_one_other_byte_in_the_body_is_another_body(sender: Sender, data: st.DataObject) -> None:
    request = genuine(sender)
    at = data.draw(st.integers(0, len(request.body) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != request.body[at]))
    body = bytes([*request.body[:at], byte, *request.body[at + 1 :]])
    found = verdict(sender, request._replace(body=body))
    assert isinstance(found, Forged)
    assert found.status == sender.forged


@every
@given(data=st.data())
def test_one_other_character_in_what_is_signed_is_forged(
    sender: Sender, data: st.DataObject
) -> None:
    request = genuine(sender)
    place = data.draw(st.sampled_from(places(request)))
    value = getattr(request, place[0])[place[1]]
    # The scheme's own name may be written in any case.
    since = len("Bearer ") if value.startswith("Bearer ") else 0
    at = data.draw(st.integers(since, len(value) - 1))
    other = data.draw(st.characters().filter(lambda each: each != value[at]))
    odd = changed(request, place, lambda text: text[:at] + other + text[at + 1 :])
    assert isinstance(verdict(sender, odd), Forged)


NAMES = sorted({name for each in SENDERS for _, name in places(genuine(each))})
texts = st.text() | st.text("0123456789abcdefv=,. ") | st.sampled_from(["Bearer x", "t=1,v1=,v1="])


@every
@given(
    headers=st.dictionaries(st.sampled_from(NAMES), texts),
    query=st.dictionaries(st.sampled_from(["checksum", "x"]), texts),
    body=st.binary() | st.sampled_from([each.body for each in SENDERS]),
    at=st.integers(-(10**15), 10**15),
    tail=texts,
)
def test_nothing_raises_and_nothing_unsigned_is_let_in(
    sender: Sender,
    headers: dict[str, str],
    query: dict[str, str],
    body: bytes,
    at: int,
    tail: str,
) -> None:
    found = verdict(sender, Request(headers, query, URL, body, at, tail))
    assert not isinstance(found, Verified)


@every
@given(data=st.data(), at=st.integers(-HOUR, HOUR))
def test_secrets_are_in_nothing_that_is_told(sender: Sender, data: st.DataObject, at: int) -> None:
    request = genuine(sender)
    place = data.draw(st.sampled_from(places(request)))
    change = data.draw(st.sampled_from([*BAD.values(), lambda value: value]))
    odd = changed(request, place, change)._replace(at=AT + at)
    found: Any = verdict(sender, odd, *sender.secrets)
    for secret in sender.secrets:
        for part in (secret, secret.partition(b":")[2], secret.removeprefix(b"whsec_")):
            assert not part or part.decode() not in f"{found!r}{found!s}{odd!r}"
