"""Logs of cases: every line that cannot be read names its line and its reason."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.policy_case import Case
from streams.casework.script import PlacedError
from streams.casework.trial import judged, read
from tests.casework.cases import MONDAY, case, policy

SES = "Mon 18:00-20:00 group ses-1"
CAME = f"{SES}: came"

BAD_LINES = {
    "a verb nobody knows": (
        "phoned Mon 10:00",
        "`phoned` is neither a day nor something staff say",
    ),
    "no kind": ("Tue 18:00-20:00 ses-2: came", "expected a kind of session (group, individual"),
    "no times": ("Tue group ses-2: came", "expected times such as 18:00-20:00, found `group`"),
    "no id": ("Tue 18:00-20:00 group: came", "expected the id of the session at the end"),
    "an id that is none": (
        "Tue 18:00-20:00 group ses/2: came",
        "expected the id of the session, found `ses/2`",
    ),
    "too long": ("Tue 08:00-20:01 group ses-2: came", "a session lasts at most 12 hours"),
    "twice": (CAME, "session ses-1 is in line 1 already"),
    "as something else": ("Tue 18:00-20:00 group ses-2 as host: came", "cannot read `as host`"),
    "nothing after the colon": (
        "Tue 18:00-20:00 group ses-2:",
        "expected what happened at the end",
    ),
    "something unknown": ("Tue 18:00-20:00 group ses-2: slept", "cannot read `slept`; what can"),
    "both": ("Tue 18:00-20:00 group ses-2: came, absent", "absent and came cannot both be"),
    "neither": ("Tue 18:00-20:00 group ses-2: no host", "says neither `came` nor `absent`"),
    "over, and not told": ("Tue 18:00-20:00 group ses-2", "the session has begun by then: say"),
    "absent with a camera": (
        "Tue 18:00-20:00 group ses-2: absent, camera off",
        "somebody who never came has no camera",
    ),
    "a drop outside": (
        "Tue 18:00-20:00 group ses-2: came 18:00-19:00, dropped 19:10-19:20",
        "a drop lies inside of a stretch of `came`",
    ),
    "backwards": (
        "Tue 18:00-20:00 group ses-2: came 19:00-18:00",
        "19:00-18:00 ends before it begins",
    ),
    "more minutes than there are": (
        "Tue 18:00-18:30 group ses-2: came, talked 31 min",
        "31 active minutes do not fit into 30",
    ),
    "minutes without a unit": (
        "Tue 18:00-20:00 group ses-2: came, talked 31",
        "expected `min`, found the end of the line",
    ),
    "more answers than polls": (
        "Tue 18:00-20:00 group ses-2: came, answered 3 of 2 polls",
        "only 2 polls can be answered",
    ),
    "no camera state": (
        "Tue 18:00-20:00 group ses-2: came, camera dark",
        "expected on or off (on, off), found `dark`",
    ),
    "no such week": ("week many", "expected the number of a week, found `many`"),
    "no such date": ("2026-02-30 18:00-20:00 group ses-2: came", "there is no day 2026-02-30"),
    "notice of nothing": ("notice Mon 10:00", "expected the id of a session at the end"),
    "notice of an unknown session": (
        "notice Mon 10:00 ses-7",
        "there is no session ses-7 in this case",
    ),
    "notice with a reason nobody knows": (
        "notice Mon 10:00 ses-1 hunger",
        "expected a reason (illness, emergency, technical, other), found `hunger`",
    ),
    "notice without a time": ("notice Mon ses-1", "expected a time such as 18:00, found `ses-1`"),
    "decision without an answer": ("decision Mon 10:00 ses-1", "expected the decision (accepted"),
    "too many words": ("decision Mon 10:00 ses-1 refused late again", "cannot read `again`"),
    "make-up by itself": ("make-up ses-1 by ses-1", "a session cannot make up for itself"),
    "make-up of an unknown session": (
        "make-up ses-8 by ses-1",
        "there is no session ses-8 in this case",
    ),
    "leave that ends before it begins": (
        "leave Wed to Tue",
        "`until` must be later than `from`",
    ),
    "closed backwards": ("closed Wed to Tue", "last_day must follow first_day"),
    "goals of nothing": ("goals Mon", "needs `practice_days` or `participation`"),
    "goals of nothing possible": ("goals Mon practice 8", "expected a goal from 1 to 7, found `8`"),
    "check-in about nothing seen": (
        "check-in Tue 10:00 about late ses-1",
        "nobody has seen `late ses-1` by then",
    ),
    "check-in about nothing known": (
        "check-in Tue 10:00 about lunch",
        "`lunch` is no rule and no recommendation",
    ),
    "snoozed without an end": (
        "snoozed Tue 10:00 check_in",
        "expected a day such as Mon or 2026-03-02 at the end",
    ),
    "enrolled for nothing": (
        "enrolled 2020-01-01 priority 0 minutes",
        "expected minutes a week from 1 to 10080, found `0`",
    ),
}


@pytest.mark.parametrize(("line", "reason"), BAD_LINES.values(), ids=BAD_LINES)
def test_what_cannot_be_read_names_its_line(line: str, reason: str) -> None:
    with pytest.raises(PlacedError) as refused:
        judged(read(case(CAME, "", line), policy()), policy())
    assert refused.value.place == "log line 3"
    assert str(refused.value).startswith(reason)
    assert "\n" not in str(refused.value)


BAD_PLACES = {
    "week that begins on another day": (
        {"week": date(2026, 3, 3)},
        "week",
        "2026-03-03 is a tuesday, but weeks begin on monday",
    ),
    "looked at at no time": ({"looked_at": "Thu"}, "looked_at", "expected a time such as 16:00"),
    "looked at on no day": ({"looked_at": "Thursday 10:00"}, "looked_at", "expected a day such as"),
    "looked at too exactly": ({"looked_at": "Thu 10:00 sharp"}, "looked_at", "cannot read `sharp`"),
    "no rule": ({"expect": ["lateness"]}, "expect[0]", "`lateness` is no rule"),
    "no status": ({"expect": ["late: stood", "late: stod"]}, "expect[1]", "`stod` is none of open"),
    "no standing": ({"expect": ["week: fine"]}, "expect[0]", "`fine` is none of on_track"),
    "no recommendation": ({"expect": ["recommend rest"]}, "expect[0]", "`rest` is no rule"),
    "nothing": ({"expect": [" : "]}, "expect[0]", "`` is no rule"),
}


@pytest.mark.parametrize(("fields", "place", "reason"), BAD_PLACES.values(), ids=BAD_PLACES)
def test_what_else_cannot_be_read_names_its_key(fields: dict, place: str, reason: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(PlacedError) as refused:
        read(case(CAME, **fields), policy())
    assert refused.value.place == place
    assert str(refused.value).startswith(reason)


LEXICON = (
    "Mon Tue week 2 -1 2026-03-04 18:00-20:00 18:00 group ses-1 ses-2 : came absent , camera on "
    "off talked 12 min notice decision accepted make-up by leave to enrolled check-in about late "
    "snoozed until and as guest # waive closed goals practice answered of polls"
)
WORDS = st.sampled_from(LEXICON.split())


def place_of(example: Case) -> str:
    """Where a case cannot be read; a place of its own where it can."""
    try:
        read(example, policy())
    except PlacedError as error:
        return error.place
    return "log line of none"


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(WORDS, max_size=9).map(" ".join) | st.text(max_size=30), max_size=4))
def test_any_log_is_read_or_refused_at_a_line(log: list[str]) -> None:
    assert place_of(case(*log)).startswith("log line ")


def test_a_week_may_begin_on_sunday() -> None:
    found = read(case(CAME, week=date(2026, 3, 1)), policy('[week]\nstarts_on = "sunday"\n'))
    assert found.script.almanac.first.isoformat() == "2026-03-01"
    assert MONDAY.isoweekday() == 1
