"""Signals: what a platform says of one session, folded into its facts.

This runs once per event, so the common records (a switch of a connection, a sign of activity)
take the shortest path that keeps the law: order-free and idempotent.
"""

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
    MOST_CONNECTIONS,
    MOST_ENTITIES,
    MOST_MOVES,
    MOST_MOVES_TOGETHER,
    MOST_STREAMS,
    Connection,
    Move,
    Person,
    SessionFacts,
    insert,
)
from streams.stage import Effect
from streams.state import Mask

NOTHING, SIGNAL, PROMPT, TOO_MANY = (
    Effect.NOTHING,
    Effect.SIGNAL,
    Effect.PROMPT,
    Effect.TOO_MANY,
)
MINUTE_MS = 60_000
EARLIER_MINUTES = 30
"""Room left of the first active minute, so that a little disorder shifts nothing."""

Fold = Callable[[SessionFacts, Any, int], Effect]


def _connection(facts: SessionFacts, record: PersonEvent) -> Connection | None:
    """The record's connection, made on first sight; None at a cap."""
    person = facts.people.get(record.participant)
    if person is None:
        if len(facts.people) >= MOST_PEOPLE:
            return None
        person = facts.people[record.participant] = Person()
    name = record.connection or record.participant
    connection = person.connections.get(name)
    if connection is None and len(person.connections) < MOST_CONNECTIONS:
        connection = person.connections[name] = Connection()
    return connection


def _signal(facts: SessionFacts, at: int) -> bool:
    """Note that the platform said anything at all."""
    if facts.first_signal is None or at < facts.first_signal:
        facts.first_signal = at
        return True
    return False


def _alive(facts: SessionFacts, connection: Connection, at: int) -> bool:
    """Note a sign of life; True if it told something new."""
    last = connection.last_sign
    if last is None:
        connection.first_sign = connection.last_sign = at
    elif at > last:
        connection.last_sign = at
    elif at < connection.first_sign:  # type: ignore[operator]  # set together with last_sign
        connection.first_sign = at
    else:
        return False
    if facts.last_sign is None or at > facts.last_sign:
        facts.last_sign = at
    _signal(facts, at)
    return True


def _switch(facts: SessionFacts, connection: Connection, code: int) -> Effect:
    """Insert a switch; NOTHING if it is known, TOO_MANY at a cap."""
    moves = connection.moves
    if len(moves) >= MOST_MOVES or facts.moves >= MOST_MOVES_TOGETHER:
        return TOO_MANY
    if not insert(moves, code):
        return NOTHING
    facts.moves += 1
    return SIGNAL


def _fold_waiting(facts: SessionFacts, record: Waiting, at: int) -> Effect:
    """Waiting is a sign of life, but not of being inside: it never starts a presence."""
    connection = _connection(facts, record)
    if connection is None:
        return TOO_MANY
    effect = _switch(facts, connection, at << 4 | Move.WAITING)
    if effect != SIGNAL:
        return effect
    if facts.last_sign is None or at > facts.last_sign:
        facts.last_sign = at
    _signal(facts, at)
    return PROMPT


def _moves(move: Move, told: Effect, sign_of_life: bool = True) -> Fold:
    """The fold of a record that is one switch of its connection.

    Most events pass here in order, so appending is written out; all else takes `_switch`.
    """
    number = int(move)

    def fold_move(facts: SessionFacts, record: PersonEvent, at: int) -> Effect:
        try:
            connection = facts.people[record.participant].connections[record.connection]  # type: ignore[index]
        except KeyError:
            found = _connection(facts, record)
            if found is None:
                return TOO_MANY
            connection = found
        code = at << 4 | number
        moves = connection.moves
        last = connection.last_sign
        if (
            moves
            and code > moves[-1]
            and len(moves) < MOST_MOVES
            and facts.moves < MOST_MOVES_TOGETHER
            and last is not None
            and at > last
        ):
            moves.append(code)
            facts.moves += 1
            if sign_of_life:
                connection.last_sign = at
                if at > facts.last_sign:  # type: ignore[operator]  # set with the connection's
                    facts.last_sign = at
            return told
        effect = _switch(facts, connection, code)
        if effect is not SIGNAL:
            return effect
        if sign_of_life:
            _alive(facts, connection, at)
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
    return (_speaking_on if record.on else _speaking_off)(facts, record, at)


def _fold_camera(facts: SessionFacts, record: Camera, at: int) -> Effect:
    if record.stream is None:
        return (_camera_on if record.on else _camera_off)(facts, record, at)
    connection = _connection(facts, record)
    if connection is None:
        return TOO_MANY
    streams = connection.streams
    if streams is None:
        streams = connection.streams = {}
    moves = streams.get(record.stream)
    if moves is None:
        if len(streams) >= MOST_STREAMS:
            return TOO_MANY
        moves = streams[record.stream] = Connection().moves
    if len(moves) >= MOST_MOVES or facts.moves >= MOST_MOVES_TOGETHER:
        return TOO_MANY
    if not insert(moves, at << 4 | (Move.CAMERA_ON if record.on else Move.CAMERA_OFF)):
        return NOTHING
    facts.moves += 1
    if record.on:
        _alive(facts, connection, at)
    else:
        _signal(facts, at)
    return SIGNAL


def _minutes(signal: str) -> Fold:
    """The fold of a record that makes its clock minute an active one."""

    def fold_minute(facts: SessionFacts, record: PersonEvent, at: int) -> Effect:
        connection = _connection(facts, record)
        if connection is None:
            return TOO_MANY
        fresh = _alive(facts, connection, at)
        minute = at // MINUTE_MS - facts.base
        if minute < 0 or not facts.base:
            _rebase(facts, at // MINUTE_MS)
            minute = at // MINUTE_MS - facts.base
        person = facts.people[record.participant]
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
    connection = _connection(facts, record)
    if connection is None:
        return TOO_MANY
    return SIGNAL if _alive(facts, connection, at) else NOTHING


def _fold_poll_answered(facts: SessionFacts, record: PollAnswered, at: int) -> Effect:
    connection = _connection(facts, record)
    if connection is None:
        return TOO_MANY
    person = facts.people[record.participant]
    answers = person.answers or []
    if record.poll not in answers and len(answers) >= MOST_ENTITIES:
        return TOO_MANY
    fresh = _alive(facts, connection, at)
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
