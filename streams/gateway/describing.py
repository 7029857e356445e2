"""Describing: what the door takes and answers, as OpenAPI, for whoever asks."""

from aiohttp import web
from msgspec import Raw

from schemas.codec import encode
from schemas.openapi import document
from streams.gateway.answers import answer

_DOCUMENT = Raw(encode(document()))


async def described(_: web.Request) -> web.Response:
    """The document, made once: it says nothing of who asks, or of any tenant."""
    return answer(_DOCUMENT)
