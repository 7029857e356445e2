"""The worker as a process on a real broker: exactly once, through restarts, kills and zombies."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.topics import CARE, SCORES, VIOLATIONS
from streams.machine.kafka import Broker
from streams.worker.failpoints import KILLED
from tests.kafka.workers import Workers, ago, event, neighbour, once_each, scheduled


@pytest.fixture
def workers(broker: Broker, prefix: str, tmp_path: Path) -> Iterator[Workers]:
    with Workers(broker.bootstrap, prefix, tmp_path) as workers:
        yield workers


def test_an_event_becomes_a_score_once(workers: Workers) -> None:
    workers.start()
    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")

    assert workers.stop() == 0

    scores = workers.scores()
    assert {score["participant"]: score["standing"] for score in scores} == {
        "a": "present",
        "b": "missing",
    }
    assert once_each(scores)
    assert workers.committed() == 2


def test_both_stages_run_in_one_worker(workers: Workers) -> None:
    workers.start()
    workers.send(scheduled(), event("joined", "a"))

    workers.until(lambda: workers.records(VIOLATIONS.name), "no violation")
    assert {(one["participant"], one["rule"]) for one in workers.records(VIOLATIONS.name)} >= {
        ("b", "no_show")
    }
    assert once_each(workers.records(VIOLATIONS.name))
    assert once_each(workers.records(CARE.name))


def test_messages_carry_cloud_events_headers(workers: Workers) -> None:
    workers.start(stages="session")
    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")

    [entry] = [each for each in workers.entries(SCORES.name) if each.key == b"a"]
    [score] = [each for each in workers.scores() if each["participant"] == "a"]
    headers = dict(entry.headers)
    assert headers["ce_id"].decode() == f"{score['id']}.{score['epoch']}.{score['revision']}"
    assert headers["ce_type"] == b"rollcall.score.v1"
    assert headers["ce_specversion"] == b"1.0"
    assert headers["content-type"] == b"application/json"
    assert headers["ce_time"].decode() == score["assessed_at"]
    assert headers["ce_source"].startswith(b"/rollcall/session/")


def test_revisions_go_on_after_a_restart(workers: Workers) -> None:
    workers.start(stages="session")
    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")
    workers.stop()
    workers.send(event("left", "a"))

    workers.start(stages="session")
    workers.until_scored("a", times=2)

    assert [score["standing"] for score in workers.scores() if score["participant"] == "a"] == [
        "present",
        "away",
    ]
    assert once_each(workers.scores())


def test_what_was_only_folded_is_folded_again(workers: Workers) -> None:
    """Facts that no state record holds yet come from the source, from `low` on."""
    workers.start(stages="session", assess_every_ms="600000")
    workers.send(scheduled(), event("joined", "a"), event("joined", "b"))
    workers.until_scored("b")
    other = neighbour("s1")
    workers.send(event("chat", "a"))
    workers.send(scheduled(other), key=other.encode())
    workers.until(lambda: workers.committed() == 5, "nothing committed")
    workers.signal(signal.SIGKILL)
    workers.ended()

    workers.start(stages="session")
    workers.send(event("left", "a"))
    workers.until_scored("a", times=2)

    last = [score for score in workers.scores() if score["participant"] == "a"][-1]
    assert last["components"]["chat"]["counted"] == 1
    assert once_each(workers.scores())


def test_killed_inside_a_checkpoint(workers: Workers) -> None:
    """Before the first record, between records and commit, and before anybody heard of it."""
    workers.start(stages="session")
    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")
    workers.stop()

    moves = [
        (step, event(kind, "b", at=ago(minutes=minutes)))
        for step, kind, minutes in (
            ("begun", "joined", 20),
            ("sent", "left", 19),
            ("acknowledged", "joined", 18),
            ("committed", "left", 17),
        )
    ]
    for step, move in moves:
        workers.start(stages="session", failpoint=f"checkpoint-{step}", ready=False)
        workers.send(move)
        assert workers.ended() == KILLED, step
    workers.start(stages="session")
    workers.send(event("left", "a"))
    workers.until_scored("a", times=2)

    last = [score for score in workers.scores() if score["participant"] == "b"][-1]
    assert round(last["attended_ms"], -3) == 3 * 60_000  # a minute away is bridged
    assert once_each(workers.scores())


def test_killed_inside_a_recovery(workers: Workers) -> None:
    workers.start(stages="session")
    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")
    workers.stop()

    for point in ("recovery-barrier", "recovery-source"):
        workers.start(stages="session", failpoint=point, ready=False)
        assert workers.ended() == KILLED
    workers.start(stages="session")
    workers.send(event("left", "a"))
    workers.until_scored("a", times=2)

    assert once_each(workers.scores())


def test_two_workers_share_and_hand_over(workers: Workers) -> None:
    sessions = [f"s{number}" for number in range(6)]
    workers.start("one", stages="session")
    for session in sessions:
        workers.send(scheduled(session), event("joined", "a", session), key=session.encode())
    for session in sessions:
        workers.until_scored("a", session)

    workers.start("two", stages="session")
    workers.until(lambda: "ready with 1 partitions" in workers.log("one"), "one did not share")
    assert workers.log("one").count("goes on from memory") == 1
    for session in sessions:
        workers.send(event("left", "a", session), key=session.encode())
    for session in sessions:
        workers.until_scored("a", session, times=2)

    assert workers.stop("one") == 0
    workers.until(lambda: "ready with 2 partitions" in workers.log("two"), "two did not take over")
    for session in sessions:
        workers.send(event("joined", "b", session), key=session.encode())
    for session in sessions:
        workers.until_scored("b", session, times=2)

    for session in sessions:
        assert once_each(workers.scores(session))


def test_a_zombie_commits_nothing(workers: Workers) -> None:
    workers.start("zombie", stages="session")
    workers.send(scheduled(), event("joined", "a"))
    workers.until_scored("a")
    workers.signal(signal.SIGSTOP, "zombie")
    workers.send(event("left", "a"))

    workers.start("heir", stages="session")
    workers.until_scored("a", times=2)
    workers.signal(signal.SIGCONT, "zombie")
    workers.send(event("joined", "b"))
    workers.until_scored("b", times=2)

    assert once_each(workers.scores())
