"""Assess: everything true of one session at one instant, as outputs for the ledger."""

from bisect import bisect_left
from collections.abc import Iterator

from schemas.policy import Policies
from schemas.score import Score
from schemas.topics import CARE, SCORES, VIOLATIONS
from streams.identity import identify
from streams.session.facts import Person, SessionFacts
from streams.session.measure import Picture, measure, nobody, together
from streams.session.publish import Scored, render_result, render_score, signature
from streams.session.switches import AT, Codes
from streams.session.violations import SessionView, own_violations
from streams.session.window import Course
from streams.stage import Assessment, Output, Pace

MINUTE_MS = 60_000


def assess(session: str, facts: SessionFacts, policies: Policies, now: int) -> Assessment:
    """Scores, results and violations of `session` at `now` ms, and when to look again."""
    picture = measure(facts, policies, now)
    looks = [look for found in picture.found.values() for look in found.looks]
    outputs = _people(session, facts, picture)
    view = SessionView(
        session,
        picture.course,
        picture.window,
        picture.policy,
        together(picture.hosts),
        facts.first_signal,
    )
    phase, over = picture.course.phase, picture.course.over
    for violation, status in own_violations(view, picture.attendees, looks):
        outputs.append(
            Output(
                id=violation.id,
                topic=VIOLATIONS.name,
                key=session,
                kind="rollcall.violation.v1",
                signature=f"{status}{len(violation.episodes)}",
                pace=Pace.AT_ONCE if over else Pace.EVERY,
                final=phase == "final",
                render=lambda violation=violation: violation,  # type: ignore[misc]
                status=status,
            )
        )
    looks += picture.course.looks
    looks += picture.window.looks
    looks += _personal_looks(picture, now)
    looks += _to_come(facts, now)
    return Assessment(
        outputs=outputs,
        next_look=min((look for look in looks if look > now), default=None),
        finished=phase == "final",
        closes_at=picture.course.closes_at,
    )


def _people(session: str, facts: SessionFacts, picture: Picture) -> list[Output]:
    outputs: list[Output] = []
    final = picture.course.phase == "final"
    score_pace, result_pace = _paces(picture.course)
    for name, person in picture.attendees.items():
        scored = Scored(
            session,
            name,
            picture.course,
            picture.window,
            picture.policy,
            person,
            picture.found[name].findings,
            picture.unidentified_guests,
        )
        said = signature(scored)
        outputs += _told(scored, said, score_pace, result_pace, final)
    for name in sorted(_formerly(facts) - picture.attendees.keys()):
        scored = Scored(
            session,
            name,
            picture.course,
            picture.window,
            picture.policy,
            nobody(name, picture),
            (),
            picture.unidentified_guests,
            withdrawn=True,
        )
        outputs += _told(scored, "withdrawn", Pace.SIGNATURE, Pace.SIGNATURE, final)
    return outputs


def _paces(where: Course) -> tuple[Pace, Pace]:
    """Of scores and of results: figures of a running score grow only once it has begun."""
    if where.over:
        return Pace.AT_ONCE, Pace.AT_ONCE
    plan = where.plan
    grows = plan is None or (plan.delivery == "live" and where.now >= plan.starts_at)
    return (Pace.EVERY if grows else Pace.SIGNATURE), Pace.SIGNATURE


def _formerly(facts: SessionFacts) -> set[str]:
    """Everyone who may once have had a score: ever on a roster, or seen under any id."""
    rostered = {place.participant for plan in facts.plans.values() for place in plan.roster}
    return rostered.union(facts.people, facts.named)


def _told(
    scored: Scored, said: str, score_pace: Pace, result_pace: Pace, final: bool
) -> tuple[Output, Output]:
    """The score for everyone and, around the same score, the result for the care stage."""
    score_id = identify("score", scored.session, scored.participant)
    result_id = identify("result", scored.session, scored.participant)
    score = _Once(scored, score_id)
    return (
        Output(
            id=score_id,
            topic=SCORES.name,
            key=scored.participant,
            kind="rollcall.score.v1",
            signature=said,
            pace=score_pace,
            final=final,
            render=score,
            withdrawn=scored.withdrawn,
        ),
        Output(
            id=result_id,
            topic=CARE.name,
            key=scored.participant,
            kind="rollcall.session-result.v1",
            signature=said,
            pace=result_pace,
            final=final,
            render=lambda: render_result(scored, result_id, score()),
            withdrawn=scored.withdrawn,
        ),
    )


class _Once:
    """Renders a score when it is first asked for; made for everybody at every look."""

    __slots__ = ("_made", "_score_id", "_scored")

    def __init__(self, scored: Scored, score_id: str) -> None:
        self._scored = scored
        self._score_id = score_id
        self._made: Score | None = None

    def __call__(self) -> Score:
        if self._made is None:
            self._made = render_score(self._scored, self._score_id)
        return self._made


def _personal_looks(picture: Picture, now: int) -> list[int]:
    """When somebody's own times begin or end, or their reconnect grace runs out."""
    grace = picture.policy.presence.reconnect_grace
    looks = []
    for person in picture.attendees.values():
        if person.place is not None:
            looks += [at for at in (person.place.begins, person.place.until) if at is not None]
        if not picture.course.over and person.stay.whole and person.stay.whole[-1][1] <= now:
            looks.append(person.stay.whole[-1][1] + grace + 1)
    return looks


def _to_come(facts: SessionFacts, now: int) -> Iterator[int]:
    """The next thing of each person that happens after `now`: clocks differ."""
    for person in facts.people.values():
        yield from (at for at in person.all_signs()[::2] if at > now)
        for codes in _switches(person):
            if codes and codes[-1] >> AT > now:
                yield codes[bisect_left(codes, (now + 1) << AT)] >> AT


def _switches(person: Person) -> Iterator[Codes]:
    yield from (person.doors, person.camera, person.speech)
    for streams in (person.streams or {}).values():
        yield from streams.values()
