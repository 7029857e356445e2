"""Recap: what the stored scores and violations of an evening say, counted for people.

Pure: records in, counts out. Everything here comes from what was published.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from schemas.score import Score
from schemas.violation import Violation
from streams import wording
from streams.care.concern import LABELS as CONCERN_LABELS
from streams.care.violations import LABELS
from streams.readable import counted
from streams.session.violations import LABELS as SESSION_LABELS

OPEN = frozenset({"opened", "updated"})
STANDING = OPEN | {"stood"}
OF_A_PERSON: Mapping[str, str] = {
    **{rule: label for rule, (_, label) in LABELS.items()},
    "absence_not_notified": CONCERN_LABELS["absence_not_notified"],
}
"""Rules about one person in one session; all others look at weeks or at several sessions."""


class SessionRecap(NamedTuple):
    """One session: `asked` are people on the roster; hosts are in no figure.

    `attended_ms` is the mean over those who came, None if nobody did.
    """

    session: str
    program: str | None
    kind: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    asked: int
    guests: int
    standings: Counter[str]
    levels: Counter[str]
    attended_ms: int | None
    remarks: list[str]


class RuleRecap(NamedTuple):
    """One rule: every violation ever opened, and how they ended."""

    rule: str
    label: str
    ever: int
    statuses: Counter[str]


class Case(NamedTuple):
    """One person in one session with something to look at: all violations, mended ones too."""

    score: Score
    violations: list[Violation]

    @property
    def held(self) -> list[Violation]:
        """Those that are not mended and not taken back."""
        return [each for each in self.violations if each.status in STANDING]


class Recap(NamedTuple):
    """Sessions by program, kind and time; rules in the order in which they are judged.

    `cases` begin with the weightiest; `retracted` are those that were taken back.
    """

    sessions: list[SessionRecap]
    rules: list[RuleRecap]
    cases: list[Case]
    retracted: list[Violation]


def recap(scores: Iterable[Score], violations: Sequence[Violation]) -> Recap:
    """Count stored `scores` and `violations`.

    Withdrawn scores are left out, and what is about a week or about several sessions.
    """
    violations = [each for each in violations if each.rule in (*OF_A_PERSON, *SESSION_LABELS)]
    by_session: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        if not score.withdrawn:
            by_session[score.session].append(score)
    about: dict[str, list[Violation]] = defaultdict(list)
    for violation in violations:
        if violation.session is not None:
            about[violation.session].append(violation)
    sessions = [_session(people, about[name]) for name, people in by_session.items()]
    people = [score for each in by_session.values() for score in each]
    return Recap(
        sessions=sorted(sessions, key=_place),
        rules=list(_rules(violations)),
        cases=_cases(people, violations),
        retracted=sorted(
            (each for each in violations if each.status == "retracted"),
            key=lambda each: (each.reason or "", each.session or "", each.participant or ""),
        ),
    )


def _place(session: SessionRecap) -> tuple[str, str, str, str]:
    starts_at = "" if session.starts_at is None else session.starts_at.isoformat()
    return (session.program or "", session.kind or "", starts_at, session.session)


def _session(scores: list[Score], violations: list[Violation]) -> SessionRecap:
    first = scores[0]
    came = [score.attended_ms for score in scores if score.attended_ms]
    rostered = [score for score in scores if score.rostered]
    return SessionRecap(
        session=first.session,
        program=first.program,
        kind=first.kind,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        asked=len(rostered),
        guests=len(scores) - len(rostered),
        standings=Counter(score.standing for score in rostered),
        levels=Counter(score.level for score in scores if score.attended_ms),
        attended_ms=sum(came) // len(came) if came else None,
        remarks=[*_state(first), *_own(first, violations)],
    )


def _state(score: Score) -> Iterator[str]:
    """What there is to say of the session as a whole."""
    if score.status == "unscheduled":
        yield "nobody announced it"
    if score.delivery == "report":
        yield "reported afterwards"
    if score.void_reason is not None:
        yield f"counts for nobody: {wording.void(score.void_reason)}"
    if score.needs_review is not None:
        yield f"staff must decide: {wording.review(score.needs_review)}"
    if score.unidentified_guests:
        yield "somebody was there whom nobody knows"


def _own(score: Score, violations: list[Violation]) -> Iterator[str]:
    """What the session itself broke, or its host."""
    waiting = 0
    for violation in violations:
        if violation.rule not in SESSION_LABELS or violation.status == "retracted":
            continue
        if violation.rule == "not_admitted":
            waiting += 1
        elif violation.until is not None and score.starts_at is not None:
            minutes = (violation.until - score.starts_at).total_seconds() / 60
            label = SESSION_LABELS[violation.rule]
            if violation.rule == "group_too_large":
                yield f"{label}: {violation.evidence['people']} people"
            else:
                yield f"{label} in the first {minutes:.0f} min"
        else:
            yield SESSION_LABELS[violation.rule]
    if waiting:
        yield f"{counted(waiting, 'person', 'people')} kept waiting"


def _rules(violations: Sequence[Violation]) -> Iterator[RuleRecap]:
    for rule, label in (*OF_A_PERSON.items(), *SESSION_LABELS.items()):
        found = [violation for violation in violations if violation.rule == rule]
        if found:
            statuses = Counter(
                "open" if violation.status in OPEN else violation.status for violation in found
            )
            yield RuleRecap(rule, label, len(found), statuses)


def _cases(scores: Iterable[Score], violations: Sequence[Violation]) -> list[Case]:
    by_person: dict[tuple[str, str], list[Violation]] = defaultdict(list)
    for violation in violations:
        if violation.session is None or violation.participant is None:
            continue
        if violation.rule in OF_A_PERSON:
            by_person[violation.session, violation.participant].append(violation)
    order = {rule: place for place, rule in enumerate(OF_A_PERSON)}
    cases = [
        Case(score, sorted(found, key=lambda each: order[each.rule]))
        for score in scores
        if (found := by_person.get((score.session, score.participant)))
    ]
    held = [case for case in cases if case.held]
    return sorted(held, key=_weight)


def _weight(case: Case) -> tuple[int, int, int, str, str]:
    critical = sum(violation.severity == "critical" for violation in case.held)
    warnings = sum(violation.severity != "info" for violation in case.held)
    return (-critical, -warnings, -len(case.held), case.score.session, case.score.participant)
