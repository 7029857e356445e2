"""Staff: what systems of record may send, and which role it takes.

| role | what it is for |
|---|---|
| notices | what people said of themselves: absences, practice |
| decisions | what staff decide, agree on or have seen to |
| rosters | who belongs to a program, what is planned, and whose alias it is |
"""

from collections.abc import Mapping
from typing import Any

from schemas import care, telemetry
from schemas.care import Staff
from schemas.codec import decoder
from schemas.declared import OutageDeclared
from schemas.identity import Identity
from streams.gateway.config import Caller, Role

Said = (
    Staff
    | telemetry.SessionScheduled
    | telemetry.Outage
    | telemetry.Break
    | telemetry.Identified
    | telemetry.Void
    | Identity
    | OutageDeclared
)
"""Everything that /v1/care takes."""

ROLES: Mapping[type, Role] = {
    care.AbsenceNotified: "notices",
    care.Practice: "notices",
    care.LeaveOfAbsence: "decisions",
    care.Suspended: "decisions",
    care.GoalsAgreed: "decisions",
    care.AbsenceDecided: "decisions",
    care.MakeUpArranged: "decisions",
    care.Accommodation: "decisions",
    care.Override: "decisions",
    care.ProgramClosed: "decisions",
    care.CheckInDone: "decisions",
    care.ReviewDone: "decisions",
    care.Acknowledged: "decisions",
    care.Snoozed: "decisions",
    care.Waived: "decisions",
    telemetry.Outage: "decisions",
    OutageDeclared: "decisions",
    telemetry.Break: "decisions",
    telemetry.Void: "decisions",
    care.Enrolled: "rosters",
    care.Discharged: "rosters",
    telemetry.SessionScheduled: "rosters",
    telemetry.Identified: "rosters",
    Identity: "rosters",
}
"""Which role each record takes."""

decode_said = decoder(Said)


def may_say(caller: Caller, record: Any) -> bool:
    """Whether the caller has the role that this record takes."""
    return ROLES[type(record)] in caller.roles
