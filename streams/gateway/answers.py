"""Answers: the one way to say yes and the one way to say no, always as JSON."""

import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from schemas.codec import encode
from streams.gateway.metrics import GatewayMetrics

RETRY_AFTER_S = 5
RETRIED = frozenset({429, 503})

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class RefusedError(Exception):
    """An answer other than 2xx; `code` is its `error`, `more` are further fields."""

    def __init__(self, status: int, code: str, **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.more = more


def answer(content: Any, status: int = 200) -> web.Response:
    """A JSON answer."""
    headers = {"Retry-After": str(RETRY_AFTER_S)} if status in RETRIED else None
    return web.Response(
        body=encode(content), status=status, content_type="application/json", headers=headers
    )


def answered(metrics: GatewayMetrics) -> Any:
    """A middleware that turns every outcome into an answer, and counts it."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        began = time.perf_counter()
        response = await _outcome(request, handler)
        response.headers["Server"] = "rollcall"
        resource = request.match_info.route.resource
        route = "none" if resource is None else resource.canonical
        metrics.requests.labels(route, str(response.status)).inc()
        metrics.duration.labels(route).observe(time.perf_counter() - began)
        return response

    return middleware


async def _outcome(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except RefusedError as error:
        return answer({"error": error.code, **error.more}, error.status)
    except web.HTTPException as error:
        code = error.reason.lower().replace(" ", "_")
        response = answer({"error": code}, error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception as error:  # noqa: BLE001 - the sender is told nothing of our own faults
        # Type and place alone: the message may hold what was sent.
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno}"
        log.error("fault of the door: %s at %s", type(error).__name__, where)
        return answer({"error": "internal_fault"}, 500)
