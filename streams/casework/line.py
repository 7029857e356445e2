"""Line: one line of a case's log, read word by word."""

import re
from datetime import date

from streams.casework.almanac import MOST_WEEKS, Almanac, CaseError, Span

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_WEEK = re.compile(r"-?[0-9]{1,3}")


class Line:
    """The words of one line; `week` is the week that its weekdays mean."""

    def __init__(self, text: str, almanac: Almanac, week: int = 1) -> None:
        self._words = text.split()
        self._week = week
        self.almanac = almanac

    @property
    def next(self) -> str:
        """The next word; empty at the end."""
        return self._words[0] if self._words else ""

    @property
    def at_day(self) -> bool:
        """Whether a day is next."""
        return self.next == "week" or self.almanac.day(self.next, self._week) is not None

    def word(self, wanted: str) -> str:
        """Take the next word, whatever it is; `wanted` says what should be here."""
        if not self._words:
            raise CaseError(f"expected {wanted} at the end")
        return self._words.pop(0)

    def took(self, *words: str) -> bool:
        """Take these words if they are next."""
        if tuple(self._words[: len(words)]) != words:
            return False
        del self._words[: len(words)]
        return True

    def need(self, *words: str) -> None:
        """Take these words, which must be next."""
        if not self.took(*words):
            raise CaseError(f"expected `{' '.join(words)}`, found {self._found()}")

    def one_of(self, wanted: str, words: tuple[str, ...]) -> str:
        """Take one of `words`."""
        if self.next not in words:
            raise CaseError(f"expected {wanted} ({', '.join(words)}), found {self._found()}")
        return self.word(wanted)

    def code(self, wanted: str) -> str:
        """Take an id or a code."""
        word = self.word(wanted)
        if not _CODE.fullmatch(word):
            raise CaseError(f"expected {wanted}, found `{word}`")
        return word

    def number(self, wanted: str, most: int, least: int = 0) -> int:
        """Take a whole number from `least` to `most`."""
        word = self.word(wanted)
        if not (word.isascii() and word.isdigit() and least <= int(word[:9]) <= most):
            raise CaseError(f"expected {wanted} from {least} to {most}, found `{word[:80]}`")
        return int(word)

    def day(self) -> date:
        """Take a day: `Mon`, `week 2 Mon` or `2026-03-09`."""
        if self.took("week"):
            self._week = week_number(self.word("the number of a week"))
        word = self.word("a day such as Mon or 2026-03-02")
        day = self.almanac.day(word, self._week)
        if day is None:
            raise CaseError(f"expected a day such as Mon or 2026-03-02, found `{word}`")
        return day

    def moment(self) -> int:
        """Take a day and a time, in ms."""
        day = self.day()
        return self.almanac.instant(day, self.word("a time such as 16:00"))

    def day_or_moment(self) -> int:
        """Take a day, with a time if there is one; else it is the begin of the day."""
        day = self.day()
        if self.next[:1].isdigit() and ":" in self.next:
            return self.almanac.instant(day, self.word("a time"))
        return self.almanac.begin(day)

    def spans(self, session: Span) -> list[Span]:
        """Take stretches of time in a session, such as `18:00-18:40 and 18:50-20:00`."""
        found = []
        while self.next[:1].isdigit():
            found.append(self.almanac.within(self.word("times"), session))
            if not self.took("and"):
                break
        return found

    def end(self) -> None:
        """Nothing may be left."""
        if self._words:
            raise CaseError(f"cannot read {self._found()}")

    def rest(self) -> str:
        """Take everything that is left."""
        words, self._words = self._words, []
        return " ".join(words)

    def _found(self) -> str:
        words = " ".join(self._words)
        return f"`{words[:80]}`" if words else "the end of the line"


def week_number(word: str) -> int:
    """The number of a week as written: 1 is the case's own, 0 the one before."""
    if not _WEEK.fullmatch(word) or abs(int(word)) > MOST_WEEKS:
        raise CaseError(f"expected the number of a week, found `{word[:80]}`")
    return int(word)
