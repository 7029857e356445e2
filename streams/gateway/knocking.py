"""Knocking: what is looked at of a request before anybody believes what it says."""

import asyncio
import re
from collections.abc import Collection, Mapping
from hashlib import sha256

from aiohttp import web

from streams.gateway.answers import RefusedError
from streams.gateway.config import Caller, Config, Kind

SIGNING = re.compile(r"authorization|.*(?:signature|timestamp|webhook|svix|checksum|event-id).*")
"""Headers that prove something: of two with one name nobody knows which one was signed."""

TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
BEARER = "bearer "


def content_type(request: web.Request, allowed: Collection[str]) -> str:
    """The media type; RefusedError 415 for another one, another charset, or a packed body."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise RefusedError(415, "content_encoding")
    found = request.content_type.lower()
    if found not in allowed or (request.charset or "utf-8").lower() not in ("utf-8", "utf8"):
        raise RefusedError(415, "content_type", allowed=sorted(allowed))
    return found


def caller(request: web.Request, config: Config, kind: Kind) -> Caller:
    """Whose bearer token it is; RefusedError 401 for nobody's, 403 for one of another kind."""
    told = request.headers.getall("Authorization", [])
    if len(told) != 1 or not told[0].lower().startswith(BEARER):
        raise RefusedError(401, "no_token")
    token = told[0][len(BEARER) :].strip().encode(errors="surrogateescape")
    # Looked up by its digest, which tells nothing of how near a guess was.
    found = config.callers.get(sha256(token).digest())
    if found is None:
        raise RefusedError(401, "unknown_token")
    if found.kind != kind:
        raise RefusedError(403, "not_allowed")
    return found


def headers(request: web.Request) -> Mapping[str, str]:
    """Headers by their names in lower case; RefusedError 400 for a proof that came twice."""
    found: dict[str, str] = {}
    for name, told in request.headers.items():
        lower = name.lower()
        if lower in found and SIGNING.fullmatch(lower):
            raise RefusedError(400, "repeated_header")
        found[lower] = told
    return found


def traceparent(request: web.Request) -> str | None:
    """The W3C trace context, if it is one."""
    told = request.headers.get("traceparent", "")
    return told if TRACEPARENT.fullmatch(told) else None


async def body(request: web.Request, most: int, patience_s: float) -> bytes:
    """The whole body; RefusedError 413 above `most` bytes, 408 for one that does not come."""
    if (request.content_length or 0) > most:
        raise RefusedError(413, "too_large")
    found = bytearray()
    try:
        async with asyncio.timeout(patience_s):
            async for part in request.content.iter_any():
                found += part
                if len(found) > most:
                    raise RefusedError(413, "too_large")
    except TimeoutError:
        raise RefusedError(408, "too_slow") from None
    except web.RequestPayloadError:
        raise RefusedError(400, "broken_body") from None
    return bytes(found)
