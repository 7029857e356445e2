"""Closing: what is under way is finished, and nothing more is begun.

The HTTP server's own end lets the rest of a body that is still arriving fall to the ground: its
sender would hear 408, which a platform never tries again.
"""

import asyncio
import contextlib
from typing import Any

from aiohttp import web

from streams.gateway.answers import Handler, RefusedError


def ending() -> bool:
    """Whether the task that asks was told to end.

    A client of Kafka swallows that where it meets its own time-out; who goes on for ever asks.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class UnderWay:
    """The requests that have begun and are not answered yet."""

    def __init__(self) -> None:
        self._count = 0
        self._closing = False
        self._none = asyncio.Event()
        self._none.set()

    @property
    def counted(self) -> Any:
        """A middleware that counts them, and begins no more once the door closes."""

        @web.middleware
        async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self._closing:
                raise RefusedError(503, "closing")
            self._count += 1
            self._none.clear()
            try:
                return await handler(request)
            finally:
                self._count -= 1
                if not self._count:
                    self._none.set()

        return middleware

    async def finish(self, patience_s: float) -> None:
        """Return when all are answered, or `patience_s` have passed."""
        self._closing = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._none.wait()
