"""Declared: what staff say of many sessions at once.

Only the door takes it, and makes one record of it for each session: on the log every record is
about one subject.
"""

from datetime import timedelta

from msgspec import Struct, field

from schemas.instants import Instant, plausible
from schemas.telemetry import Identifier, Revision

LONGEST = timedelta(days=7)


class OutageDeclared(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="outage_declared"
):
    """A platform, a program, or a program's platform was down in `[from, to)`.

    It becomes an `outage` of every session that is booked at the time and touched by it. One
    `entity` is one outage: a higher revision changes its times, `withdrawn` takes it back.
    """

    id: Identifier
    source: Identifier
    at: Instant
    entity: Identifier
    revision: Revision
    begins: Instant = field(name="from")
    ends: Instant = field(name="to")
    platform: Identifier | None = None
    program: Identifier | None = None
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if not plausible(self.at, self.begins, self.ends):
            raise ValueError("`at`, `from` and `to` must lie between 2000 and 2200")
        if not timedelta(0) < self.ends - self.begins <= LONGEST:
            raise ValueError("`to` must follow `from` by at most 7 days")
        if self.platform is None and self.program is None:
            raise ValueError("`platform` or `program` is needed")
