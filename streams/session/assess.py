"""Assess: everything true of one session at one instant, as outputs for the ledger.

Measuring people is most of the work. Whoever's measures cannot have changed what readers wait
for is measured only if the ledger wants to publish them all the same.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from schemas.policy import Policies
from schemas.topics import CARE, SCORES, VIOLATIONS
from streams.session.attendee import Attendee
from streams.session.facts import Person, SessionFacts
from streams.session.memory import Kept, Memory, mark
from streams.session.publish import signature
from streams.session.report import Report
from streams.session.steady import steady_until
from streams.session.surroundings import Surroundings, surroundings
from streams.session.switches import AT, Codes
from streams.session.violations import own_violations
from streams.session.window import Course
from streams.stage import Assessment, Output, Pace


def assess(
    session: str,
    facts: SessionFacts,
    policies: Policies,
    now: int,
    memory: Memory | None = None,
) -> Assessment:
    """Scores, results and violations of `session` at `now` ms, and when to look again.

    `memory` is what earlier looks left; without it the same is told, and everybody measured.
    """
    around = surroundings(facts, policies, now)
    looks: list[int] = []
    outputs, measured = _people(session, around, memory or Memory(), looks)
    final, over = around.course.phase == "final", around.course.over
    for violation, status in own_violations(session, around, measured, looks):
        outputs.append(
            Output(
                id=violation.id,
                topic=VIOLATIONS.name,
                key=session,
                kind="rollcall.violation.v1",
                signature=f"{status}{len(violation.episodes)}",
                pace=Pace.AT_ONCE if over else Pace.EVERY,
                final=final,
                render=lambda violation=violation: violation,  # type: ignore[misc]
                status=status,
            )
        )
    outputs += _withdrawn(session, around, final)
    looks += around.course.looks
    looks += around.window.looks
    for host in around.people.keys() - set(around.attending):
        looks += _to_come(around.people[host].people, now)
    return Assessment(
        outputs=outputs,
        next_look=min((look for look in looks if look > now), default=None),
        finished=final,
        closes_at=around.course.closes_at,
    )


def _people(
    session: str, around: Surroundings, memory: Memory, looks: list[int]
) -> tuple[list[Output], list[str]]:
    """The outputs about people, and who of them was measured."""
    outputs: list[Output] = []
    measured: list[str] = []
    final = around.course.phase == "final"
    paces = _paces(around.course)
    # What was published of them once it is over is what would be published again.
    same = (Pace.SIGNATURE, Pace.SIGNATURE) if around.course.over else paces
    memory.enter(around)
    for name in around.attending:
        report = Report(session, name, around)
        heard = mark(around.people.get(name), around.course.over)
        kept = memory.recall(name, heard, around.course.now)
        if kept is None:
            measured.append(name)
            kept = _measured(report, around, heard)
            memory.keep(name, kept)
            outputs += _told(report, kept.signature, paces, final)
        else:
            outputs += _told(report, kept.signature, same, final)
        if kept.look is not None:
            looks.append(kept.look)
    return outputs, measured


def _measured(report: Report, around: Surroundings, heard: int) -> Kept:
    scored, now = report.scored, around.course.now
    person = scored.person
    looks = [*report.looks, *_own_looks(person, around), *_to_come(person.identity.people, now)]
    return Kept(
        mark=heard,
        signature=signature(scored),
        look=min((look for look in looks if look > now), default=None),
        until=steady_until(person, around, looks),
    )


def _withdrawn(session: str, around: Surroundings, final: bool) -> list[Output]:
    outputs: list[Output] = []
    paces = (Pace.SIGNATURE, Pace.SIGNATURE)
    for name in sorted(_formerly(around.facts).difference(around.attending)):
        report = Report(session, name, around, withdrawn=True)
        outputs += _told(report, "withdrawn", paces, final)
    return outputs


def _formerly(facts: SessionFacts) -> set[str]:
    """Everyone who may once have had a score: ever on a roster, or seen under any id."""
    rostered = {place.participant for plan in facts.plans.values() for place in plan.roster}
    return rostered.union(facts.people, facts.named)


def _paces(where: Course) -> tuple[Pace, Pace]:
    """Of scores and of results: figures of a running score grow only once it has begun."""
    if where.over:
        return Pace.AT_ONCE, Pace.AT_ONCE
    plan = where.plan
    grows = plan is None or (plan.delivery == "live" and where.now >= plan.starts_at)
    return (Pace.EVERY if grows else Pace.SIGNATURE), Pace.SIGNATURE


def _told(
    report: Report, said: str, paces: tuple[Pace, Pace], final: bool
) -> tuple[Output, Output]:
    """The score for everyone and, around the same score, the result for the care stage."""
    return (
        Output(
            id=report.score_id,
            topic=SCORES.name,
            key=report.participant,
            kind="rollcall.score.v1",
            signature=said,
            pace=paces[0],
            final=final,
            render=report.score,
            withdrawn=report.withdrawn,
        ),
        Output(
            id=report.result_id,
            topic=CARE.name,
            key=report.participant,
            kind="rollcall.session-result.v1",
            signature=said,
            pace=paces[1],
            final=final,
            render=report.result,
            withdrawn=report.withdrawn,
        ),
    )


def _own_looks(person: Attendee, around: Surroundings) -> Iterator[int]:
    """When somebody's own times begin or end, or their reconnect grace runs out."""
    if person.place is not None:
        yield from (at for at in (person.place.begins, person.place.until) if at is not None)
    whole, where = person.stay.whole, around.course
    if not where.over and whole and whole[-1][1] <= where.now:
        yield whole[-1][1] + around.policy.presence.reconnect_grace + 1


def _to_come(people: Iterable[Person], now: int) -> Iterator[int]:
    """The next thing of each that happens after `now`: clocks differ."""
    for person in people:
        yield from (at for at in person.all_signs()[::2] if at > now)
        for codes in _switches(person):
            if codes and codes[-1] >> AT > now:
                yield codes[bisect_left(codes, (now + 1) << AT)] >> AT


def _switches(person: Person) -> Iterator[Codes]:
    yield from (person.doors, person.camera, person.speech)
    for streams in (person.streams or {}).values():
        yield from streams.values()
