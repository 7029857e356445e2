"""The memory of webhooks: nothing is seen that was not remembered, and nothing is kept for ever."""

from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.replays import KEPT_MS, MOST, Replays
from streams.gateway.signatures.checks import SIGNED_ANEW, SIGNED_ONCE

KEPT, FEW = 100, 4
marks = st.sampled_from("abcdefgh")


def test_what_is_seen_is_not_thereby_remembered() -> None:
    replays = Replays()
    assert not replays.seen("a", 0)
    assert not replays.seen("a", 0)


def test_a_mark_is_kept_for_a_time() -> None:
    replays = Replays(KEPT)
    replays.remember("a", 1_000)
    assert replays.seen("a", 1_000)
    assert replays.seen("a", 1_000 + KEPT - 1)
    assert not replays.seen("a", 1_000 + KEPT)
    assert not replays.seen("b", 1_000)


def test_a_mark_remembered_again_is_kept_from_then() -> None:
    replays = Replays(KEPT)
    replays.remember("a", 0)
    replays.remember("a", 50)
    assert replays.seen("a", 50 + KEPT - 1)
    assert len(replays) == 1


def test_it_lasts_as_long_as_a_signature_is_good() -> None:
    for window in (SIGNED_ONCE, SIGNED_ANEW):
        assert window.past_ms + window.future_ms <= KEPT_MS
    replays = Replays()
    replays.remember("first", 0)
    for each in range(MOST):
        replays.remember(str(each), 0)
    assert len(replays) == MOST
    assert not replays.seen("first", 0)
    assert replays.seen("0", 0)


@given(st.lists(st.tuples(marks, st.integers(0, 60))))
def test_it_agrees_with_a_list_of_all_that_was_remembered(steps: list[tuple[str, int]]) -> None:
    """With room for every mark: one was remembered last less than so long ago."""
    replays, log, now = Replays(KEPT, 8), {}, 0
    for mark, later in steps:
        now += later
        for each in "abcdefgh":
            assert replays.seen(each, now) == (each in log and now - log[each] < KEPT)
        replays.remember(mark, now)
        log[mark] = now
        assert len(replays) == sum(now - at < KEPT for at in log.values())


@given(st.lists(st.tuples(marks, st.integers(-200, 200))))
def test_it_never_outgrows_its_bounds(steps: list[tuple[str, int]]) -> None:
    """Even if the clock steps back, the latest marks are there and no more than its few."""
    replays, now, order = Replays(KEPT, FEW), 0, []
    for mark, later in steps:
        now += later
        replays.remember(mark, now)
        order = [each for each in order if each != mark] + [mark]
        assert replays.seen(mark, now)
        assert len(replays) <= FEW
        assert not any(replays.seen(each, now) for each in order[:-FEW])
