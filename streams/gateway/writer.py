"""Writer: what is accepted, onto the log, before anybody hears that it was.

Requests that come while one append is under way share the next: under load many of them cost
one round to the broker, and alone none waits for others.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from streams.appending import BACK_OFF_S, Line, Message, SendError
from streams.gateway.closing import ending

MOST_RECORDS = 20_000
"""In one append; above it, requests wait for the next."""

MOST_WAITING = 100_000
"""Records that wait at once; more are not taken on, so that a slow log costs no memory."""


class AwayError(Exception):
    """The log did not acknowledge in time: what was sent may be there or not; send it again."""


class _Waiting(NamedTuple):
    messages: Sequence[Message]
    done: asyncio.Future[None]


class Writer:
    """Appends messages in shared turns; to be used in one event loop.

    `connection` are aiokafka's settings, `patience_s` is how long a request may wait.
    """

    def __init__(self, connection: Mapping[str, Any], patience_s: float) -> None:
        self._line = Line(connection)
        self._patience_s = patience_s
        self._waiting: list[_Waiting] = []
        self._records = 0
        self._news = asyncio.Event()

    async def append(self, messages: Sequence[Message]) -> None:
        """Return when the log has all `messages`; raises AwayError."""
        if not messages:
            return
        if self._records + len(messages) > MOST_WAITING:
            raise AwayError
        done = asyncio.get_running_loop().create_future()
        waiting = _Waiting(messages, done)
        self._waiting.append(waiting)
        self._records += len(messages)
        self._news.set()
        try:
            async with asyncio.timeout(self._patience_s):
                await done
        except TimeoutError:
            raise AwayError from None
        finally:
            self._records -= len(messages)
            if waiting in self._waiting:
                self._waiting.remove(waiting)

    async def run(self) -> None:
        """Append turn after turn until cancelled; what is waiting then is not appended."""
        try:
            while not ending():
                await self._news.wait()
                await self._append(self._turn())
                if not self._waiting:
                    self._news.clear()
        finally:
            await self._line.close()

    def _turn(self) -> list[_Waiting]:
        records = 0
        for count, each in enumerate(self._waiting):
            records += len(each.messages)
            if records > MOST_RECORDS and count:
                break
        else:
            count = len(self._waiting)
        turn, self._waiting = self._waiting[:count], self._waiting[count:]
        return turn

    async def _append(self, turn: list[_Waiting]) -> None:
        """One turn; where it fails, everybody in it hears so and the next has a new producer."""
        try:
            async with asyncio.timeout(self._patience_s):
                got_through = await self._line.append([m for each in turn for m in each.messages])
        except (SendError, TimeoutError):
            got_through = False
        for each in turn:
            if not each.done.done():
                if got_through:
                    each.done.set_result(None)
                else:
                    each.done.set_exception(AwayError())
        if not got_through:
            await self._line.close()
            await asyncio.sleep(BACK_OFF_S)
