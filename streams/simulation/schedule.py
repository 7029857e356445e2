"""What the scheduling system and staff say of a session before, during and after it."""

from random import Random

from schemas.instants import DAY_MS, HOUR_MS, MINUTE_MS
from schemas.telemetry import (
    Break,
    Capabilities,
    Identified,
    Outage,
    RosterEntry,
    SessionEnded,
    SessionScheduled,
    Span,
    Void,
)
from streams.simulation.account import Account
from streams.simulation.meeting import Meeting
from streams.simulation.people import Person

AGREED_LATENESS_MS = 30 * MINUTE_MS


def announce(meeting: Meeting, account: Account, random: Random) -> None:
    """The schedule's revisions, some 27 hours ahead and, where something changes, again."""
    if not meeting.scheduled:
        return
    first = meeting.begins - 27 * HOUR_MS - random.randint(0, 2 * HOUR_MS)
    if meeting.announced_by is not None:
        first = min(first, meeting.announced_by)
    _schedule(meeting, account, first, 0, added_late=False)
    if meeting.incident == "late_addition":
        _schedule(meeting, account, meeting.begins - 20 * MINUTE_MS, 1)
    if meeting.incident == "cancelled":
        _schedule(meeting, account, meeting.begins - 3 * HOUR_MS, 1, status="cancelled")
    if meeting.incident == "extension":
        _schedule(meeting, account, meeting.along(0.6), 1, ends=meeting.closes)


def _schedule(
    meeting: Meeting,
    account: Account,
    offset: int,
    revision: int,
    *,
    ends: int | None = None,
    status: str = "planned",
    added_late: bool = True,
) -> None:
    account.plan(
        SessionScheduled,
        offset,
        revision=revision,
        program=meeting.program,
        kind=meeting.kind,
        starts_at=account.instant(meeting.begins),
        ends_at=account.instant(meeting.ends if ends is None else ends),
        status=status,
        room=f"room-{meeting.session.removeprefix('ses-')}",
        delivery="report" if meeting.source.afterwards else "live",
        breaks=() if meeting.incident == "unplanned_break" else _spans(meeting, account),
        hosts=tuple(host.participant for host in meeting.hosts),
        roster=tuple(
            _entry(person, meeting, account)
            for person in meeting.people
            if added_late or meeting.roles.get(person.participant) != "added_late"
        ),
    )


def _spans(meeting: Meeting, account: Account) -> tuple[Span, ...]:
    return tuple(
        Span(begins=account.instant(begins), ends=account.instant(ends))
        for begins, ends in meeting.breaks
    )


def _entry(person: Person, meeting: Meeting, account: Account) -> RosterEntry:
    role = meeting.roles.get(person.participant)
    enrolled_at = begins = None
    if person.enrolled_days is not None:
        enrolled_at = account.instant(meeting.begins - person.enrolled_days * DAY_MS)
    if role == "agreed_late":
        begins = account.instant(meeting.begins + AGREED_LATENESS_MS)
    return RosterEntry(
        participant=person.participant,
        begins=begins,
        enrolled_at=enrolled_at,
        exempt=("camera",) if role == "exempt" else (),
        make_up=meeting.make_up or role == "make_up",
    )


def describe(meeting: Meeting, account: Account, random: Random) -> None:
    """What the platform and staff say of the session as a whole while it runs and after."""
    if meeting.incident == "cancelled":
        return
    if meeting.source.capabilities is not None:
        account.tell(Capabilities, meeting.begins - 9 * MINUTE_MS, **meeting.source.capabilities)
    if meeting.outage:
        _interrupt(Outage, meeting, account, meeting.outage)
    if meeting.incident == "unplanned_break":
        for stretch in meeting.breaks:
            _interrupt(Break, meeting, account, stretch)
    if meeting.incident == "voided":
        after = meeting.closes + 20 * MINUTE_MS
        account.plan(Void, after, value=True, reason="fire_drill", revision=0)
    ended = meeting.closes + random.randint(3 * MINUTE_MS, 5 * MINUTE_MS)
    account.tell(SessionEnded, ended)


def _interrupt(
    kind: type[Outage] | type[Break],
    meeting: Meeting,
    account: Account,
    stretch: tuple[int, int],
) -> None:
    """Staff say it soon after, and a little later to the minute, as one entity."""
    begins, ends = stretch
    entity = account.code("stretch-")
    for revision, (said, until) in enumerate(
        ((ends + 2 * MINUTE_MS, ends + MINUTE_MS), (ends + 6 * MINUTE_MS, ends))
    ):
        account.plan(
            kind,
            said,
            entity=entity,
            revision=revision,
            begins=account.instant(begins),
            ends=account.instant(until),
        )


def identify(meeting: Meeting, account: Account, alias: str, participant: str) -> None:
    """Staff say after the session who the guest was."""
    after = meeting.closes + 15 * MINUTE_MS
    account.plan(Identified, after, alias=alias, participant=participant)
