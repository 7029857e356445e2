"""LiveKit: tokens as it makes them, and those that somebody else would like to make."""

import base64
import hashlib
import string
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.signatures.livekit import verify
from streams.gateway.signatures.scheme import Forged, Request, Verdict, Verified
from tests.gateway.signatures.senders import (
    AT,
    NORTH,
    SOUTH,
    claims,
    in_base64,
    mac,
    request,
    segment,
    token,
)

BODY = b'{"event":"room_finished","id":"EV_9","createdAt":"1772445600"}'
KEY, SECRET = NORTH.decode().split(":")
S = AT // 1000


def sent(told: str) -> Request:
    return request(BODY, authorization=told)


def found(told: str, *secrets: bytes) -> Verdict:
    return verify(sent(told), secrets or (NORTH,))


def by_hand(told: Any, secret: str = SECRET, **how: Any) -> str:
    return token(told, secret.encode(), **how)


@pytest.mark.parametrize("prefix", ["", "Bearer "])
@pytest.mark.parametrize("made", [by_hand, lambda told: jwt.encode(told, SECRET)])
def test_a_token_may_follow_bearer_or_stand_alone(made: Any, prefix: str) -> None:
    assert isinstance(found(prefix + made(claims(BODY))), Verified)


def test_a_pair_is_a_key_and_its_own_secret() -> None:
    south_key, south_secret = SOUTH.decode().split(":")
    mixed = by_hand(claims(BODY, iss=south_key))
    assert found(mixed, NORTH, SOUTH) == Forged(401, "wrong_signature")
    assert isinstance(
        found(by_hand(claims(BODY, iss=south_key), south_secret), NORTH, SOUTH), Verified
    )
    spaced = f"{KEY}: {SECRET}\n".encode()
    assert isinstance(found(by_hand(claims(BODY)), spaced), Verified)


def sha(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()


URLSAFE = next(
    digest
    for digest in (base64.urlsafe_b64encode(sha(BODY)).decode(),)
    if set(digest) & set("-_")
)  # fmt: skip

WRONG_CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "no exp": ({"exp": None}, "malformed_signature"),
    "exp in words": ({"exp": str(S + 300)}, "malformed_signature"),
    "exp with a fraction": ({"exp": S + 0.5}, "malformed_signature"),
    "exp true": ({"exp": True}, "malformed_signature"),
    "exp without end": ({"exp": float("inf")}, "malformed_signature"),
    "exp of no number": ({"exp": float("nan")}, "malformed_signature"),
    "exp of the far future": ({"exp": S + 3_601}, "from_the_future"),
    "exp huge": ({"exp": 10**300}, "from_the_future"),
    "exp over by a leeway and a second": ({"exp": S - 61}, "too_old"),
    "nbf later than the leeway": ({"nbf": S + 61}, "from_the_future"),
    "nbf in words": ({"nbf": "0"}, "malformed_signature"),
    "no hash": ({"sha256": None}, "malformed_signature"),
    "a list of hashes": ({"sha256": [in_base64(sha(BODY))]}, "malformed_signature"),
    "the hash of another body": ({"sha256": in_base64(sha(b"{}"))}, "wrong_signature"),
    "a hash in the other alphabet": ({"sha256": URLSAFE}, "wrong_signature"),
    "a hash in hex": ({"sha256": sha(BODY).hex()}, "wrong_signature"),
    "a hash unpadded": ({"sha256": in_base64(sha(BODY)).rstrip("=")}, "wrong_signature"),
    "an empty hash": ({"sha256": ""}, "wrong_signature"),
    "a hash not ASCII": ({"sha256": "é\udce9"}, "wrong_signature"),
    "no issuer": ({"iss": None}, "wrong_signature"),
    "another issuer": ({"iss": "APIsouth3Fz8"}, "wrong_signature"),
    "issuers": ({"iss": [KEY]}, "wrong_signature"),
    "no key as issuer": ({"iss": ""}, "wrong_signature"),
}


@pytest.mark.parametrize("case", WRONG_CLAIMS)
def test_claims_that_are_signed_and_wrong(case: str) -> None:
    changed, code = WRONG_CLAIMS[case]
    assert found(by_hand(claims(BODY, **changed))) == Forged(401, code)


@pytest.mark.parametrize(
    "changed",
    [{"exp": S - 60}, {"exp": S + 3_600}, {"nbf": S + 60}, {"nbf": None}, {"sub": None},
     {"iat": S + 999_999}, {"aud": "somebody"}, {"jti": 7}, {"video": {"room": "x"}}],
)  # fmt: skip
def test_claims_on_the_right_side(changed: dict[str, Any]) -> None:
    assert isinstance(found(by_hand(claims(BODY, **changed))), Verified)


def unsigned(header: Any) -> str:
    return f"{segment(header)}.{segment(claims(BODY))}."


HS256 = {"alg": "HS256"}
RIGHT = by_hand(claims(BODY))
HEAD, CLAIMS, SIGNATURE = RIGHT.split(".")
CONFUSED: dict[str, str] = {
    "none": unsigned({"alg": "none"}),
    "None": unsigned({"alg": "None", "typ": "JWT"}),
    "none, signed": by_hand(claims(BODY), header={"alg": "none"}),
    "no algorithm": by_hand(claims(BODY), header={"typ": "JWT"}),
    "algorithm null": by_hand(claims(BODY), header={"alg": None}),
    "algorithms": by_hand(claims(BODY), header={"alg": ["HS256"]}),
    "in lower case": by_hand(claims(BODY), header={"alg": "hs256"}),
    "RS256 with the secret": by_hand(claims(BODY), header={"alg": "RS256"}),
    "ES256 with the secret": by_hand(claims(BODY), header={"alg": "ES256"}),
    "HS512": by_hand(claims(BODY), header={"alg": "HS512"}, algorithm="sha512"),
    "HS384": by_hand(claims(BODY), header={"alg": "HS384"}, algorithm="sha384"),
    "HS512 said to be HS256": by_hand(claims(BODY), algorithm="sha512"),
    "HS256 said to be HS512": by_hand(claims(BODY), header={"alg": "HS512"}),
    "what must be understood": by_hand(claims(BODY), header=HS256 | {"crit": ["x"], "x": 1}),
    "an unencoded payload": by_hand(claims(BODY), header=HS256 | {"b64": False, "crit": ["b64"]}),
    "a key of its own": by_hand(claims(BODY), "x" * 32, header=HS256 | {"jwk": {"k": "x" * 32}}),
    "an empty key": by_hand(claims(BODY), ""),
    "the API key as secret": by_hand(claims(BODY), KEY),
    "two segments": f"{HEAD}.{CLAIMS}",
    "four segments": f"{RIGHT}.{SIGNATURE}",
    "five segments": f"{HEAD}.a.b.{CLAIMS}.{SIGNATURE}",
    "no claims": f"{HEAD}..{SIGNATURE}",
    "no header": f".{CLAIMS}.{SIGNATURE}",
    "padded": RIGHT + "=",
    "Bearer twice": f"Bearer Bearer {RIGHT}",
    "Bearer alone": "Bearer ",
    "Basic": f"Basic {RIGHT}",
    "claims that are a list": by_hand([claims(BODY)]),
    "claims that are a number": by_hand(7),
    "claims that are no JSON": by_hand(b"{"),
    "claims that are no UTF-8": by_hand(b"\xff"),
    "claims in depth": by_hand(b"[" * 2_500),
    "claims of many digits": by_hand(b'{"exp":' + b"9" * 2_500 + b"}"),
    "a header that is a list": by_hand(claims(BODY), header=["HS256"]),
    "a header in depth": by_hand(claims(BODY), header=b'{"alg":' + b"[" * 2_000),
}  # fmt: skip


@pytest.mark.parametrize("case", CONFUSED)
def test_a_token_of_another_making(case: str) -> None:
    assert isinstance(found(CONFUSED[case]), Forged)


def test_a_number_of_more_digits_than_python_reads_is_refused() -> None:
    many = by_hand(b'{"exp":' + b"9" * 5_000 + b"}")
    assert found(many) == Forged(401, "missing_signature")  # Longer than any header may be.


@pytest.mark.parametrize("last", string.ascii_letters + string.digits + "-_")
def test_no_other_last_character_means_the_same_signature(last: str) -> None:
    """Two bits of the last character mean nothing, and must be zero all the same."""
    told = RIGHT[:-1] + last
    assert isinstance(found(told), Verified if told == RIGHT else Forged)


@given(st.integers(0, len(SIGNATURE)), st.sampled_from("=+/ \n.~\t"))
def test_nothing_may_stand_in_a_signature(at: int, junk: str) -> None:
    told = f"{HEAD}.{CLAIMS}.{SIGNATURE[:at]}{junk}{SIGNATURE[at:]}"
    assert isinstance(found(told), Forged)


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_whatever_is_signed_never_raises(header: bytes, payload: bytes) -> None:
    signed = f"{segment(header)}.{segment(payload)}"
    signature = segment(mac(SECRET.encode(), signed.encode()))
    assert isinstance(found(f"{signed}.{signature}"), Forged)


def test_a_short_secret_is_none() -> None:
    short = f"{KEY}:{'s' * 31}".encode()
    assert found(by_hand(claims(BODY), "s" * 31), short) == Forged(401, "wrong_signature")
    enough = f"{KEY}:{'s' * 32}".encode()
    assert isinstance(found(by_hand(claims(BODY), "s" * 32), enough), Verified)
