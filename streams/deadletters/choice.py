"""Choice: what a redrive makes of each letter."""

from typing import Literal, NamedTuple

from streams.deadletters.letter import Letter

Outcome = Literal[
    "redriven",
    "not_asked_for",
    "not_yet",
    "too_often",
    "not_ours",
    "from_the_door",
    "incomplete",
    "empty",
    "too_large",
]

NEVER: frozenset[Outcome] = frozenset({"from_the_door", "incomplete", "empty"})
"""No later redrive, whatever it is asked for, could do anything for such a letter."""

SAID: dict[Outcome, str] = {
    "redriven": "sent again",
    "not_asked_for": "not asked for",
    "not_yet": "left for the next time (--max)",
    "too_often": "left alone: tried too often (--attempts)",
    "not_ours": "left alone: not about a topic that a stage reads (--to)",
    "from_the_door": "cannot be sent again: the door removed what must not be kept",
    "incomplete": "cannot be sent again: parts of it are no longer on the log",
    "empty": "cannot be sent again: it has neither key nor value",
    "too_large": "left alone: the topic refuses its size",
}


class Filters(NamedTuple):
    """Which letters are asked for: those that every filter lets pass; None lets all pass.

    `reasons` are codes or names of exceptions, `topics` the full names of topics that letters
    are about, `since_ms` is when the letter was written.
    """

    reasons: frozenset[str] | None = None
    topics: frozenset[str] | None = None
    since_ms: int | None = None

    def let_pass(self, letter: Letter) -> bool:
        """Whether the letter is one that is asked for."""
        return (
            (self.reasons is None or letter.cause.reason in self.reasons)
            and (self.topics is None or letter.cause.topic in self.topics)
            and (self.since_ms is None or letter.appended_at >= self.since_ms)
        )


class Wanted(NamedTuple):
    """What is to be sent again: a record that was tried fewer than `attempts` times.

    It goes `to` that topic; None sends each where it came from, if that is one of `ours`.
    """

    filters: Filters
    attempts: int
    to: str | None
    ours: frozenset[str]

    def judge(self, letter: Letter) -> Outcome:
        """What becomes of a letter; `redriven` means that it is to be sent again."""
        if not letter.complete:
            return "incomplete"
        if not letter.may_return:
            return "from_the_door"
        if letter.key is None and letter.value is None:
            return "empty"
        if not self.filters.let_pass(letter):
            return "not_asked_for"
        if self.to is None and letter.cause.topic not in self.ours:
            return "not_ours"
        if letter.attempt >= self.attempts:
            return "too_often"
        return "redriven"
