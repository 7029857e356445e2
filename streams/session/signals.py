"""Signals: what a platform says of one session, folded into its facts.

This runs once per event, so the common records (a switch of a connection, a sign of activity)
take the shortest path that keeps the law: order-free and idempotent.
"""

from array import array
from collections.abc import Callable, Mapping
from typing import Any

from schemas.telemetry import (
    MOST_PEOPLE,
    Admitted,
    Camera,
    Chat,
    Hand,
    Heartbeat,
    Joined,
    Left,
    PersonEvent,
    PollAnswered,
    PollClosed,
    PollOpened,
    Reaction,
    SessionEnded,
    SharedWork,
    Speaking,
    Waiting,
)
from streams.session.facts import (
    MOST_ENTITIES,
    MOST_MOVES,
    MOST_MOVES_TOGETHER,
    MOST_STREAMS,
    NEVER,
    Person,
    SessionFacts,
)
from streams.session.switches import AT, CONNECTION, Move, insert
from streams.stage import Effect
from streams.state import Mask

NOTHING, SIGNAL, PROMPT, TOO_MANY = (
    Effect.NOTHING,
    Effect.SIGNAL,
    Effect.PROMPT,
    Effect.TOO_MANY,
)
SPEAKING_ON, SPEAKING_OFF = int(Move.SPEAKING_ON), int(Move.SPEAKING_OFF)
"""Plain numbers: looking up a member of an enum costs more than all else it is used for."""

MINUTE_MS = 60_000
EARLIER_MINUTES = 30
"""Room left of the first active minute, so that a little disorder shifts nothing."""

Fold = Callable[[SessionFacts, Any, int], Effect]


def _person(facts: SessionFacts, name: str) -> Person | None:
    """Somebody new; None at the cap."""
    if len(facts.people) >= MOST_PEOPLE:
        return None
    person = facts.people[name] = Person()
    return person


def _connection(person: Person, record: PersonEvent) -> int:
    """The number of the record's connection, made on first sight; -1 at the cap."""
    if person.newest == record.connection:
        return person.number
    return person.connection(record.connection or record.participant)


def _signal(facts: SessionFacts, at: int) -> bool:
    """Note that the platform said anything at all."""
    if facts.first_signal is None or at < facts.first_signal:
        facts.first_signal = at
        return True
    return False


def _alive(facts: SessionFacts, person: Person, number: int, at: int) -> bool:
    """Note a sign of life of a connection; True if it told something new."""
    if number == person.number and at > person.last_sign > NEVER:
        # The usual case: nothing but what came last has changed.
        person.last_sign = at
        if at > facts.last_sign:  # type: ignore[operator]  # set with the person's
            facts.last_sign = at
        return True
    if not person.alive(number, at):
        return False
    if facts.last_sign is None or at > facts.last_sign:
        facts.last_sign = at
    _signal(facts, at)
    return True


def _full(facts: SessionFacts, person: Person, number: int) -> bool:
    """Whether the connection or the session may have no more switches."""
    if facts.moves < MOST_MOVES:
        return False
    if facts.moves >= MOST_MOVES_TOGETHER:
        return True
    arrays = (person.doors, person.camera, person.speech)
    if sum(map(len, arrays)) < MOST_MOVES:
        return False
    own = [code for codes in arrays for code in codes if code & CONNECTION == number]
    return len(own) >= MOST_MOVES


def _fold_waiting(facts: SessionFacts, record: Waiting, at: int) -> Effect:
    """Waiting is a sign of life, but not of being inside: it never starts a presence."""
    person = facts.people.get(record.participant) or _person(facts, record.participant)
    if person is None or (number := _connection(person, record)) < 0:
        return TOO_MANY
    if _full(facts, person, number):
        return TOO_MANY
    if not insert(person.doors, at << AT | number | Move.WAITING):
        return NOTHING
    facts.moves += 1
    if facts.last_sign is None or at > facts.last_sign:
        facts.last_sign = at
    _signal(facts, at)
    return PROMPT


def _moves(move: Move, told: Effect, sign_of_life: bool = True) -> Fold:
    """The fold of a record that is one switch of its connection."""
    kind = "doors" if move <= Move.ADMITTED else "camera" if move <= Move.CAMERA_OFF else "speech"

    def fold_move(facts: SessionFacts, record: PersonEvent, at: int) -> Effect:
        person = facts.people.get(record.participant) or _person(facts, record.participant)
        if person is None or (number := _connection(person, record)) < 0:
            return TOO_MANY
        if _full(facts, person, number):
            return TOO_MANY
        if not insert(getattr(person, kind), at << AT | number | move):
            return NOTHING
        facts.moves += 1
        if sign_of_life:
            _alive(facts, person, number, at)
        else:
            _signal(facts, at)
        return told

    return fold_move


_joined = _moves(Move.JOINED, PROMPT)
_joined_as_host = _moves(Move.JOINED_AS_HOST, PROMPT)
_left = _moves(Move.LEFT, PROMPT, sign_of_life=False)
_left_by_network = _moves(Move.LEFT_BY_NETWORK, PROMPT, sign_of_life=False)
_admitted = _moves(Move.ADMITTED, PROMPT)
_speaking_on = _moves(Move.SPEAKING_ON, SIGNAL)
_speaking_off = _moves(Move.SPEAKING_OFF, SIGNAL, sign_of_life=False)
_camera_on = _moves(Move.CAMERA_ON, SIGNAL)
_camera_off = _moves(Move.CAMERA_OFF, SIGNAL, sign_of_life=False)


def _fold_joined(facts: SessionFacts, record: Joined, at: int) -> Effect:
    return (_joined_as_host if record.role == "host" else _joined)(facts, record, at)


def _fold_left(facts: SessionFacts, record: Left, at: int) -> Effect:
    return (_left_by_network if record.cause == "network" else _left)(facts, record, at)


def _fold_speaking(facts: SessionFacts, record: Speaking, at: int) -> Effect:
    """Every second event, so that the usual one, in order and of the newest visit, has no calls."""
    person = facts.people.get(record.participant)
    if person is not None and person.newest == record.connection and facts.moves < MOST_MOVES:
        codes = person.speech
        code = at << AT | person.number | (SPEAKING_ON if record.on else SPEAKING_OFF)
        if codes and code > codes[-1] and at > person.last_sign > NEVER:
            codes.append(code)
            facts.moves += 1
            if record.on:
                person.last_sign = at
                if at > facts.last_sign:  # type: ignore[operator]  # set with the person's
                    facts.last_sign = at
            return SIGNAL
    return (_speaking_on if record.on else _speaking_off)(facts, record, at)


def _fold_camera(facts: SessionFacts, record: Camera, at: int) -> Effect:
    if record.stream is None:
        return (_camera_on if record.on else _camera_off)(facts, record, at)
    person = facts.people.get(record.participant) or _person(facts, record.participant)
    if person is None or (number := _connection(person, record)) < 0:
        return TOO_MANY
    if person.streams is None:
        person.streams = {}
    streams = person.streams.setdefault(number >> 4, {})
    codes = streams.get(record.stream)
    if codes is None:
        if len(streams) >= MOST_STREAMS:
            return TOO_MANY
        codes = streams[record.stream] = array("q")
    if len(codes) >= MOST_MOVES or facts.moves >= MOST_MOVES_TOGETHER:
        return TOO_MANY
    move = Move.CAMERA_ON if record.on else Move.CAMERA_OFF
    if not insert(codes, at << AT | number | move):
        return NOTHING
    facts.moves += 1
    if record.on:
        _alive(facts, person, number, at)
    else:
        _signal(facts, at)
    return SIGNAL


def _minutes(signal: str) -> Fold:
    """The fold of a record that makes its clock minute an active one."""

    def fold_minute(facts: SessionFacts, record: PersonEvent, at: int) -> Effect:
        person = facts.people.get(record.participant) or _person(facts, record.participant)
        if person is None or (number := _connection(person, record)) < 0:
            return TOO_MANY
        fresh = _alive(facts, person, number, at)
        clock_minute = at // MINUTE_MS
        if clock_minute < facts.base or not facts.base:
            _rebase(facts, clock_minute)
        minute = clock_minute - facts.base
        before = getattr(person, signal)
        after = before | 1 << minute
        if after == before:
            return SIGNAL if fresh else NOTHING
        setattr(person, signal, Mask(after))
        return SIGNAL

    return fold_minute


def _rebase(facts: SessionFacts, minute: int) -> None:
    """Move the base of all minute masks to before `minute`."""
    base = minute - EARLIER_MINUTES
    shift = facts.base - base
    if facts.base:
        for person in facts.people.values():
            person.chat = Mask(person.chat << shift)
            person.reactions = Mask(person.reactions << shift)
            person.shared_work = Mask(person.shared_work << shift)
    facts.base = base


def _fold_heartbeat(facts: SessionFacts, record: Heartbeat, at: int) -> Effect:
    person = facts.people.get(record.participant) or _person(facts, record.participant)
    if person is None or (number := _connection(person, record)) < 0:
        return TOO_MANY
    return SIGNAL if _alive(facts, person, number, at) else NOTHING


def _fold_poll_answered(facts: SessionFacts, record: PollAnswered, at: int) -> Effect:
    person = facts.people.get(record.participant) or _person(facts, record.participant)
    if person is None or (number := _connection(person, record)) < 0:
        return TOO_MANY
    answers = person.answers or []
    if record.poll not in answers and len(answers) >= MOST_ENTITIES:
        return TOO_MANY
    fresh = _alive(facts, person, number, at)
    if record.poll in answers:
        return SIGNAL if fresh else NOTHING
    # Sorted, so that equal facts have equal state.
    person.answers = sorted((*answers, record.poll))
    return SIGNAL


def _polls(place: int) -> Fold:
    """The fold of a poll's opening (0) or closing (1): the earliest one counts."""

    def fold_poll(facts: SessionFacts, record: PollOpened | PollClosed, at: int) -> Effect:
        poll = facts.polls.get(record.poll)
        if poll is None:
            if len(facts.polls) >= MOST_ENTITIES:
                return TOO_MANY
            poll = facts.polls[record.poll] = [None, None]
        fresh = _signal(facts, at)
        known = poll[place]
        if known is not None and known <= at:
            return SIGNAL if fresh else NOTHING
        poll[place] = at
        return SIGNAL

    return fold_poll


def _fold_ended(facts: SessionFacts, record: SessionEnded, at: int) -> Effect:
    fresh = _signal(facts, at)
    if facts.ended_at is not None and facts.ended_at >= at:
        return SIGNAL if fresh else NOTHING
    facts.ended_at = at
    return PROMPT


SIGNALS: Mapping[type, Fold] = {
    SessionEnded: _fold_ended,
    Joined: _fold_joined,
    Left: _fold_left,
    Waiting: _fold_waiting,
    Admitted: _admitted,
    Camera: _fold_camera,
    Speaking: _fold_speaking,
    Chat: _minutes("chat"),
    Reaction: _minutes("reactions"),
    Hand: _minutes("reactions"),
    SharedWork: _minutes("shared_work"),
    PollOpened: _polls(0),
    PollClosed: _polls(1),
    PollAnswered: _fold_poll_answered,
    Heartbeat: _fold_heartbeat,
}
"""How each record, which happened at an instant in ms, enters the facts."""
