"""Identity: whose participant a platform's pseudonym is, on `rollcall.identities.v1`.

Keyed by alias on a compacted topic, so that a reader who begins at its beginning learns every
alias there is. The highest revision of an alias holds; `withdrawn` takes it back.
"""

from msgspec import Struct

from schemas.instants import Instant, plausible
from schemas.telemetry import Identifier, Revision


class Identity(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="identity"
):
    """The id `alias`, as platforms know somebody, is this participant."""

    id: Identifier
    source: Identifier
    at: Instant
    alias: Identifier
    participant: Identifier
    revision: Revision = 0
    withdrawn: bool = False

    def __post_init__(self) -> None:
        if not plausible(self.at):
            raise ValueError("`at` must lie between 2000 and 2200")
