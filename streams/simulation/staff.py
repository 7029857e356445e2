"""What staff say about people: notices, decisions, waivers, overrides, accommodations."""

from schemas.care import AbsenceDecided, AbsenceNotified, Accommodation, Override, Waived
from schemas.instants import DAY_MS, HOUR_MS, MINUTE_MS
from streams.simulation.account import Account
from streams.simulation.meeting import Meeting, Role


def care(meeting: Meeting, account: Account) -> None:
    """The staff facts about everybody with a role that has some."""
    for participant, role in meeting.roles.items():
        _notify(participant, role, meeting, account)
        _decide(participant, role, meeting, account)


def _notify(participant: str, role: Role, meeting: Meeting, account: Account) -> None:
    """Absence notices: long before, in an emergency, too late, or taken back again."""
    notices: dict[Role, tuple[int, str]] = {
        "notified_early": (-26 * HOUR_MS, "other"),
        "notice_withdrawn": (-25 * HOUR_MS, "other"),
        "emergency": (8 * MINUTE_MS, "illness"),
        "absence_accepted": (-2 * HOUR_MS, "other"),
        "absence_refused": (-HOUR_MS, "other"),
    }
    if role not in notices:
        return
    after, reason = notices[role]
    said, entity = meeting.begins + after, account.code("notice-")
    fields = {"entity": entity, "session": meeting.session, "reason": reason}
    account.judge(AbsenceNotified, said, participant, **fields)
    if role == "notice_withdrawn":
        again = said + 20 * HOUR_MS
        account.judge(AbsenceNotified, again, participant, revision=1, withdrawn=True, **fields)


def _decide(participant: str, role: Role, meeting: Meeting, account: Account) -> None:
    """What staff decide: on a late notice, a lateness, an outcome, an exemption."""
    fields = {"entity": account.code("decision-"), "session": meeting.session}
    if role in ("absence_accepted", "absence_refused"):
        accepted = role == "absence_accepted"
        reason = "family" if accepted else "too_late"
        account.judge(
            AbsenceDecided,
            meeting.begins + 40 * MINUTE_MS,
            participant,
            accepted=accepted,
            reason_code=reason,
            **fields,
        )
    if role == "waived":
        after = meeting.closes + 10 * MINUTE_MS
        account.judge(Waived, after, participant, rule="late", reason_code="traffic", **fields)
    if role == "overridden":
        after = meeting.closes + 30 * MINUTE_MS
        account.judge(
            Override, after, participant, outcome="excused", reason_code="hospital", **fields
        )
    if role == "accommodated":
        said = meeting.begins - DAY_MS
        account.judge(
            Accommodation,
            said,
            participant,
            entity=fields["entity"],
            exempt=("camera",),
            begins=account.instant(said - 6 * DAY_MS),
        )
