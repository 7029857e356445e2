"""What was received about the person: the facts that everything else is made of."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from schemas.care import AbsenceDecided, AbsenceNotified, Accommodation, Override
from schemas.instants import instant, milliseconds
from streams.care.staff import SessionFact
from streams.explanation.view import Section, View
from streams.readable import counted, listed
from streams.session.attendee import resolve
from streams.session.facts import Connection, Person
from streams.session.switches import Move


def received(view: View) -> Section:
    """Counts of what the platform told, the waiting room, polls, and what staff said."""
    counts = _counts(view)
    lines = [
        f"{counted(counts['connections'], 'connection')}: "
        f"{counted(counts['joins'], 'join')}, {counted(counts['leaves'], 'leave')}, "
        f"{counted(counts['camera_switches'], 'camera switch', 'camera switches')}, "
        f"{counted(counts['speaking_switches'], 'speaking switch', 'speaking switches')}",
        f"minutes with chat {counts['chat_minutes']}, reactions {counts['reaction_minutes']}, "
        f"shared work {counts['shared_work_minutes']}; "
        f"{counted(counts['polls_answered'], 'poll')} answered, "
        f"{counts['polls']} put to the session",
    ]
    if not counts["connections"]:
        lines = ["nothing was ever received about this person"]
    aliases = [name for name, _ in people(view) if name != view.participant]
    if aliases:
        lines.append(f"also seen as {listed(aliases)}")
    lines += _waiting(view)
    lines += [f"staff: {_said(fact, view)}" for fact in view.staff]
    return Section("received", "What was received", lines, counts | {"aliases": aliases})


def people(view: View) -> list[tuple[str, Person]]:
    """Every id that belongs to the participant, in the order of `Stay.tracks`."""
    return [
        (name, person)
        for name, person in view.facts.people.items()
        if resolve(name, view.facts.links) == view.participant
    ]


def named_connections(view: View) -> list[tuple[str, Connection]]:
    """The person's connections with their names, in the order of `Stay.tracks`."""
    return [
        (connection_name, connection)
        for _, person in people(view)
        for connection_name, connection in person.connections.items()
    ]


def _counts(view: View) -> dict[str, Any]:
    connections = [connection for _, connection in named_connections(view)]
    moves = Counter(Move(code & 15) for each in connections for code in each.moves)
    for each in connections:
        for stream in each.streams.values():
            moves.update(Move(code & 15) for code in stream)
    mine = [person for _, person in people(view)]
    return {
        "connections": len(connections),
        "joins": moves[Move.JOINED] + moves[Move.JOINED_AS_HOST],
        "leaves": moves[Move.LEFT] + moves[Move.LEFT_BY_NETWORK],
        "leaves_by_network": moves[Move.LEFT_BY_NETWORK],
        "camera_switches": moves[Move.CAMERA_ON] + moves[Move.CAMERA_OFF],
        "speaking_switches": moves[Move.SPEAKING_ON] + moves[Move.SPEAKING_OFF],
        "chat_minutes": sum(person.chat.bit_count() for person in mine),
        "reaction_minutes": sum(person.reactions.bit_count() for person in mine),
        "shared_work_minutes": sum(person.shared_work.bit_count() for person in mine),
        "polls": len(view.facts.polls),
        "polls_answered": len(view.person.identity.answers),
        "waiting": [
            {
                "since": instant(each.since),
                "until": None if each.until is None else instant(each.until),
                "admitted": each.admitted,
            }
            for each in view.person.stay.waiting
        ],
        "staff": list(view.staff),
    }


def _waiting(view: View) -> Iterator[str]:
    for each in view.person.stay.waiting:
        until = "still there" if each.until is None else f"until {view.clock(each.until)}"
        let_in = ", let in" if each.admitted else ", not let in"
        yield f"in the waiting room from {view.clock(each.since)}, {until}{let_in}"


def _said(fact: SessionFact | Accommodation, view: View) -> str:
    if isinstance(fact, AbsenceNotified):
        what = f"absence announced ({fact.reason})"
    elif isinstance(fact, AbsenceDecided):
        what = f"absence {'accepted' if fact.accepted else 'refused'} ({fact.reason_code})"
    elif isinstance(fact, Accommodation):
        until = "" if fact.until is None else f" until {view.moment(milliseconds(fact.until))}"
        begins = view.moment(milliseconds(fact.begins))
        what = f"accommodation for {listed(fact.exempt)} from {begins}{until}"
    elif isinstance(fact, Override):
        what = f"outcome set to {fact.outcome} ({fact.reason_code})"
    else:
        what = f"{fact.rule} waived ({fact.reason_code})"
    said_at = view.moment(milliseconds(fact.at))
    return f"{said_at} {what}{', taken back' if fact.withdrawn else ''}"
