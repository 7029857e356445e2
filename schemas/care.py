"""Care: what is known about one participant, keyed by participant on `rollcall.care.v1`.

Staff facts carry an `entity` and a `revision`: the highest revision of an entity holds,
and `withdrawn` takes it back. `session_result` comes from the session stage.

Nothing here is free text: reasons and outcomes are codes.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from schemas.instants import EPOCH, Instant, plausible
from schemas.publication import Publication
from schemas.score import Score
from schemas.telemetry import Identifier, Revision, Signals, Span

EmergencyReason = Literal["illness", "emergency", "technical"]
Judged = Literal[
    "no_show", "late", "left_early", "low_attendance", "camera_off", "low_participation"
]
Names = Annotated[tuple[Identifier, ...], Meta(min_length=1, max_length=64)]
"""Ids of violations, weeks, recommendations or sessions that something is about."""

WeeklyMinutes = Annotated[int, Meta(ge=1, le=7 * 24 * 60)]
LONGEST_CLOSURE_DAYS = 366


class CareEvent(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type"):
    """What every staff fact carries; `at` is when it was said."""

    id: Identifier
    source: Identifier
    at: Instant
    participant: Identifier
    entity: Identifier
    revision: Revision = 0
    withdrawn: bool = False


class Enrolled(CareEvent, frozen=True, kw_only=True, omit_defaults=True, tag="enrolled"):
    """The person belongs to a program from `from` on, until a discharge.

    `priority` marks people whose unreached no-show is a matter of safety. `weekly_minutes` is
    the dose agreed for this person, in place of the policy's.
    """

    program: Identifier
    begins: Instant = field(name="from")
    priority: bool = False
    weekly_minutes: WeeklyMinutes | None = None

    def __post_init__(self) -> None:
        if not plausible(self.begins):
            raise ValueError("dates must lie between 2000 and 2200")


class Discharged(CareEvent, frozen=True, kw_only=True, omit_defaults=True, tag="discharged"):
    """The person leaves a program at `from`; an enrolment that begins later is a new one."""

    program: Identifier
    begins: Instant = field(name="from")
    reason_code: Identifier

    def __post_init__(self) -> None:
        if not plausible(self.begins):
            raise ValueError("dates must lie between 2000 and 2200")


class Absent(CareEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A stretch `[from, until)` in which nothing is asked; without a program, in none."""

    begins: Instant = field(name="from")
    until: Instant | None = None
    program: Identifier | None = None

    def __post_init__(self) -> None:
        if not plausible(self.begins, self.until):
            raise ValueError("dates must lie between 2000 and 2200")
        if self.until is not None and self.until <= self.begins:
            raise ValueError("`until` must be later than `from`")


class LeaveOfAbsence(Absent, frozen=True, kw_only=True, tag="leave_of_absence"):
    """An agreed leave."""


class Suspended(Absent, frozen=True, kw_only=True, tag="suspended"):
    """Staff suspended the person from sessions."""


class GoalsAgreed(CareEvent, frozen=True, kw_only=True, omit_defaults=True, tag="goals_agreed"):
    """Personal goals for a week, valid for weeks that begin on or after the day of `from`.

    `practice_days` is asked of distinct days with practice, `participation` of the weekly mean.
    """

    program: Identifier
    begins: Instant = field(name="from")
    practice_days: Annotated[int, Meta(ge=1, le=7)] | None = None
    participation: Annotated[int, Meta(ge=1, le=100)] | None = None

    def __post_init__(self) -> None:
        if not plausible(self.begins):
            raise ValueError("dates must lie between 2000 and 2200")
        if self.practice_days is None and self.participation is None:
            raise ValueError("needs `practice_days` or `participation`")


class AbsenceNotified(
    CareEvent, frozen=True, kw_only=True, omit_defaults=True, tag="absence_notified"
):
    """The person, or someone for them, said at `at` that they will miss a session."""

    session: Identifier
    reason: Literal["illness", "emergency", "technical", "other"] = "other"


class AbsenceDecided(CareEvent, frozen=True, kw_only=True, tag="absence_decided"):
    """Staff accept or refuse an absence of one session."""

    session: Identifier
    accepted: bool
    reason_code: Identifier


class MakeUpArranged(CareEvent, frozen=True, kw_only=True, tag="make_up_arranged"):
    """Missing `session` can be mended by attending `make_up`, which starts at `starts_at`."""

    session: Identifier
    make_up: Identifier
    starts_at: Instant

    def __post_init__(self) -> None:
        if not plausible(self.starts_at):
            raise ValueError("dates must lie between 2000 and 2200")
        if self.session == self.make_up:
            raise ValueError("a session cannot make up for itself")


class Accommodation(CareEvent, frozen=True, kw_only=True, tag="accommodation"):
    """Signals that are not asked of this person in `[from, until)`; no until means open end."""

    exempt: Signals
    begins: Instant = field(name="from")
    until: Instant | None = None

    def __post_init__(self) -> None:
        if not plausible(self.begins, self.until):
            raise ValueError("dates must lie between 2000 and 2200")


class Override(CareEvent, frozen=True, kw_only=True, tag="override"):
    """Staff set the outcome of one session; the latest by (at, id) holds before all else."""

    session: Identifier
    outcome: Literal["credited", "excused", "unexcused"]
    reason_code: Identifier


class ProgramClosed(CareEvent, frozen=True, kw_only=True, tag="program_closed"):
    """Days of the program's calendar, first and last included, on which nothing is asked."""

    program: Identifier
    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if not 0 <= (self.last_day - self.first_day).days < LONGEST_CLOSURE_DAYS:
            raise ValueError("last_day must follow first_day by less than 366 days")


class Practice(CareEvent, frozen=True, kw_only=True, omit_defaults=True, tag="practice"):
    """The person practised at `at`."""

    program: Identifier
    practice: Literal["homework", "journal", "coping_tool", "progress_app"]


class CheckInDone(CareEvent, frozen=True, kw_only=True, tag="check_in_done"):
    """Someone talked with the person at `at` about the outputs or sessions in `about`."""

    about: Names


class ReviewDone(CareEvent, frozen=True, kw_only=True, tag="review_done"):
    """A review of what is in `about` was held at `at`; people decided, the code says what."""

    about: Names
    outcome_code: Identifier


class Acknowledged(CareEvent, frozen=True, kw_only=True, tag="acknowledged"):
    """Someone has taken on a violation or recommendation."""

    target: Identifier


class Snoozed(CareEvent, frozen=True, kw_only=True, tag="snoozed"):
    """A recommendation is put off until an instant."""

    target: Identifier
    until: Instant
    reason_code: Identifier

    def __post_init__(self) -> None:
        if not plausible(self.until):
            raise ValueError("dates must lie between 2000 and 2200")


class Waived(CareEvent, frozen=True, kw_only=True, omit_defaults=True, tag="waived"):
    """Staff waive a rule for one session, or by its id any violation or recommendation."""

    reason_code: Identifier
    session: Identifier | None = None
    rule: Judged | None = None
    target: Identifier | None = None

    def __post_init__(self) -> None:
        if (self.session is None) != (self.rule is None) or (
            (self.session is None) == (self.target is None)
        ):
            raise ValueError("needs either `session` and `rule`, or `target`")


class WaitingEpisode(Struct, frozen=True, kw_only=True):
    """A stay in the waiting room; `until` is null while it lasts."""

    since: Instant
    until: Instant | None
    admitted: bool


class SessionResult(
    Publication,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="session_result",
):
    """What the session stage tells the care stage of one person in one session.

    Spans are whole, not cut to the window. `before_host_ms` and `after_host_ms` are observed
    scheduled time before the first host came and from then on; `not_admitted` tells that the
    person was kept waiting longer than policy allows. `id` with `epoch` and `revision` names
    the message; `assessed_at` is its time.
    """

    id: str
    session: str
    participant: str
    score: Score
    window: tuple[Span, ...]
    observed: tuple[Span, ...]
    inferred: tuple[Span, ...]
    bridged: tuple[Span, ...]
    breaks: tuple[Span, ...]
    before_host_ms: int
    after_host_ms: int
    waiting: tuple[WaitingEpisode, ...]
    not_admitted: bool
    withdrawn: bool = False

    @property
    def at(self) -> datetime:
        """When it was said; a bare body was never said."""
        return self.assessed_at or EPOCH


Staff = (
    Enrolled
    | Discharged
    | LeaveOfAbsence
    | Suspended
    | GoalsAgreed
    | AbsenceNotified
    | AbsenceDecided
    | MakeUpArranged
    | Accommodation
    | Override
    | ProgramClosed
    | Practice
    | CheckInDone
    | ReviewDone
    | Acknowledged
    | Snoozed
    | Waived
)
"""What staff, or systems in their name, may say."""

Care = Staff | SessionResult
