"""What `rollcall tail` says of each record."""

from datetime import date

import pytest
from click import unstyle

from schemas.outputs import Output
from streams.commands.tail_lines import line
from tests.sinks.rows import recommendation, violation, week

LINES: dict[str, tuple[Output, str]] = {
    "a running week": (
        week(),
        "2026-03-02   participant-1 evening: needs a make-up, 0 of 3 earned, "
        "up to 66.67 % possible",
    ),
    "a closed week, corrected": (
        week(phase="closed", standing="met", earned=3, rate=1.0, correction=True),
        "2026-03-02   participant-1 evening: goal met, 3 of 3 earned, 100 %  closed, correction",
    ),
    "a week in minutes": (
        week(by="minutes", due=7_200_000, earned=3_600_000, best=0.5),
        "2026-03-02   participant-1 evening: needs a make-up, 60 min of 120 min earned, "
        "up to 50 % possible",
    ),
    "a week that is no more": (
        week(withdrawn=True, standing="none", due=0),
        "2026-03-02   participant-1 evening: nothing due, nothing due  withdrawn",
    ),
    "a violation of a week": (
        violation(rule="weekly_attendance", session=None, week=date(2026, 3, 2), label="below"),
        "2026-03-02   participant-1 weekly_attendance opened (info): below",
    ),
    "a violation of neither": (
        violation(rule="repeated_lateness", session=None, label="late again"),
        "-            participant-1 repeated_lateness opened (info): late again",
    ),
    "a recommendation": (
        recommendation(),
        "-            participant-1 reach_out opened for coordinator until 2026-03-03: "
        "reach out [no_show]",
    ),
    "a recommendation taken back": (
        recommendation(status="retracted", reason="waived", revision=2),
        "-            participant-1 reach_out retracted for coordinator until 2026-03-03: "
        "reach out [waived]",
    ),
}


@pytest.mark.parametrize(("record", "said"), LINES.values(), ids=LINES)
def test_a_line_says_whom_it_is_about_and_what_happened(record: Output, said: str) -> None:
    assert unstyle(line(record)) == said
