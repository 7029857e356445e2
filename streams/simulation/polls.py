"""Polls: the host asks, and those who are there answer or do not."""

from random import Random

from schemas.instants import MINUTE_MS
from schemas.telemetry import PollAnswered, PollClosed, PollOpened
from streams.simulation.account import Account
from streams.simulation.meeting import Meeting
from streams.simulation.people import Person
from streams.simulation.presence import Visit
from streams.simulation.timeline import seconds

OPEN_MS = 2 * MINUTE_MS
SHARES = (0.15, 0.38, 0.7, 0.88)
"""Where in a session the host asks."""


def poll(
    meeting: Meeting,
    present: list[tuple[Person, list[Visit]]],
    hosted: list[Visit],
    account: Account,
    random: Random,
) -> None:
    """Every poll of a session with its answers; none while no host is there, or one to one."""
    if meeting.kind == "individual":
        return
    for share in SHARES:
        opened = meeting.along(share) + seconds(random, -120, 120)
        if not _connected(hosted, opened) or meeting.on_break(opened):
            continue
        code = account.code("poll-", 4)
        account.tell(PollOpened, opened, poll=code)
        account.tell(PollClosed, opened + OPEN_MS, poll=code)
        for person, visits in present:
            at = opened + seconds(random, 3, 110)
            visit = _connected(visits, at)
            if random.random() < person.style.answers and visit:
                account.tell(PollAnswered, at, poll=code, **visit.who)


def _connected(visits: list[Visit], offset: int) -> Visit | None:
    return next((visit for visit in visits if visit.begins <= offset < visit.ends), None)
