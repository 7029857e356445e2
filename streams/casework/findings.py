"""Findings: what both stages published in a case, as expectations speak of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec

from schemas.instants import MINUTE_MS
from schemas.recommendation import Recommendation
from schemas.topics import RECOMMENDATIONS, VIOLATIONS, WEEKS
from schemas.violation import Violation
from schemas.week import Week
from streams.casework.almanac import Almanac
from streams.casework.expectation import CRITICAL, OVER, PENDING, RECOMMEND, REVIEW, WEEK, Found
from streams.changes import Change

FLAGGED = "flagged_for_review"
WORDS: Mapping[str, str] = {"opened": "open", "updated": "open"}
"""Statuses that differ only in what was published before."""


class Findings:
    """The newest version of everything published so far."""

    def __init__(self, almanac: Almanac) -> None:
        self._almanac = almanac
        self._weeks: dict[str, Week] = {}
        self._violations: dict[str, Violation] = {}
        self._recommendations: dict[str, Recommendation] = {}

    def add(self, changes: Iterable[Change]) -> None:
        """Take what was published."""
        for change in changes:
            if change.topic == WEEKS.name:
                self._weeks[change.id] = msgspec.json.decode(change.value, type=Week)
            elif change.topic == VIOLATIONS.name:
                self._violations[change.id] = msgspec.json.decode(change.value, type=Violation)
            elif change.topic == RECOMMENDATIONS.name:
                advice = msgspec.json.decode(change.value, type=Recommendation)
                self._recommendations[change.id] = advice

    def found(self) -> list[Found]:
        """Everything, as it was published last."""
        return [*self._each_week(), *self._each_violation(), *self._each_recommendation()]

    def _each_week(self) -> Iterator[Found]:
        for week in self._weeks.values():
            if not week.withdrawn:
                name = self._named(week.week)
                yield Found(week.id, WEEK, (name,), (week.standing, *_counted(week)), False)

    def _each_violation(self) -> Iterator[Found]:
        for each in self._violations.values():
            about = [] if each.week is None else [self._named(each.week)]
            about += [] if each.session is None else [each.session]
            words = (_status(each.status), *self._more_words(each))
            yield Found(each.id, each.rule, tuple(about), words, words[0] not in OVER)

    def _more_words(self, violation: Violation) -> Iterator[str]:
        if violation.rule == "weekly_attendance":
            weeks = (week for week in self._weeks.values() if week.week == violation.week)
            yield from (week.standing for week in weeks)
        if violation.excuse is not None:
            yield PENDING
        if violation.evidence.get(FLAGGED) in (True, "true"):
            yield REVIEW
        if violation.severity == CRITICAL:
            yield CRITICAL

    def _each_recommendation(self) -> Iterator[Found]:
        for each in self._recommendations.values():
            status = _status(each.status)
            yield Found(each.id, f"{RECOMMEND} {each.kind}", (), (status,), status not in OVER)

    def _named(self, first_day: date) -> str:
        return f"{WEEK} {self._almanac.number(first_day)}"


def _status(status: str) -> str:
    return WORDS.get(status, status)


def _counted(week: Week) -> tuple[str, ...]:
    if week.by == "sessions":
        return (str(week.earned), "of", str(week.due))
    return (str(week.earned // MINUTE_MS), "of", str(week.due // MINUTE_MS), "min")
