"""Expectation: what must come of a case, as people write it, against what was found.

    weekly_attendance: open needs_make_up      consecutive_unexcused ses-2: stood
    late ses-3: stood                          weekly_attendance week 2: resolved
    recommend offer_make_up                    week 2: below 2 of 5

Each must fit something that was found. In turn everything that is open or has stood must be
expected; what is resolved or was taken back, and weeks themselves, may be.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, get_args

from schemas.recommendation import RecommendationKind
from schemas.violation import Rule
from schemas.week import WeekStanding
from streams.casework.almanac import CaseError

STATUSES = ("open", "resolved", "stood", "retracted")
OVER = ("resolved", "retracted")
RECOMMEND, WEEK = "recommend", "week"
STANDINGS: tuple[str, ...] = get_args(WeekStanding)
RECOMMENDATIONS: tuple[str, ...] = get_args(RecommendationKind)
RULES: tuple[str, ...] = get_args(Rule)
PENDING, CRITICAL, REVIEW = "pending", "critical", "review"


class Found(NamedTuple):
    """One output as it was published last.

    `name` is the rule, `recommend` with its kind, or `week`; `about` the sessions and weeks
    that name it further; `words` its status and what else is known of it.
    """

    id: str
    name: str
    about: tuple[str, ...]
    words: tuple[str, ...]
    must_be_expected: bool = True

    @property
    def text(self) -> str:
        """In the form in which it would be expected."""
        about = self.about[:1]
        # A week's name says that it is one.
        head = about if self.name == WEEK else (self.name, *about)
        return f"{' '.join(head)}: {' '.join(self.words)}"


class Expectation(NamedTuple):
    """What an expectation asks of an output; `text` is how it was written."""

    text: str
    name: str
    about: str
    words: tuple[str, ...]

    def fits(self, found: Found) -> bool:
        """Whether the output is what is expected: its words, in their order, and maybe more."""
        if self.name != found.name or (self.about and self.about not in found.about):
            return False
        left = iter(found.words)
        return all(word in left for word in self.words)


class Differences(NamedTuple):
    """What was expected and not found, and the other way round; both empty if all is well."""

    missing: list[str]
    surplus: list[str]


def expectation(text: str) -> Expectation:
    """Read one line of `expect`."""
    head, _, rest = text.partition(":")
    name, about = named(head)
    words = tuple(rest.split())
    for word in words:
        if word not in _words(name) and not (name == WEEK and word.isdigit()):
            raise CaseError(f"`{word[:80]}` is none of {', '.join(_words(name))}")
    if not words and name.startswith(RECOMMEND):
        words = ("open",)
    return Expectation(text, name, about, words)


def named(head: str) -> tuple[str, str]:
    """The name in `late ses-3` or `recommend check_in`, and what it is about, if it says."""
    words = head.split() or [""]
    if words[0] == WEEK:
        return WEEK, " ".join(words)
    if words[0] == RECOMMEND:
        words.pop(0)
    kind, about = "".join(words[:1]), " ".join(words[1:])
    if kind in RECOMMENDATIONS:
        return f"{RECOMMEND} {kind}", about
    if kind not in RULES:
        raise CaseError(f"`{kind[:80]}` is no rule and no recommendation")
    return kind, about


def _words(name: str) -> tuple[str, ...]:
    """What can be said of an output, besides numbers."""
    if name == WEEK:
        return (*STANDINGS, "of", "min")
    if name.startswith(RECOMMEND):
        return STATUSES
    return (*STATUSES, *STANDINGS, PENDING, REVIEW, CRITICAL)


def compare(expected: Iterable[Expectation], found: Sequence[Found]) -> Differences:
    """Hold what was expected against what was found."""
    expected = list(expected)
    missing = [each.text for each in expected if not any(map(each.fits, found))]
    surplus = [
        each.text
        for each in found
        if each.must_be_expected and not any(wanted.fits(each) for wanted in expected)
    ]
    return Differences(missing, surplus)


def changed(before: Sequence[Found], after: Sequence[Found]) -> Differences:
    """What is no longer found, and what is found only now, as expectations say it."""
    texts = {each.text for each in before}, {each.text for each in after}
    return Differences(
        missing=[each.text for each in before if each.text not in texts[1]],
        surplus=[each.text for each in after if each.text not in texts[0]],
    )
