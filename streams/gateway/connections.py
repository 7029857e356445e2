"""Connections: what the HTTP server would say and log by itself, before any handler is asked.

What cannot be read as HTTP gets an answer like all else that is refused. The server's own answer
and its own log line would quote what came, and from where.
"""

import logging
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from streams.gateway.answers import answer

CODES = {400: "bad_request", 500: "internal_fault"}

log = logging.getLogger(__name__)


class Connection(RequestHandler):
    """One connection of a sender."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what reached no handler; the connection ends with it."""
        if status >= 500:
            self.log_exception(exc_info=exc)
        response = answer({"error": CODES.get(status, "refused")}, status)
        response.headers["Server"] = "rollcall"
        response.force_close()
        return response

    def log_exception(self, *args: Any, **more: Any) -> None:
        """The type alone: all else may hold what was sent."""
        log.error("fault of a connection: %s", type(more.get("exc_info")).__name__)


class Connections(web.Server):
    """Makes them, for requests that cannot be read as well as for those that can."""

    def __init__(self, like: web.Server, **settings: Any) -> None:
        super().__init__(like.request_handler, request_factory=like.request_factory, **settings)
        self._settings = settings

    def __call__(self) -> Connection:
        return Connection(self, loop=self._loop, **self._settings)


class Runner(web.AppRunner):
    """Runs an application on such connections."""

    def __init__(self, app: web.Application, shutdown_timeout: float, **settings: Any) -> None:
        super().__init__(app, shutdown_timeout=shutdown_timeout)
        self._connection = settings

    async def _make_server(self) -> web.Server:
        return Connections(await super()._make_server(), **self._connection)
