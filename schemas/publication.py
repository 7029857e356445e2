"""What every published record carries besides what it says.

A record's body is a pure function of (facts, policy, now). Its publication (how often it was
published, from which position, at which assessed time) is not, so the two are kept apart:
bodies are compared without it, and it is written in front of the body when that is sent.
"""

from typing import Annotated

from msgspec import Meta, Struct

from schemas.instants import Instant

Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number that a database column can hold."""


class Publication(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Publication data, all default in a bare body.

    `id` names the output for ever; `revision` grows by one with each message of that id,
    starting at 1; consumers order by (`epoch`, `revision`). `position` and `assessed_at`
    say how to get the body again: fold the source partition's first `position` records and
    assess at that instant. `correction` marks a change after the subject was final.
    """

    revision: Whole = 0
    epoch: Whole = 0
    position: Whole = 0
    assessed_at: Instant | None = None
    correction: bool = False
