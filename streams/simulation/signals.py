"""What people do while they are there: camera, voice, messages, reactions, shared work."""

from random import Random

from schemas.instants import MINUTE_MS
from schemas.telemetry import Camera, Chat, Hand, Reaction, SharedWork, Speaking
from streams.simulation.account import Account
from streams.simulation.meeting import Meeting
from streams.simulation.people import CameraHabit, Style
from streams.simulation.presence import CONNECTION_DIGITS, Visit
from streams.simulation.timeline import SECOND_MS, moments, seconds

LECTURE = 0.5
"""How much of their usual share people speak in a workshop."""

DIALOGUE = 12
"""Turns an hour that even silent people take one to one."""

HANDS = 0.25
FORGOTTEN_OFF = 0.3
"""Shares: of reactions that are a raised hand, of ends at which no camera off is told."""


def film(
    visit: Visit, habit: CameraHabit, meeting: Meeting, account: Account, random: Random
) -> None:
    """The camera of one connection: on soon after the join, off and on by habit."""
    if habit == "never":
        return
    fields = visit.who
    if meeting.source.streams:
        fields["stream"] = account.code("cam-", CONNECTION_DIGITS)
    at, on = visit.begins + seconds(random, 1, 20), True
    while at < visit.ends:
        account.tell(Camera, at, on=on, **fields)
        if habit == "always":
            break
        at += seconds(random, 240, 1500) if on else seconds(random, 180, 1200)
        on = not on
    if habit == "always" and at < visit.ends and random.random() > FORGOTTEN_OFF:
        account.tell(Camera, visit.ends, on=False, **fields)


def speak(visit: Visit, style: Style, meeting: Meeting, account: Account, random: Random) -> None:
    """Turns of a few seconds to a minute, one after the other."""
    fields = visit.who
    rate = {
        "group": style.turns,
        "workshop": style.turns * LECTURE,
        "individual": max(style.turns, DIALOGUE),
    }[meeting.kind]
    silent_until = visit.begins
    for at in moments(random, rate, visit.begins, visit.ends):
        ends = min(at + seconds(random, 4, 50), visit.ends)
        if at < silent_until or meeting.on_break(at):
            continue
        account.tell(Speaking, at, on=True, **fields)
        account.tell(Speaking, ends, on=False, **fields)
        silent_until = ends + SECOND_MS


def write(visit: Visit, style: Style, meeting: Meeting, account: Account, random: Random) -> None:
    """Messages, reactions and work on a shared board; one to one there are few."""
    fields = visit.who
    share = 0.2 if meeting.kind == "individual" else 1.0
    begins, ends = visit.begins + MINUTE_MS, visit.ends
    for at in moments(random, style.messages * share, begins, ends):
        account.tell(Chat, at, **fields)
    for at in moments(random, style.reactions * share, begins, ends):
        account.tell(Hand if random.random() < HANDS else Reaction, at, **fields)
    for at in moments(random, style.shared_works * share, begins, ends):
        if not meeting.on_break(at):
            account.tell(SharedWork, at, **fields)
