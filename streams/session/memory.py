"""Memory: what need not be measured again at the next look.

Of each person stays what readers wait for, and until when, as long as nothing is heard of them
and their surroundings only go on. This is never saved, and changes nothing but the cost: a look
without memory tells the same.
"""

from typing import Any, NamedTuple

from msgspec import Struct

from streams.intervals import Spans
from streams.session.attendee import Identity
from streams.session.facts import Person
from streams.session.surroundings import Surroundings

SIXTY_FOUR_BITS = (1 << 64) - 1


class Kept(Struct, frozen=True, gc=False):
    """One person as measured last. `look` is when time alone may change something for readers.

    `mark` tells whether anything was heard since, `until` when to measure in any case.
    """

    mark: int
    signature: str
    look: int | None
    until: int | None


class Memory:
    """What one session remembers from look to look."""

    __slots__ = ("_people", "_shared", "_window")

    def __init__(self) -> None:
        self._people: dict[str, Kept] = {}
        self._shared: tuple[Any, ...] | None = None
        self._window = _Grown([], False, None, 0)

    def enter(self, around: Surroundings) -> None:
        """Forget everybody, unless the surroundings are those of the last look gone on."""
        shared = _shared(around)
        grown = _Grown(
            around.window.spans,
            bool(around.window.passing),
            around.window.hosted,
            around.course.now,
        )
        if shared != self._shared or not grown.continues(self._window):
            self._people.clear()
        self._shared, self._window = shared, grown

    def recall(self, name: str, heard: int, now: int) -> Kept | None:
        """The person as measured last, if measuring them again would tell the same."""
        kept = self._people.get(name)
        if kept is None or kept.mark != heard or (kept.until is not None and kept.until <= now):
            return None
        return kept

    def keep(self, name: str, kept: Kept) -> None:
        """Remember a person as measured now."""
        before = self._people.get(name)
        if before is not None and before.signature == kept.signature:
            # What was published holds on to the older text; one copy will do.
            kept = Kept(kept.mark, before.signature, kept.look, kept.until)
        self._people[name] = kept


class _Grown(NamedTuple):
    """The window and the hosts' presence at `now`, which both may grow with time."""

    spans: Spans
    passing: bool
    hosted: Spans | None
    now: int

    def continues(self, before: "_Grown") -> bool:
        """Whether all that happened since is that what was passing passed on."""
        if self.passing != before.passing or self.now < before.now:
            return False
        if self.passing and not (self.spans and before.spans):
            return False
        if self.spans != before.spans and not (
            self.passing
            and self.spans[-1][1] == self.now
            and before.spans[-1][1] == before.now
            and _but_for_the_end(self.spans, before.spans)
        ):
            return False
        if self.hosted == before.hosted:
            return True
        return bool(
            self.hosted
            and before.hosted
            and self.hosted[-1][1] > self.now
            and before.hosted[-1][1] > before.now
            and _but_for_the_end(self.hosted, before.hosted)
        )


def _but_for_the_end(spans: Spans, before: Spans) -> bool:
    return spans[-1][0] == before[-1][0] and spans[:-1] == before[:-1]


def _shared(around: Surroundings) -> tuple[Any, ...]:
    """Everything but growing spans that the measures of all depend on."""
    facts, where, seen = around.facts, around.course, around.window
    looks = (*where.looks, *seen.looks)
    return (
        where._replace(now=0, looks=()),
        where.phase,
        min((look for look in looks if look > where.now), default=None),
        seen._replace(spans=[], hosted=None, passing=[]),
        around.policy,
        tuple(sorted(around.reported)),
        around.unidentified_guests,
        facts.ability,
        dict(facts.links),
        {poll: tuple(times) for poll, times in facts.polls.items()},
    )


def mark(identity: Identity | None, over: bool) -> int:
    """Equal at two looks only if nothing was heard between them that measures depend on.

    Almost all facts only grow, so that their number tells; first signs of life do not. While a
    session runs its people's last signs are not asked for. All of that side by side in one
    number, as that takes the least memory.
    """
    told = 0
    for person in identity.people if identity else ():
        signs = person.all_signs()
        for each in (_number(person), *(signs if over else signs[::2])):
            told = told << 64 | each & SIXTY_FOUR_BITS
    return told


def _number(person: Person) -> int:
    """How many facts there are of which none is ever taken back."""
    number = len(person.names) + len(person.doors) + len(person.camera) + len(person.speech)
    number += person.chat.bit_count() + person.reactions.bit_count()
    number += person.shared_work.bit_count() + len(person.answers or ())
    for streams in (person.streams or {}).values():
        number += sum(map(len, streams.values()))
    return number
