"""When somebody is there: arrival, departure, the holes between, and their connections."""

from dataclasses import dataclass
from random import Random
from typing import Literal

from schemas.instants import HOUR_MS, MINUTE_MS
from streams.simulation.meeting import Meeting, Role
from streams.simulation.people import Person
from streams.simulation.schedule import AGREED_LATENESS_MS
from streams.simulation.timeline import moments, seconds

ABSENT: frozenset[Role | None] = frozenset(
    {
        "notified_early",
        "emergency",
        "absence_accepted",
        "absence_refused",
        "overridden",
        "no_show",
    }
)
NO_SHOWS = 0.05
EARLY_LEAVERS = 0.07
WALKERS = 0.25
"""Shares of people: who stay away unasked, who leave early, who leave for the break."""

RECONNECTS = 4
HOST_LATE_MS = 12 * MINUTE_MS
KEPT_WAITING_MS = 7 * MINUTE_MS
GIVES_UP_MS = 9 * MINUTE_MS
HOST_STAYS = 0.3


@dataclass(frozen=True, slots=True)
class Stay:
    """From the first join to the last leave, in offsets."""

    arrives: int
    leaves: int


@dataclass(frozen=True, slots=True)
class Hole:
    """A time away inside a stay: `begins` to `ends`, and why."""

    begins: int
    ends: int
    cause: Literal["left", "network"]


def attend(person: Person, meeting: Meeting, random: Random) -> Stay | None:
    """When this participant comes and goes, or None for somebody who does not come."""
    role = meeting.roles.get(person.participant)
    arrives = meeting.begins + seconds(random, *person.arrival)
    leaves = meeting.closes + seconds(random, -60, 170)
    unrest = 0.0 if person.participant in meeting.steady else meeting.unrest
    stays_away = random.random() < NO_SHOWS * unrest
    leaves_early = random.random() < EARLY_LEAVERS * unrest
    share, patience = random.uniform(0.45, 0.8), seconds(random, 300, 1200)
    if role in ABSENT or (role is None and stays_away):
        return None
    if role == "waived":
        arrives = meeting.begins + min(12 * MINUTE_MS, (meeting.ends - meeting.begins) // 3)
    if role == "agreed_late":
        arrives = min(meeting.begins + AGREED_LATENESS_MS, meeting.along(0.5))
    if role == "kept_waiting":
        arrives = max(arrives, meeting.begins) + KEPT_WAITING_MS
    if role == "gave_up":
        arrives, leaves = meeting.begins, meeting.begins + GIVES_UP_MS
    if role == "leaves_early" or (role is None and leaves_early):
        leaves = meeting.along(share)
    if meeting.incident == "host_gone":
        leaves = min(leaves, meeting.along(HOST_STAYS) + patience)
    return Stay(arrives, leaves) if arrives < leaves else None


def lead(person: Person, meeting: Meeting, random: Random) -> Stay:
    """When a host comes and goes."""
    arrives = meeting.begins + seconds(random, *person.arrival)
    leaves = meeting.closes + seconds(random, 60, 170)
    if meeting.incident == "late_host":
        arrives = meeting.begins + min(HOST_LATE_MS, (meeting.ends - meeting.begins) // 3)
    if meeting.incident == "host_gone":
        leaves = meeting.along(HOST_STAYS)
    return Stay(arrives, leaves)


def holes(person: Person, meeting: Meeting, stay: Stay, random: Random) -> list[Hole]:
    """When an outage, a break or their network takes somebody away, in order and apart."""
    found = []
    if meeting.outage:
        begins, ends = meeting.outage
        found.append(Hole(begins, ends + seconds(random, 15, 160), "network"))
    for begins, ends in meeting.breaks:
        if random.random() < WALKERS:
            back = ends - seconds(random, 10, 120)
            found.append(Hole(begins + seconds(random, 20, 120), back, "left"))
    drops = person.drops
    if meeting.roles.get(person.participant) == "reconnects":
        drops = RECONNECTS * HOUR_MS / (stay.leaves - stay.arrives)
    found += [
        Hole(at, at + seconds(random, 4, 100), "network")
        for at in moments(random, drops, stay.arrives, stay.leaves)
    ]
    return _apart(found, stay)


def _apart(found: list[Hole], stay: Stay) -> list[Hole]:
    """Those that leave some presence before and after; of two that meet, the first found."""
    kept: list[Hole] = []
    for hole in found:
        inside = stay.arrives + MINUTE_MS < hole.begins and hole.ends + MINUTE_MS < stay.leaves
        if inside and all(
            hole.ends + MINUTE_MS < other.begins or other.ends + MINUTE_MS < hole.begins
            for other in kept
        ):
            kept.append(hole)
    return sorted(kept, key=lambda hole: hole.begins)
