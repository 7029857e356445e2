"""Plots: what befalls somebody over several weeks, each dealt to one person.

Meetings are counted back from the last evening, which is 0: with three a week, 2 is the first
one of the last week and 5 the first one of the week before.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from streams.simulation.meeting import Role
from streams.simulation.people import STEADY, TALKER, Style

Name = Literal[
    "drops_out",
    "unreached",
    "comes_late",
    "falls_silent",
    "bad_network",
    "announces",
    "undecided",
    "refused",
    "makes_up",
    "misses_make_up",
    "will_make_up",
    "switches",
    "accommodated",
    "credited_by_staff",
    "talked_with",
    "on_leave",
    "newcomer",
    "discharged",
    "practises",
]
MUTE = Style(turns=0, messages=0, reactions=0, shared_works=0, answers=0)
LATE_S = (7 * 60, 10 * 60)
DROPS = 10.0
"""How often an hour a network fails that keeps somebody out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """`roles` and `habits` (fields of the person) by meeting; `always` are habits in each.

    The person is there from the meeting `first` on and until `last`, both counted back.
    `priority` marks the enrolment of somebody whose absence is a matter of safety.
    """

    roles: Mapping[int, Role] = field(default_factory=dict)
    habits: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    always: Mapping[str, Any] = field(default_factory=dict)
    first: int | None = None
    last: int | None = None
    priority: bool = False

    def there(self, back: int) -> bool:
        """Whether the person belongs to the group at that meeting."""
        return (self.first is None or back <= self.first) and (
            self.last is None or back >= self.last
        )

    @property
    def reaches(self) -> int:
        """How many meetings back it begins."""
        return max((*self.roles, *self.habits, self.first or 0, self.last or 0, 0))


def _away(*meetings: int) -> dict[int, Role]:
    return dict.fromkeys(meetings, "no_show")


def _habits(meetings: tuple[int, ...], **habits: Any) -> dict[int, Mapping[str, Any]]:
    return dict.fromkeys(meetings, habits)


PLOTS: Mapping[Name, Plot] = {
    "drops_out": Plot(roles=_away(4, 2, 1, 0)),
    "unreached": Plot(roles=_away(0), priority=True),
    "comes_late": Plot(habits=_habits((5, 4, 2, 1, 0), arrival=LATE_S)),
    "falls_silent": Plot(
        habits=_habits((5, 4, 3), style=TALKER) | _habits((2, 1, 0), style=MUTE),
    ),
    "bad_network": Plot(habits=_habits((2, 0), drops=DROPS)),
    "announces": Plot(roles={4: "notified_early"}),
    "undecided": Plot(roles=_away(0)),
    "refused": Plot(roles={2: "absence_refused"}),
    "makes_up": Plot(roles=_away(5)),
    "misses_make_up": Plot(roles=_away(4)),
    "will_make_up": Plot(roles=_away(1)),
    "switches": Plot(roles=_away(2)),
    "accommodated": Plot(always={"camera": "never"}),
    "credited_by_staff": Plot(roles={1: "leaves_early"}),
    "talked_with": Plot(roles=_away(5, 4)),
    "on_leave": Plot(roles=_away(5, 4, 3)),
    "newcomer": Plot(first=5),
    "discharged": Plot(last=4),
    "practises": Plot(always={"style": STEADY}),
}
CALM: Mapping[str, Any] = {
    "style": STEADY,
    "arrival": (-180, 30),
    "camera": "always",
    "drops": 0.0,
    "enrolled_days": None,
}
"""Habits of somebody with a plot, so that nothing else befalls them."""

MAKE_UPS: frozenset[Name] = frozenset({"makes_up", "misses_make_up", "will_make_up"})
