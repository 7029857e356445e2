"""The simulated evening keeps its promises: order, rates, sizes, scale, and what must occur."""

import re
from collections import Counter
from itertools import groupby
from typing import get_args

import msgspec
import pytest

from schemas.care import (
    AbsenceDecided,
    AbsenceNotified,
    Accommodation,
    Care,
    CareEvent,
    Override,
    Waived,
)
from schemas.instants import DAY_MS, HOUR_MS, MINUTE_MS, milliseconds
from schemas.telemetry import Left, SessionScheduled, Telemetry
from streams.simulation.delivery import Delivery, ndjson
from streams.simulation.evening import evening
from streams.simulation.settings import Evening

STARTS_AT = 1_772_474_400_000
STAFF = (AbsenceDecided, AbsenceNotified, Accommodation, Override, Waived)
"""What staff say on a single evening."""
FAULTLESS = {"duplicates": 0.0, "disorder": 0.0, "lost_leaves": 0.0}


def deliveries(**settings: object) -> list[Delivery]:
    return list(evening(Evening(starts_at=STARTS_AT, **settings)))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def usual() -> list[Delivery]:
    return deliveries()


def by_identity(found: list[Delivery]) -> dict[tuple[str, str], Delivery]:
    """The first delivery of each record, under its source and id."""
    first: dict[tuple[str, str], Delivery] = {}
    for delivery in found:
        first.setdefault((delivery.record.source, delivery.record.id), delivery)
    return first


def test_a_seed_gives_the_same_evening_and_another_seed_another(usual: list[Delivery]) -> None:
    lines = b"".join(ndjson(usual))
    assert lines == b"".join(ndjson(deliveries()))
    assert lines != b"".join(ndjson(deliveries(seed=2)))


@pytest.mark.parametrize("scale", [1, 7, 60])
def test_deliveries_are_sorted_and_none_comes_before_it_happened(scale: int) -> None:
    found = deliveries(scale=scale)
    assert [delivery.appended_at for delivery in found] == sorted(
        delivery.appended_at for delivery in found
    )
    assert all(appended_at >= milliseconds(record.at) for appended_at, record in found)


def test_every_line_decodes_to_its_record(usual: list[Delivery]) -> None:
    telemetry = msgspec.json.Decoder(Telemetry)
    care = msgspec.json.Decoder(Care)
    for line, (_, record) in zip(ndjson(usual), usual, strict=True):
        decoder = care if isinstance(record, CareEvent) else telemetry
        assert decoder.decode(line) == record


def test_a_line_carries_when_the_log_got_it(usual: list[Delivery]) -> None:
    line = next(ndjson(usual))
    assert line.endswith(b'Z"}\n')
    appended_at = msgspec.convert(msgspec.json.decode(line)["appended_at"], msgspec.Raw | str)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", appended_at)


@pytest.mark.parametrize("seed", range(8))
def test_every_record_type_occurs(seed: int) -> None:
    occurring = {type(delivery.record) for delivery in deliveries(seed=seed)}
    assert occurring == {*get_args(Telemetry), *STAFF}


def test_duplicates_come_at_their_rate() -> None:
    found = deliveries(**FAULTLESS | {"duplicates": 0.2})
    times = Counter((delivery.record.source, delivery.record.id) for delivery in found)
    assert set(times.values()) == {1, 2}
    assert len(found) / len(times) == pytest.approx(1.2, abs=0.02)


def test_late_records_come_at_their_rate() -> None:
    punctual, late = (
        by_identity(deliveries(**FAULTLESS)),
        by_identity(deliveries(**FAULTLESS | {"disorder": 0.2})),
    )
    assert punctual.keys() == late.keys()
    delayed = [late[name].appended_at - punctual[name].appended_at for name in punctual]
    share = sum(delay > 0 for delay in delayed) / len(delayed)
    assert share == pytest.approx(0.2, abs=0.02)
    assert min(delayed) == 0
    assert max(delayed) == 85 * MINUTE_MS


def test_leaves_are_lost_at_their_rate_and_nothing_else_is() -> None:
    whole, holed = (
        by_identity(deliveries(**FAULTLESS)),
        by_identity(deliveries(**FAULTLESS | {"lost_leaves": 0.3})),
    )
    lost = [whole[name].record for name in whole.keys() - holed.keys()]
    leaves = sum(isinstance(delivery.record, Left) for delivery in whole.values())
    assert all(isinstance(record, Left) for record in lost)
    assert len(lost) / leaves == pytest.approx(0.3, abs=0.08)


def test_the_usual_rates_are_two_in_a_hundred(usual: list[Delivery]) -> None:
    assert len(usual) / len(by_identity(usual)) == pytest.approx(1.02, abs=0.01)


def plans(found: list[Delivery]) -> list[SessionScheduled]:
    """The last revision of each session's schedule."""
    newest: dict[str, SessionScheduled] = {}
    for _, record in found:
        if isinstance(record, SessionScheduled):
            held = newest.get(record.session)
            if held is None or held.revision < record.revision:
                newest[record.session] = record
    return list(newest.values())


def length_ms(plan: SessionScheduled) -> int:
    return milliseconds(plan.ends_at) - milliseconds(plan.starts_at)


@pytest.mark.parametrize("scale", [1, 60])
@pytest.mark.parametrize("hours", [0.5, 2.0, 3.0])
def test_no_session_is_longer_than_asked(hours: float, scale: int) -> None:
    lengths = [length_ms(plan) for plan in plans(deliveries(hours=hours, scale=scale))]
    assert max(lengths) == hours * HOUR_MS / scale
    assert min(lengths) > 0


def test_groups_individuals_and_workshops_have_their_number_and_size() -> None:
    found = plans(deliveries(groups=4, individuals=3, workshops=1, group_size=5, workshop_size=9))
    sizes = sorted((plan.kind, len(plan.roster)) for plan in found)
    assert sizes == [("group", 5)] * 4 + [("individual", 1)] * 3 + [("workshop", 9)]
    assert all(plan.hosts for plan in found)


def test_the_usual_evening_has_several_programs(usual: list[Delivery]) -> None:
    kinds = Counter(plan.kind for plan in plans(usual))
    assert kinds == {"group": 10, "individual": 6, "workshop": 2}
    assert len({plan.program for plan in plans(usual)}) >= 3


def test_ordinary_records_have_an_ordinary_size(usual: list[Delivery]) -> None:
    sizes = [
        len(msgspec.json.encode(record))
        for _, record in usual
        if not isinstance(record, SessionScheduled)
    ]
    mean = sum(sizes) / len(sizes)
    print(f"mean of {len(sizes)} records: {mean:.1f} bytes")  # seen with -rP or -s
    assert 150 <= mean <= 170
    assert 5_000 <= len(usual) <= 8_000


def test_scale_divides_every_time() -> None:
    plain, scaled = by_identity(deliveries()), by_identity(deliveries(scale=60))
    assert plain.keys() == scaled.keys()
    for name, (appended_at, record) in plain.items():
        elsewhere = scaled[name]
        assert elsewhere.appended_at - STARTS_AT == (appended_at - STARTS_AT) // 60
        happened = milliseconds(record.at) - STARTS_AT
        # A source with whole seconds has whole sixtieths of them here.
        assert abs(milliseconds(elsewhere.record.at) - STARTS_AT - happened / 60) <= 1_000 / 60 + 1
    for one, other in zip(plans(list(plain.values())), plans(list(scaled.values())), strict=True):
        assert length_ms(one) == 60 * length_ms(other)


def test_identities_are_codes(usual: list[Delivery]) -> None:
    code = re.compile(r"(par|sta|guest)-[0-9a-f]{6}")
    for _, record in usual:
        people = [getattr(record, "participant", None), getattr(record, "alias", None)]
        if isinstance(record, SessionScheduled):
            people += [*record.hosts, *(entry.participant for entry in record.roster)]
        assert all(code.fullmatch(person) for person in people if person is not None)


def test_schedules_come_the_day_before(usual: list[Delivery]) -> None:
    first = [record for _, record in usual if isinstance(record, SessionScheduled)]
    for record in first:
        if record.revision == 0:
            assert DAY_MS < milliseconds(record.starts_at) - milliseconds(record.at) < 2 * DAY_MS


def test_an_evening_may_be_small_and_without_incidents() -> None:
    found = deliveries(groups=0, individuals=1, workshops=0, incidents=False, **FAULTLESS)
    assert [plan.kind for plan in plans(found)] == ["individual"]
    joined = Counter(
        type(record).__name__ for _, record in found if type(record).__name__ in ("Joined", "Left")
    )
    assert joined["Joined"] == joined["Left"] >= 1
    assert not any(isinstance(record, CareEvent) for _, record in found)


def test_times_tie_where_a_source_has_whole_seconds(usual: list[Delivery]) -> None:
    coarse = sorted(milliseconds(record.at) for _, record in usual if record.source == "video-b")
    assert all(at % 1000 == 0 for at in coarse)
    assert max(len(list(same)) for _, same in groupby(coarse)) > 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"scale": 0},
        {"hours": 0.1},
        {"hours": 30.0},
        {"groups": -1},
        {"group_size": 0},
        {"workshop_size": 901},
        {"duplicates": 1.5},
        {"lost_leaves": -0.1},
    ],
)
def test_impossible_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|cannot|need|shares"):
        deliveries(**wrong)
