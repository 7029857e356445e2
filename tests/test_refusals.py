"""When a partition refuses too much: both sides of both limits, and what is not counted."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.dead_letter import DeadLetter, Entry, Reason
from streams import state
from streams.refusals import PLANNED, WINDOW, Excess, Limits, count
from streams.state import Mask, Progress, Recent

DEFAULT = Limits(0.5, 500)
NO_RUN = Limits(0.5, 0)
NO_SHARE = Limits(1.0, 500)

GOOD: list[Reason | None] = [None]
BAD: list[Reason | None] = ["invalid_json"]
LATE: list[Reason | None] = ["too_late"]

Outcomes = list[Reason | None]
"""What became of records, one after the other; None was taken."""


def told(
    outcomes: Outcomes, limits: Limits, recent: Recent | None = None, first: int = 0
) -> tuple[Recent, Excess | None]:
    """The outcomes counted as one batch, on a log where every second offset is a marker."""
    arrivals = [Entry(first + 2 * number, 0, b"k", b"v") for number in range(len(outcomes))]
    letters = [
        DeadLetter(reason, "", arrival)
        for reason, arrival in zip(outcomes, arrivals, strict=True)
        if reason is not None
    ]
    return count(recent or Recent(), arrivals, letters, limits)


@pytest.mark.parametrize(
    ("outcomes", "limits", "setting", "at"),
    [
        (BAD * 499, DEFAULT, None, None),
        (BAD * 500, DEFAULT, "dead_letter_run", 499),
        (BAD * 499 + GOOD + BAD * 499, NO_SHARE, None, None),
        (GOOD + BAD * 500, NO_SHARE, "dead_letter_run", 500),
        (BAD * 999, NO_RUN, None, None),
        (BAD * 1_000, NO_RUN, "dead_letter_share", 999),
        (BAD * 5_000, Limits(1.0, 0), None, None),
        (BAD, Limits(1.0, 1), "dead_letter_run", 0),
        ((BAD + GOOD) * 2_000, DEFAULT, None, None),
        ((BAD + GOOD) * 500 + GOOD + BAD * 2, DEFAULT, None, None),
        ((GOOD + BAD) * 500 + BAD, DEFAULT, "dead_letter_share", 1_000),
        ((BAD + GOOD) * 500 + BAD, DEFAULT, None, None),
        ((BAD + GOOD) * 500 + BAD * 2, DEFAULT, "dead_letter_share", 1_001),
        ((BAD * 2 + GOOD) * 334, DEFAULT, "dead_letter_share", 999),
        ((GOOD * 19 + BAD) * 500, DEFAULT, None, None),
        (GOOD * 999 + BAD, Limits(0.0, 0), "dead_letter_share", 999),
        (GOOD * 998 + BAD, Limits(0.0, 0), None, None),
        (GOOD * 5_000, Limits(0.0, 1), None, None),
        (LATE * 5_000, DEFAULT, None, None),
        ((LATE * 9 + BAD) * 499, DEFAULT, None, None),
        ((LATE * 9 + BAD) * 500, DEFAULT, "dead_letter_run", 4_999),
    ],
)
def test_both_sides_of_the_limits(
    outcomes: Outcomes, limits: Limits, setting: str | None, at: int | None
) -> None:
    _, excess = told(outcomes, limits)

    assert (excess and excess.setting) == setting
    assert (excess and excess.offset) == (None if at is None else 2 * at)


def test_what_a_redrive_sent_again_is_not_counted() -> None:
    arrivals = [
        Entry(number, 0, b"k", b"v", [("rollcall.attempt", b"2")] if number % 10 else [])
        for number in range(5_000)
    ]
    letters = [DeadLetter("invalid_json", "", arrival) for arrival in arrivals]

    assert count(Recent(), arrivals[:-10], letters[:-10], DEFAULT)[1] is None
    _, excess = count(Recent(), arrivals, letters, DEFAULT)
    assert excess is not None
    assert excess.offset == 4_990


def test_what_is_told_says_how_much() -> None:
    _, of_run = told(BAD * 700, DEFAULT)
    _, of_share = told((BAD * 2 + GOOD) * 334, DEFAULT)

    assert of_run is not None
    assert of_run.said == "500 records in a row"
    assert of_share is not None
    assert of_share.said == "667 of the last 1000 records"


def test_what_is_good_stops_nothing_even_where_a_limit_was_lowered() -> None:
    drained, _ = told(BAD * 2_000, Limits(1.0, 0))

    after, excess = told(GOOD * 499, DEFAULT, drained)

    assert excess is None
    assert told(BAD, DEFAULT, after)[1] is not None
    assert told(GOOD * 2 + BAD, DEFAULT, after)[1] is None


reasons = st.sampled_from([None, None, "invalid_json", "internal_fault", *sorted(PLANNED)])
stretches = st.lists(st.tuples(reasons, st.integers(1, 700)), max_size=12)
limits_of_all_kinds = st.builds(
    Limits, st.sampled_from([0.0, 0.05, 0.5, 0.999, 1.0]), st.sampled_from([0, 1, 20, 500])
)


def plainly(outcomes: Outcomes, limits: Limits) -> int | None:
    """The offset of the first excess, from the definition, record by record."""
    counted: list[bool] = []
    for number, reason in enumerate(outcomes):
        if reason in PLANNED:
            continue
        counted.append(reason is not None)
        if reason is None:
            continue
        run = next((n for n, bad in enumerate(reversed(counted)) if not bad), len(counted))
        window = counted[-WINDOW:]
        full = len(window) == WINDOW
        if (limits.run and run >= limits.run) or (full and sum(window) > limits.share * WINDOW):
            return 2 * number
    return None


@given(stretches=stretches, limits=limits_of_all_kinds, cuts=st.lists(st.integers(0, 4_000)))
def test_it_is_as_defined_however_the_log_is_cut_into_batches(
    stretches: list[tuple[Reason | None, int]], limits: Limits, cuts: list[int]
) -> None:
    outcomes = [reason for reason, length in stretches for _ in range(length)]
    recent, excess, edges = Recent(), None, sorted({0, len(outcomes), *cuts})
    for begins, ends in pairwise(edges):
        recent, excess = told(outcomes[begins:ends], limits, recent, 2 * begins)
        if excess is not None:
            break

    assert (excess and excess.offset) == plainly(outcomes, limits)
    assert 0 <= recent.run <= recent.refused.bit_count() or recent.run > WINDOW
    assert recent.seen <= WINDOW
    assert recent.refused.bit_length() <= recent.seen


@given(
    run=st.integers(0, 1 << 40),
    seen=st.integers(0, WINDOW),
    refused=st.integers(0, (1 << WINDOW) - 1).map(Mask),
)
def test_it_comes_back_with_the_progress(run: int, seen: int, refused: Mask) -> None:
    recent = Recent(run, seen, refused)
    progress = Progress(position=1, low=0, epoch=2, partitions=3, policies={}, now=4, recent=recent)

    assert state.decode_progress(state.encode(progress)) == progress


def test_a_progress_from_before_this_was_counted_is_read() -> None:
    fields = {"position": 1, "low": 0, "epoch": 2, "partitions": 3, "policies": {}, "now": 4}

    assert state.decode_progress(state.encode(fields)).recent == Recent()  # type: ignore[arg-type]
