"""Every evening has seen what can go wrong: each incident is there, as its source tells it."""

from collections import defaultdict

import pytest

from schemas.instants import MINUTE_MS, milliseconds
from schemas.telemetry import (
    Admitted,
    Break,
    Camera,
    Capabilities,
    Heartbeat,
    Identified,
    Joined,
    Left,
    Outage,
    PersonEvent,
    SessionEnded,
    SessionScheduled,
    Void,
    Waiting,
)
from tests.simulation.night import Night, at, at_end, at_start

SEEDS = range(4)


@pytest.fixture(scope="module", params=SEEDS)
def night(request: pytest.FixtureRequest) -> Night:
    return Night(request.param)


def test_an_old_connection_leaves_after_its_successor_joined(night: Night) -> None:
    overtaken = 0
    joins = {(joined.participant, joined.connection): joined for joined in night.all(Joined)}
    seen: dict[tuple[str, str], int] = {}
    for position, (_, record) in enumerate(night.log):
        if isinstance(record, Joined):
            seen[record.session, record.participant] = position
        if isinstance(record, Left) and record.cause == "network":
            newest = night.log[seen[record.session, record.participant]].record
            old = joins[record.participant, record.connection]
            overtaken += isinstance(newest, Joined) and newest.connection != old.connection
    assert overtaken >= 2


def test_somebody_uses_two_devices_at_once(night: Night) -> None:
    stays: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    begins = {joined.connection: at(joined) for joined in night.all(Joined)}
    for left in night.all(Left):
        if left.cause != "network":
            stays[left.session, left.participant].append((begins[left.connection], at(left)))
    assert any(
        one[0] + 5 * MINUTE_MS < other[0] < one[1] - 5 * MINUTE_MS
        for spans in stays.values()
        for one in spans
        for other in spans
    )


def test_one_host_is_late_and_another_never_there_for_long(night: Night) -> None:
    hosted, plans = night.hosted(), night.plans
    late = [session for session in plans if session in hosted]
    assert any(hosted[name][0] >= at_start(plans[name]) + 10 * MINUTE_MS for name in late)
    shares = [
        (hosted[name][1] - hosted[name][0]) / (at_end(plans[name]) - at_start(plans[name]))
        for name in late
    ]
    assert any(share < 0.45 for share in shares)
    assert sum(share > 0.9 for share in shares) >= 10


def test_somebody_waits_five_minutes_while_a_host_is_there(night: Night) -> None:
    admitted = {record.connection: at(record) for record in night.all(Admitted)}
    hosted = night.hosted()
    assert any(
        admitted[record.connection] - max(at(record), hosted[record.session][0]) > 5 * MINUTE_MS
        for record in night.all(Waiting)
    )


def test_people_are_late_early_and_absent(night: Night) -> None:
    arrivals = night.arrivals()
    late = absent = punctual = 0
    for plan in night.plans.values():
        for entry in plan.roster:
            arrived = arrivals.get((plan.session, entry.participant))
            absent += arrived is None and plan.status == "planned"
            late += arrived is not None and arrived > at_start(plan) + 5 * MINUTE_MS
            punctual += arrived is not None and arrived <= at_start(plan) + 5 * MINUTE_MS
    assert late >= 5
    assert 6 <= absent <= 30
    assert punctual > 80


def test_somebody_leaves_long_before_the_end(night: Night) -> None:
    last: dict[tuple[str, str], int] = {}
    for left in night.all(Left):
        last[left.session, left.participant] = at(left)
    hosted = night.hosted()
    early = [
        name
        for name, gone in last.items()
        if name[0] in night.plans
        and gone < min(at_end(night.plans[name[0]]), hosted[name[0]][1]) - 20 * MINUTE_MS
    ]
    assert early


def test_schedules_are_revised(night: Night) -> None:
    first = {plan.session: plan for plan in night.all(SessionScheduled) if plan.revision == 0}
    second = [plan for plan in night.all(SessionScheduled) if plan.revision == 1]
    longer = [plan for plan in second if at_end(plan) > at_end(first[plan.session])]
    wider = [plan for plan in second if len(plan.roster) > len(first[plan.session].roster)]
    cancelled = [plan for plan in second if plan.status == "cancelled"]
    assert (len(longer), len(wider), len(cancelled)) == (1, 1, 1)
    assert at_start(longer[0]) < at(longer[0]) < at_end(longer[0])
    assert not any(joined.session == cancelled[0].session for joined in night.all(Joined))


def test_the_roster_has_newcomers_exemptions_and_a_make_up(night: Night) -> None:
    entries = [entry for plan in night.plans.values() for entry in plan.roster]
    assert any(entry.enrolled_at for entry in entries)
    assert any(entry.exempt for entry in entries)
    assert any(entry.begins for entry in entries)
    assert sum(entry.make_up for entry in entries) == 1


def test_one_source_can_only_see_chat_and_another_sends_heartbeats(night: Night) -> None:
    told = {record.session: record for record in night.all(Capabilities)}
    (chat,) = [name for name, record in told.items() if record.signals == ("chat",)]
    kinds = {type(record).__name__ for record in night.all(PersonEvent) if record.session == chat}
    assert "Chat" in kinds
    assert kinds <= {"Chat", "Joined", "Left"}
    assert {beat.session for beat in night.all(Heartbeat)} == {
        name for name, record in told.items() if record.heartbeats
    }


def test_one_session_is_reported_when_it_is_over(night: Night) -> None:
    (plan,) = [plan for plan in night.plans.values() if plan.delivery == "report"]
    delivered = [
        appended_at
        for appended_at, record in night.log
        if isinstance(record, PersonEvent) and record.session == plan.session
    ]
    assert len(delivered) >= 2
    assert min(delivered) > at_end(plan)


def test_an_outage_meets_several_sessions_and_takes_everybody_out(night: Night) -> None:
    outages = {record.session: record for record in night.all(Outage) if record.revision == 1}
    assert len(outages) >= 2
    for session, outage in outages.items():
        begins, ends = milliseconds(outage.begins), milliseconds(outage.ends)
        signs = [
            record
            for record in night.all(PersonEvent)
            if record.session == session and not isinstance(record, Left)
        ]
        assert [record for record in signs if at(record) > ends]
        unmoved = {record.participant for record in signs if begins + 1_000 < at(record) < ends}
        # Somebody may come, go or pick up a telephone in the middle of it.
        assert len(unmoved) <= 2


def test_guests_are_named_afterwards_and_one_session_was_never_announced(night: Night) -> None:
    (named,) = night.all(Identified)
    joined = [record for record in night.all(Joined) if record.participant == named.alias]
    assert {record.session for record in joined} == {named.session}
    assert all(at(record) < at(named) for record in joined)
    assert named.participant in {entry.participant for entry in night.plans[named.session].roster}
    unannounced = {record.session for record in night.all(Joined)} - night.plans.keys()
    assert len(unannounced) == 1


def test_staff_void_a_session_and_add_a_break(night: Night) -> None:
    (void,) = night.all(Void)
    assert void.value
    assert {record.revision for record in night.all(Break)} == {0, 1}


def test_sessions_end_after_their_schedule_and_some_are_led_by_a_substitute(night: Night) -> None:
    ended = {record.session: at(record) for record in night.all(SessionEnded)}
    held = {name for name, plan in night.plans.items() if plan.status == "planned"}
    assert held <= ended.keys()
    assert all(at_end(night.plans[name]) < ended[name] for name in held)
    leaders = {record.session: record for record in night.all(Joined) if record.role == "host"}
    assert any(
        record.participant not in night.plans[name].hosts
        for name, record in leaders.items()
        if name in night.plans
    )


def test_cameras_are_on_off_or_never_there(night: Night) -> None:
    people = {record.participant for record in night.all(Joined)}
    switches: dict[str, int] = defaultdict(int)
    for record in night.all(Camera):
        switches[record.participant] += not record.on
    assert len(people - switches.keys()) >= 3
    assert sum(count >= 3 for count in switches.values()) >= 5
