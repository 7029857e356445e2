"""Policy case: an example that a policy file carries, with what must come of it.

A `[[cases]]` table of the file. Its log is for people to read and write; `streams.casework`
reads it. Cases are no settings: they leave the policy's digest as it is.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta

from schemas.policy_values import Section

MOST_CASES = 200
Text = Annotated[str, Meta(min_length=1, max_length=200)]


class Case(Section, frozen=True, kw_only=True):
    """What happened to one person, and what the policy makes of it.

    `week` is the first day of the week that weekdays in `log` mean. `expect` lists everything
    that must be open or must have stood at `looked_at`; without that, once all is final.
    """

    name: Text
    week: date
    log: Annotated[str, Meta(max_length=20_000)]
    expect: Annotated[tuple[Text, ...], Meta(max_length=100)]
    looked_at: Text | None = None

    def __post_init__(self) -> None:
        if not self.name.isprintable():
            raise ValueError("name: must be printable")
        if not 2000 <= self.week.year < 2199:
            raise ValueError("week: must lie between 2000 and 2198")
