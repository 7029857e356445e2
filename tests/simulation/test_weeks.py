"""The simulated weeks keep their promises: order, shares, plots, and records nobody refuses."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

import msgspec
import pytest

from schemas.care import CareEvent, Enrolled, MakeUpArranged, ProgramClosed
from schemas.codec import decode_care, decode_telemetry, encode
from schemas.instants import DAY_MS, HOUR_MS, milliseconds
from schemas.recommendation import Recommendation
from schemas.telemetry import Joined, SessionScheduled
from schemas.topics import RECOMMENDATIONS, VIOLATIONS, WEEKS
from schemas.violation import Violation
from schemas.week import SessionOutcome, Week
from streams.local import Local, Looked, route
from streams.policies import load
from streams.simulation.days import WEEKDAYS, last_evening
from streams.simulation.delivery import Delivery, ndjson
from streams.simulation.plots import PLOTS, Name
from streams.simulation.program import CLOSED, CLOSED_PROGRAM, Cast, Program
from streams.simulation.settings import Evening
from streams.simulation.weeks import weeks

STARTS_AT = 1_772_474_400_000
LAST = last_evening(STARTS_AT, 3)
SETTINGS = Evening(seed=1, starts_at=STARTS_AT)
DECODERS = {WEEKS.name: Week, VIOLATIONS.name: Violation, RECOMMENDATIONS.name: Recommendation}


class Story:
    """Three weeks, who has which plot in them, and what both stages make of it."""

    def __init__(self, seed: int) -> None:
        self.log = list(weeks(replace(SETTINGS, seed=seed), 3))
        self.program = Program(replace(SETTINGS, seed=seed, starts_at=LAST), 3)
        self.cast = {each.name: each for each in self.program.cast}
        local = Local(load())
        local.take(route(line, number) for number, line in enumerate(ndjson(self.log), 1))
        self.looked: Looked = local.look(LAST + 8 * HOUR_MS, everything=True)
        self.said = [
            msgspec.json.decode(change.value, type=DECODERS[change.topic])
            for change in self.looked.changes
            if change.topic in DECODERS
        ]

    def outcome(self, name: Name, back: int) -> SessionOutcome | None:
        """What a session of somebody's counts as, by how many meetings it lies back."""
        cast = self.cast[name]
        session = cast.series.meetings[back].session
        found = [
            outcome
            for week in self._of(cast)
            if isinstance(week, Week)
            for outcome in week.outcomes
            if outcome.session == session
        ]
        return found[0] if found else None

    def rules(self, name: Name, *statuses: str) -> Counter[str]:
        """The rules of somebody's violations, of any status if none is given."""
        found = [each for each in self._of(self.cast[name]) if isinstance(each, Violation)]
        return Counter(each.rule for each in found if not statuses or each.status in statuses)

    def advice(self, name: Name, status: str = "opened") -> set[str]:
        """What is recommended for somebody."""
        return {
            each.kind
            for each in self._of(self.cast[name])
            if isinstance(each, Recommendation) and each.status == status
        }

    def _of(self, cast: Cast) -> Iterator[Week | Violation | Recommendation]:
        return (each for each in self.said if each.participant == cast.participant)


@pytest.fixture(scope="module", params=range(1, 4))
def story(request: pytest.FixtureRequest) -> Story:
    return Story(request.param)


def test_a_seed_gives_the_same_weeks_and_another_seed_others() -> None:
    small = replace(SETTINGS, groups=2, individuals=1, workshops=1)
    first, again = (b"".join(ndjson(weeks(small, 2))) for _ in range(2))
    assert first == again
    assert first != b"".join(ndjson(weeks(replace(small, seed=2), 2)))


def test_weeks_have_no_scale() -> None:
    with pytest.raises(ValueError, match="no scale"):
        list(weeks(replace(SETTINGS, scale=60), 2))


def test_everything_decodes_and_nothing_is_refused(story: Story) -> None:
    for _, record in story.log:
        decode = decode_care if isinstance(record, CareEvent) else decode_telemetry
        assert decode(encode(record)) == record
    assert story.looked.dead_letters == []
    assert story.looked.faults == []


def test_the_log_is_in_order_and_ends_with_the_last_evening(story: Story) -> None:
    times = [each.appended_at for each in story.log]
    assert times == sorted(times)
    assert LAST < times[-1] < LAST + 8 * HOUR_MS
    assert all(each.appended_at >= milliseconds(each.record.at) for each in story.log)


def test_each_group_meets_on_three_evenings_a_week(story: Story) -> None:
    plans = {
        record.session: record for _, record in story.log if isinstance(record, SessionScheduled)
    }
    days: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for plan in plans.values():
        if plan.kind == "group" and not all(each.make_up for each in plan.roster):
            days[plan.hosts].add((milliseconds(plan.starts_at) - STARTS_AT) // DAY_MS)

    expected = {week * 7 + day for week in range(4) for day in WEEKDAYS}
    assert len(days) == SETTINGS.groups
    assert all(found == expected for found in days.values())


def test_nothing_but_plans_is_told_of_the_week_to_come(story: Story) -> None:
    ahead = {meeting.session for meeting in story.program.planned()}
    told = [
        type(record)
        for _, record in story.log
        if not isinstance(record, CareEvent) and record.session in ahead
    ]
    assert set(told) == {SessionScheduled}
    assert len(ahead) > SETTINGS.groups


def test_faults_come_at_their_rates() -> None:
    settings = replace(
        SETTINGS, groups=3, individuals=0, workshops=0, duplicates=0.2, disorder=0, lost_leaves=0
    )
    found: list[Delivery] = list(weeks(settings, 2))
    times = Counter((each.record.source, each.record.id) for each in found)
    assert set(times.values()) == {1, 2}
    assert len(found) / len(times) == pytest.approx(1.2, abs=0.03)


def test_most_people_come_to_most_sessions(story: Story) -> None:
    over = [
        outcome.outcome
        for week in story.said
        if isinstance(week, Week)
        for outcome in week.outcomes
        if outcome.outcome != "to_come"
    ]
    assert 0.85 < over.count("credited") / len(over) < 0.97


def test_everybody_is_enrolled_and_newcomers_lately(story: Story) -> None:
    enrolled = {
        (record.participant, record.program): record
        for _, record in story.log
        if isinstance(record, Enrolled)
    }
    rosters = {
        (entry.participant, record.program)
        for _, record in story.log
        if isinstance(record, SessionScheduled)
        for entry in record.roster
        if not entry.make_up
    }
    ramped = [entry for entry in rosters if milliseconds(enrolled[entry].begins) > STARTS_AT]
    assert rosters == enrolled.keys()
    assert 5 < len(ramped) < len(rosters) / 3


def test_every_plot_is_dealt_once(story: Story) -> None:
    assert story.cast.keys() == PLOTS.keys()
    assert len({cast.participant for cast in story.cast.values()}) == len(PLOTS)


def test_short_weeks_have_the_plots_that_fit() -> None:
    dealt = {each.name for each in Program(replace(SETTINGS, starts_at=STARTS_AT), 1).cast}
    assert dealt == {name for name, plot in PLOTS.items() if plot.reaches < len(WEEKDAYS)}
    assert list(weeks(replace(SETTINGS, groups=1, group_size=1, individuals=0, workshops=0), 1))


@pytest.mark.parametrize(
    ("name", "back", "outcome", "reason"),
    [
        ("drops_out", 0, "unexcused", None),
        ("announces", 4, "excused", "notice_in_time"),
        ("undecided", 0, "pending", "notice"),
        ("refused", 2, "unexcused", None),
        ("makes_up", 5, "made_up", None),
        ("misses_make_up", 4, "unexcused", None),
        ("will_make_up", 1, "unexcused", None),
        ("switches", 2, "switched", None),
        ("credited_by_staff", 1, "credited", "override"),
        ("comes_late", 1, "credited", None),
        ("falls_silent", 1, "credited", None),
        ("accommodated", 1, "credited", None),
        ("newcomer", 5, "credited", None),
        ("discharged", 4, "credited", None),
        ("practises", 1, "credited", None),
    ],
)
def test_what_was_planned_counts_as_such(
    story: Story, name: Name, back: int, outcome: str, reason: str | None
) -> None:
    found = story.outcome(name, back)
    assert found is not None
    assert (found.outcome, found.reason) == (outcome, reason)


def test_who_is_away_or_gone_is_asked_for_nothing(story: Story) -> None:
    assert [story.outcome("on_leave", back) for back in (5, 4, 3)] == [None] * 3
    assert story.outcome("on_leave", 2) is not None
    assert story.outcome("newcomer", 6) is None
    gone = story.cast["discharged"]
    assert all(
        gone.participant not in {each.participant for each in gone.series.meetings[back].people}
        for back in (-1, 0, 3)
    )


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("drops_out", "consecutive_unexcused"),
        ("drops_out", "weekly_attendance"),
        ("comes_late", "repeated_lateness"),
        ("falls_silent", "disengaged"),
        ("bad_network", "technical_barrier"),
        ("misses_make_up", "weekly_attendance"),
        ("practises", "goal_missed"),
        ("talked_with", "consecutive_unexcused"),
    ],
)
def test_what_was_planned_is_noticed(story: Story, name: Name, rule: str) -> None:
    assert story.rules(name)[rule] > 0


def test_nothing_is_held_against_those_who_kept_to_it(story: Story) -> None:
    assert story.rules("announces").keys() <= {"late", "low_participation"}
    assert "camera_off" not in story.rules("accommodated")
    assert "weekly_attendance" not in story.rules("switches", "opened", "updated", "stood")
    assert "no_show" not in story.rules("on_leave")


def test_people_are_told_what_to_look_at(story: Story) -> None:
    assert {"attendance_review", "offer_make_up"} <= story.advice("drops_out")
    assert "technical_support" in story.advice("bad_network")
    assert "check_in" in story.advice("comes_late")
    critical = [
        each for each in story.said if isinstance(each, Violation) and each.severity == "critical"
    ]
    assert {each.participant for each in critical} == {story.cast["unreached"].participant}


def test_make_ups_are_arranged_before_they_begin(story: Story) -> None:
    links = [each.record for each in story.log if isinstance(each.record, MakeUpArranged)]
    joined = {
        (record.session, record.participant)
        for _, record in story.log
        if isinstance(record, Joined)
    }
    assert all(link.at < link.starts_at for link in links)
    attended = {link.participant for link in links if (link.make_up, link.participant) in joined}
    assert attended == {story.cast["makes_up"].participant}
    assert len({link.participant for link in links}) == 3


def test_a_holiday_closes_one_program(story: Story) -> None:
    closed = [each.record for each in story.log if isinstance(each.record, ProgramClosed)]
    sessions = {
        each.meetings[CLOSED].session
        for each in story.program.series
        if each.last.program == CLOSED_PROGRAM and CLOSED in each.meetings
    }
    joined = {record.session for _, record in story.log if isinstance(record, Joined)}
    counted = {
        outcome.session
        for week in story.said
        if isinstance(week, Week)
        for outcome in week.outcomes
    }
    assert len({record.first_day for record in closed}) == 1
    assert sessions
    assert not sessions & (joined | counted)
