"""Settling: the clock stops where all that has begun is over, never where plans lie ahead."""

from datetime import timedelta

import pytest

from schemas.codec import encode
from schemas.instants import HOUR_MS, instant, rfc3339
from schemas.telemetry import Event, Joined, SessionScheduled
from streams.local import Local, route
from streams.policies import load
from streams.session.facts import SessionFacts
from streams.settling import settled

THURSDAY = 1_773_943_200_000
"""2026-03-19T18:00:00Z; its week ends on Monday the 23rd at midnight."""
FINAL = THURSDAY + 4 * HOUR_MS
CLOSED = "2026-03-23T00:00:00.000Z"


def plan(session: str, days: int = 0) -> SessionScheduled:
    starts_at = instant(THURSDAY) + timedelta(days=days)
    return SessionScheduled(
        id=f"plan-{session}",
        source="plan",
        at=instant(THURSDAY - HOUR_MS),
        session=session,
        revision=0,
        program="p",
        kind="group",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
    )


def joined(session: str) -> Joined:
    at = instant(THURSDAY + 1)
    return Joined(id="join", source="video", at=at, session=session, participant="a")


@pytest.mark.parametrize(
    ("log", "sessions", "weeks"),
    [
        ([plan("now"), joined("now")], FINAL, CLOSED),
        ([plan("now"), joined("now"), plan("next", days=7)], FINAL, CLOSED),
        ([plan("now"), joined("now"), plan("soon", days=2)], FINAL, None),
        ([plan("now")], FINAL, CLOSED),
        ([plan("before", days=-1), plan("now"), joined("now")], FINAL, CLOSED),
        ([], 0, "1970-01-01T00:00:00.000Z"),
    ],
)
def test_what_has_begun_is_waited_for(log: list[Event], sessions: int, weeks: str | None) -> None:
    local, rules = Local(load()), load()
    local.take(route(encode(record), number) for number, record in enumerate(log))

    found = settled((facts for _, facts in local.session.each()), rules)

    assert found.sessions == sessions
    assert (None if found.weeks is None else rfc3339(found.weeks)) == weeks


def test_what_was_heard_elsewhere_tells_the_time() -> None:
    local, rules = Local(load()), load()
    local.take([route(encode(plan("next", days=7)), 1)])

    def facts() -> list[SessionFacts]:
        return [facts for _, facts in local.session.each()]

    assert settled(facts(), rules).sessions > FINAL
    assert settled(facts(), rules, heard_until=THURSDAY).sessions == 0
