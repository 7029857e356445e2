"""One session from its first schedule to its end, as its source and its staff tell it."""

from random import Random

from streams.simulation import conduct, polls, presence, schedule, signals, staff
from streams.simulation.account import Account
from streams.simulation.conduct import Stay
from streams.simulation.meeting import Meeting
from streams.simulation.people import LEADER, CameraHabit, Person
from streams.simulation.presence import Visit
from streams.simulation.timeline import seconds

WITH_WAITING_ROOM = 0.5


def announce(meeting: Meeting, account: Account, seed: int) -> Random:
    """The plan alone, and the chance that goes on from there."""
    random = Random(f"{seed}/{meeting.session}")
    schedule.announce(meeting, account, random)
    return random


def hold(meeting: Meeting, account: Account, seed: int) -> None:
    """Everything that is told of this meeting."""
    random = announce(meeting, account, seed)
    schedule.describe(meeting, account, random)
    staff.care(meeting, account)
    if meeting.incident == "cancelled":
        return
    hosted = [
        visit
        for host in _leaders(meeting, account)
        for visit in _host(host, meeting, account, random)
    ]
    present = []
    for person in (*meeting.people, *meeting.guests):
        stay = conduct.attend(person, meeting, random)
        if stay is not None:
            present.append((person, _take_part(person, stay, meeting, account, random)))
    polls.poll(meeting, present, hosted, account, random)


def _leaders(meeting: Meeting, account: Account) -> tuple[Person, ...]:
    """Who really leads: those planned, or a substitute whom no schedule names."""
    if meeting.incident != "substitute":
        return meeting.hosts
    return (Person(participant=account.code("sta-"), style=LEADER, arrival=(-60, 60)),)


def _host(person: Person, meeting: Meeting, account: Account, random: Random) -> list[Visit]:
    stay = conduct.lead(person, meeting, random)
    gaps = conduct.holes(person, meeting, stay, random)
    visits = presence.visits(person.participant, stay, gaps, meeting, account)
    for visit in visits:
        presence.come(visit, account, leads=True)
    _fill(person, visits, "always", meeting, account, random)
    return visits


def _take_part(
    person: Person, stay: Stay, meeting: Meeting, account: Account, random: Random
) -> list[Visit]:
    role = meeting.roles.get(person.participant)
    participant = person.participant
    if role == "guest":
        participant = account.code("guest-")
        schedule.identify(meeting, account, participant, person.participant)
    gaps = conduct.holes(person, meeting, stay, random)
    visits = presence.visits(participant, stay, gaps, meeting, account)
    if role == "kept_waiting":
        presence.wait(visits[0], account, visits[0].begins - conduct.KEPT_WAITING_MS)
    elif meeting.kind == "workshop" and random.random() < WITH_WAITING_ROOM:
        presence.wait(visits[0], account, visits[0].begins - seconds(random, 5, 60))
    for visit in visits:
        presence.come(visit, account)
    if role == "two_devices" or (role is None and person.two_devices):
        telephone = presence.second_device(visits, account, random)
        presence.come(telephone, account)
        presence.go(telephone, account, random)
    habit = "never" if role in ("accommodated", "exempt") else person.camera
    _fill(person, visits, habit, meeting, account, random)
    return visits


def _fill(
    person: Person,
    visits: list[Visit],
    camera: CameraHabit,
    meeting: Meeting,
    account: Account,
    random: Random,
) -> None:
    """What somebody does in each connection, and its end."""
    for visit in visits:
        signals.film(visit, camera, meeting, account, random)
        signals.speak(visit, person.style, meeting, account, random)
        signals.write(visit, person.style, meeting, account, random)
        presence.beat(visit, meeting, account)
        presence.go(visit, account, random)
