"""Topics: the one table of what is on the log, who writes it and who reads it."""

from typing import Literal

from msgspec import Struct

from schemas.instants import DAY_MS

MEBIBYTE = 1 << 20


class Topic(Struct, frozen=True, kw_only=True):
    """One topic. `partitions` None means the deployment's common number.

    Source and state topics must share that number: a subject's events and its state then
    lie in the same partition, with one owner.
    """

    name: str
    key: str
    holds: str
    writer: str
    readers: str
    cleanup: Literal["delete", "compact"] = "delete"
    retention_ms: int | None = None
    append_time: bool = True
    max_message_bytes: int = MEBIBYTE
    partitions: int | None = None


TELEMETRY = Topic(
    name="rollcall.telemetry.v1",
    key="session",
    holds="telemetry records of video sessions",
    writer="door, producers",
    readers="session stage",
    retention_ms=14 * DAY_MS,
)
CARE = Topic(
    name="rollcall.care.v1",
    key="participant",
    holds="staff facts and session results",
    writer="staff systems, session stage",
    readers="care stage",
    retention_ms=400 * DAY_MS,
)
SCORES = Topic(
    name="rollcall.scores.v1",
    key="participant",
    holds="scores of people in sessions",
    writer="session stage",
    readers="sink, subscribers",
    retention_ms=90 * DAY_MS,
)
WEEKS = Topic(
    name="rollcall.weeks.v1",
    key="participant",
    holds="weeks of people in programs",
    writer="care stage",
    readers="sink, subscribers",
    retention_ms=400 * DAY_MS,
)
VIOLATIONS = Topic(
    name="rollcall.violations.v1",
    key="participant, or session for a session's own",
    holds="violations with their status life",
    writer="session stage, care stage",
    readers="sink, subscribers",
    retention_ms=400 * DAY_MS,
)
RECOMMENDATIONS = Topic(
    name="rollcall.recommendations.v1",
    key="participant",
    holds="what somebody should look at and decide",
    writer="care stage",
    readers="sink, subscribers",
    retention_ms=400 * DAY_MS,
)
ROOMS = Topic(
    name="rollcall.rooms.v1",
    key="session",
    holds="which session a platform's room is booked for, and when",
    writer="roster import",
    readers="door, staff commands",
    cleanup="compact",
)
IDENTITIES = Topic(
    name="rollcall.identities.v1",
    key="alias",
    holds="whose participant a platform's pseudonym is",
    writer="roster import, keys rekey, staff",
    readers="door",
    cleanup="compact",
)
DEAD_LETTERS = Topic(
    name="rollcall.deadletters.v1",
    key="as it came",
    holds="records that could not be taken in, as they came, with the reason; marks of redrives",
    writer="session stage, care stage, redrive",
    readers="operators, redrive",
    retention_ms=30 * DAY_MS,
    # Room for the largest record another topic lets through, and the reason in its headers.
    max_message_bytes=MEBIBYTE + 64 * 1024,
)
SESSION_STATE = Topic(
    name="rollcall.state.session.v1",
    key="session",
    holds="state of the session stage: subjects, closed marks, progress",
    writer="session stage",
    readers="session stage",
    cleanup="compact",
    max_message_bytes=4 * MEBIBYTE,
)
CARE_STATE = Topic(
    name="rollcall.state.care.v1",
    key="participant",
    holds="state of the care stage: subjects, closed marks, progress",
    writer="care stage",
    readers="care stage",
    cleanup="compact",
    max_message_bytes=4 * MEBIBYTE,
)

TOPICS: tuple[Topic, ...] = (
    TELEMETRY,
    CARE,
    SCORES,
    WEEKS,
    VIOLATIONS,
    RECOMMENDATIONS,
    ROOMS,
    IDENTITIES,
    DEAD_LETTERS,
    SESSION_STATE,
    CARE_STATE,
)
