"""Connections: how a stay looks to the platform, with its joins, leaves and waiting room."""

from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from schemas.telemetry import Admitted, Heartbeat, Joined, Left, Waiting
from streams.simulation.account import Account
from streams.simulation.conduct import Hole, Stay
from streams.simulation.meeting import Meeting
from streams.simulation.timeline import SECOND_MS, seconds

CONNECTION_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """One connection's time in the session, in offsets; `cause` is why it ended."""

    participant: str
    connection: str
    begins: int
    ends: int
    cause: Literal["left", "network", "ended"]

    @property
    def who(self) -> dict[str, Any]:
        """The fields of a record about this connection."""
        return {"participant": self.participant, "connection": self.connection}


def visits(
    participant: str, stay: Stay, holes: list[Hole], meeting: Meeting, account: Account
) -> list[Visit]:
    """The connections of a stay, one after each hole."""
    found, begins = [], stay.arrives
    for hole in holes:
        connection = account.code("con-", CONNECTION_DIGITS)
        found.append(Visit(participant, connection, begins, hole.begins, hole.cause))
        begins = hole.ends
    cause: Literal["left", "ended"] = "ended" if stay.leaves > meeting.closes else "left"
    connection = account.code("con-", CONNECTION_DIGITS)
    found.append(Visit(participant, connection, begins, stay.leaves, cause))
    return found


def second_device(main: list[Visit], account: Account, random: Random) -> Visit:
    """A telephone beside the computer, for the middle part of the stay."""
    begins, ends = main[0].begins, main[-1].ends
    return Visit(
        main[0].participant,
        account.code("con-", CONNECTION_DIGITS),
        begins + int((ends - begins) * random.uniform(0.05, 0.3)),
        begins + int((ends - begins) * random.uniform(0.5, 0.95)),
        "left",
    )


def come(visit: Visit, account: Account, *, leads: bool = False) -> None:
    """The join of a connection."""
    extra: dict[str, Any] = {"role": "host"} if leads else {}
    account.tell(Joined, visit.begins, **visit.who, **extra)


def wait(visit: Visit, account: Account, arrived: int) -> None:
    """The waiting room before a connection's join."""
    account.tell(Waiting, arrived, **visit.who)
    account.tell(Admitted, visit.begins, **visit.who)


def go(visit: Visit, account: Account, random: Random) -> None:
    """The leave of a connection.

    A network's failure is noticed late, and told later still: often after the join of the
    connection that took its place.
    """
    noticed = delay_ms = 0
    if visit.cause == "network":
        noticed, delay_ms = seconds(random, 2, 35), seconds(random, 5, 60)
    account.tell(Left, visit.ends + noticed, delay_ms=delay_ms, cause=visit.cause, **visit.who)


def beat(visit: Visit, meeting: Meeting, account: Account) -> None:
    """Signs of life, where the platform sends them."""
    if meeting.source.heartbeat_ms is None:
        return
    for offset in range(visit.begins + SECOND_MS, visit.ends, meeting.source.heartbeat_ms):
        account.tell(Heartbeat, offset, **visit.who)
