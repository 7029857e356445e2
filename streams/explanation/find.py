"""Find: one person in one session among folded records, as measured and as judged."""

from collections.abc import Iterable
from difflib import get_close_matches

import msgspec

from schemas.care import Accommodation
from schemas.dead_letter import DeadLetter
from schemas.instants import rfc3339
from schemas.policy import Policies
from schemas.score import Score
from schemas.topics import SCORES, VIOLATIONS
from schemas.violation import Violation
from streams.care.facts import CareFacts
from streams.care.staff import SessionFact
from streams.care.violations import RULES, violation_id
from streams.explanation.view import View
from streams.local import Local, Looked
from streams.session.attendee import resolve
from streams.session.facts import SessionFacts
from streams.session.measure import Picture, final_at, measure

SHOWN_AT_MOST = 12

_read_score = msgspec.json.Decoder(Score).decode
_read_violation = msgspec.json.Decoder(Violation).decode


class UnknownError(Exception):
    """Nobody and nothing of that name is there; one line, with what could help."""


class Person(msgspec.Struct, frozen=True):
    """Who is asked for, after aliases: their session's facts and picture at `now` (ms)."""

    session: str
    participant: str
    facts: SessionFacts
    picture: Picture
    now: int


def find(
    facts: SessionFacts, session: str, asked: str, as_of: int | None, policies: Policies
) -> Person:
    """The person `asked` for, at `as_of` ms (default: when the session is final).

    Raises:
        UnknownError: there is no score of them.
    """
    now = final_at(facts, policies) if as_of is None else as_of
    picture = measure(facts, policies, now)
    if now > picture.course.closes_at:
        # Nothing changes after corrections have ended.
        now = picture.course.closes_at
        picture = measure(facts, policies, now)
    participant = resolve(asked, facts.links)
    if participant not in picture.attendees:
        raise UnknownError(_nobody(facts, picture, session, asked, participant))
    return Person(session, participant, facts, picture, now)


def judged(person: Person, local: Local) -> tuple[View, list[DeadLetter]]:
    """What `local`, which holds the session's records and the person's, publishes about them."""
    looked = local.look(person.now, everything=True)
    for fault in looked.faults:
        raise fault
    facts = local.care.facts(person.participant) or CareFacts()
    assessment = local.care.stage.assess(facts, person.participant, person.now)
    ids = {violation_id(person.participant, person.session, rule): rule for rule in RULES}
    staff = [
        fact
        for fact in facts.staff.values()
        if isinstance(fact, Accommodation)
        or (isinstance(fact, SessionFact) and fact.session == person.session)
    ]
    view = View(
        session=person.session,
        participant=person.participant,
        facts=person.facts,
        picture=person.picture,
        score=_score(looked, person.participant),
        violations=tuple(_violations(looked, person)),
        acquittals={ids[each]: code for each, code in assessment.reasons.items() if each in ids},
        staff=tuple(sorted(staff, key=lambda fact: (fact.at, fact.id))),
    )
    return view, looked.dead_letters


def _score(looked: Looked, participant: str) -> Score:
    return next(
        _read_score(change.value)
        for change in looked.changes
        if change.topic == SCORES.name and change.key == participant
    )


def _violations(looked: Looked, person: Person) -> Iterable[Violation]:
    for change in looked.changes:
        if change.topic == VIOLATIONS.name:
            violation = _read_violation(change.value)
            if violation.session == person.session and (
                violation.participant in (person.participant, None)
            ):
                yield violation


def unknown_session(session: str, known: Iterable[str]) -> str:
    """One line for a session that is not there, with those that are."""
    return f"session {session!r} is not in these records: {those('session', session, known)}"


def unknown_then(session: str, as_of: int, first: int) -> str:
    """One line for a session that was not known yet."""
    return (
        f"nothing was known of session {session!r} at {rfc3339(as_of)}: "
        f"its first record came at {rfc3339(first)}"
    )


def _nobody(
    facts: SessionFacts, picture: Picture, session: str, asked: str, participant: str
) -> str:
    if participant in picture.hosts or (picture.plan and participant in picture.plan.hosts):
        what = f"{asked!r} is a host of session {session!r}, and hosts are not scored"
    elif any(place.participant == participant for p in facts.plans.values() for place in p.roster):
        what = f"{asked!r} was taken off the roster of session {session!r}, and has no score"
    else:
        what = f"{asked!r} is not in session {session!r}"
    return f"{what}: {those('participant', asked, picture.attendees)}"


def those(noun: str, asked: str, known: Iterable[str]) -> str:
    """What is there, the most similar first."""
    names = sorted(known)
    if not names:
        return f"no {noun} is there"
    close = get_close_matches(asked, names, n=SHOWN_AT_MOST, cutoff=0.75)
    shown = [*close, *(name for name in names if name not in close)][:SHOWN_AT_MOST]
    rest = len(names) - len(shown)
    return f"there are {', '.join(shown)}{f' and {rest} more' if rest else ''}"
