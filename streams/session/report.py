"""Report: one person's score and result, measured and written when they are first asked for."""

from collections.abc import Sequence

from schemas.care import SessionResult
from schemas.score import Score
from streams.identity import identify
from streams.session.findings import Found, findings
from streams.session.measure import attendee, nobody
from streams.session.publish import Scored, render_result, render_score
from streams.session.surroundings import Surroundings


class Report:
    """What one look may tell of one person; nothing of those who are `withdrawn`."""

    __slots__ = (
        "_around",
        "_looks",
        "_score",
        "_scored",
        "_session",
        "participant",
        "result_id",
        "score_id",
        "withdrawn",
    )

    def __init__(
        self, session: str, participant: str, around: Surroundings, withdrawn: bool = False
    ) -> None:
        self._session = session
        self._around = around
        self._score: Score | None = None
        self._scored: Scored | None = None
        self._looks: Sequence[int] = ()
        self.participant = participant
        self.score_id = identify("score", session, participant)
        self.result_id = identify("result", session, participant)
        self.withdrawn = withdrawn

    @property
    def scored(self) -> Scored:
        """The measures, with what they were taken in."""
        if self._scored is None:
            self._scored = self._measure()
        return self._scored

    @property
    def looks(self) -> Sequence[int]:
        """When time alone may change what was found."""
        return self._looks if self._scored else ()

    def score(self) -> Score:
        """The score record."""
        if self._score is None:
            self._score = render_score(self.scored, self.score_id)
        return self._score

    def result(self) -> SessionResult:
        """The result for the care stage, around the same score."""
        return render_result(self.scored, self.result_id, self.score())

    def _measure(self) -> Scored:
        around, name = self._around, self.participant
        if self.withdrawn:
            person, found = nobody(name, around), Found((), [])
        else:
            person = attendee(name, around)
            found = findings(person, around.course, around.window, around.policy)
        self._looks = found.looks
        return Scored(
            self._session,
            name,
            around.course,
            around.window,
            around.policy,
            person,
            found.findings,
            around.unidentified_guests,
            withdrawn=self.withdrawn,
        )
