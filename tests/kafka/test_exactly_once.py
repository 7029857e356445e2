"""Kill workers at random, and hold what is in the log and the database against the offline truth.

A simulated evening at 120 times its speed (running, provisional and final within minutes), what
staff do around it, and a background load run through both stages of two workers, which are
killed again and again, some of them inside an open transaction, and which leave and come back.
Then:

    (a) the last record of every output id equals one offline look, and nothing is missing,
    (b) the revisions of every id are 1 to n,
    (c) every row of the database equals the last record,
    (d) sampled records equal what their position and instant give.
"""

import asyncio
import random
import time
from collections import defaultdict
from pathlib import Path

import msgspec
from sqlalchemy import select

from schemas.dead_letter import Entry
from schemas.outputs import OUTPUTS
from schemas.topics import CARE, RECOMMENDATIONS, SCORES, TELEMETRY, VIOLATIONS, WEEKS
from sinks import tables
from sinks.database import Database
from sinks.topics import provision
from streams.care.stage import care_stage
from streams.machine.kafka import Broker
from streams.policies import load
from streams.session.facts import SessionFacts
from streams.session.measure import final_at
from streams.session.stage import session_stage
from streams.simulation.evening import evening
from streams.simulation.load import sessions_in_progress
from streams.simulation.pace import at_once, messages
from streams.simulation.places import LENGTH_MS
from streams.simulation.send import send
from streams.simulation.settings import Evening
from tests import oracle
from tests.kafka.casework import with_casework
from tests.kafka.fleet import PARTITIONS, Fleet, read_log
from tests.oracle import Record

SCALE = 120
SEED = 20_260_302
DISTURBANCES = ("kill",) * 7 + ("failpoint",) * 5 + ("leave",) * 3
SAMPLE = 200

Log = dict[int, list[Entry]]
Outputs = dict[str, list[Record]]
"""Every committed record of each output topic."""


def test_killed_workers_lose_nothing_and_say_nothing_twice(
    broker: Broker, prefix: str, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    provision(broker.bootstrap, PARTITIONS, 1, prefix)
    started_at = round(time.time() * 1000)
    with Fleet(broker.bootstrap, prefix, database_url, SCALE, tmp_path) as fleet:
        fleet.start("one")
        fleet.start("two")
        asyncio.run(_feed_and_kill(broker.bootstrap, prefix, started_at, fleet, chance))
        fleet.start("one")
        fleet.start("two")
        log = read_log(broker.bootstrap, prefix + TELEMETRY.name)
        final = _final(log)
        fleet.wait_until_done(final)
        _compare(broker.bootstrap, prefix, database_url, log, final, chance)
    print(f"seed {SEED}: {fleet.killed} kills, {fleet.inside} inside an open transaction")
    assert (fleet.killed, fleet.inside) == (12, 5)


async def _feed_and_kill(
    bootstrap: str, prefix: str, started_at: int, fleet: Fleet, chance: random.Random
) -> None:
    telemetry, care = prefix + TELEMETRY.name, prefix + CARE.name
    simulated = evening(Evening(seed=SEED, starts_at=started_at + 10_000, scale=SCALE, hours=2.0))
    load = sessions_in_progress(
        seed=SEED,
        sessions=40,
        people=8,
        events_per_person=100,
        started_at=started_at - LENGTH_MS + 150_000,
        now=started_at,
    )
    told = with_casework(simulated, random.Random(SEED))
    feeding = asyncio.gather(
        send(messages(told, telemetry, care), bootstrap=bootstrap),
        send(at_once(load, telemetry), bootstrap=bootstrap, rate=200),
    )
    for act in chance.sample(DISTURBANCES, len(DISTURBANCES)):
        await asyncio.sleep(chance.uniform(3, 6))
        await asyncio.to_thread(fleet.disturb, act, chance)
    await feeding


def _final(log: Log) -> int:
    rules = load(scale=SCALE)
    ledger = oracle.folded(session_stage(rules), log)
    return max(
        final_at(facts, rules) for _, facts in ledger.each() if isinstance(facts, SessionFacts)
    )


def _compare(
    bootstrap: str, prefix: str, database_url: str, log: Log, final: int, chance: random.Random
) -> None:
    rules = load(scale=SCALE)
    care_log = read_log(bootstrap, prefix + CARE.name)
    results, staff = _split(care_log)
    outputs = {
        topic: [
            msgspec.json.decode(entry.value or b"")
            for entries in read_log(bootstrap, prefix + topic).values()
            for entry in entries
        ]
        for topic in OUTPUTS
    }
    said = [record for records in (*outputs.values(), results) for record in records]
    telemetry = [entry for entries in log.values() for entry in entries]
    truth = oracle.offline(telemetry, staff, rules, final)
    last = oracle.last_records(said)
    _same_last_records(last, truth)
    for output_id, found in oracle.revisions(said).items():
        assert found == list(range(1, len(found) + 1)), f"revisions of {output_id}: {found}"
    _same_rows(database_url, outputs)
    replays = _replays(log, care_log, outputs, results, chance)
    counts = {topic: len({record["id"] for record in found}) for topic, found in outputs.items()}
    assert all(counts.values()), f"nothing to compare: {counts}"
    print(f"{len(telemetry)} events, {len(said)} records, {replays} replayed; ids: {counts}")


def _split(care_log: Log) -> tuple[list[Record], list[Entry]]:
    results, staff = [], []
    for entries in care_log.values():
        for entry in entries:
            record = msgspec.json.decode(entry.value or b"")
            if record["type"] == "session_result":
                results.append(record)
            else:
                staff.append(entry)
    return results, staff


def _same_last_records(last: dict[str, Record], truth: dict[str, Record]) -> None:
    missing = truth.keys() - last.keys()
    assert not missing, f"{len(missing)} ids are known offline only: {sorted(missing)[:3]}"
    for output_id, record in last.items():
        if output_id not in truth:
            assert oracle.gone(record), f"only the live run says {record}"
            continue
        found = oracle.differences(oracle.body(msgspec.json.encode(record)), truth[output_id])
        assert not found, f"{output_id} of {record['participant']}: {found}"


def _same_rows(database_url: str, outputs: Outputs) -> None:
    with Database(database_url) as database:
        for topic, kind in OUTPUTS.items():
            table = tables.OUTPUTS[kind]
            last = oracle.last_records(outputs[topic])
            query = select(table.c.id, table.c.body)
            deadline = time.monotonic() + 60
            rows: dict[str, Record] = {}
            while rows != last and time.monotonic() < deadline:
                rows = {row.id: row.body for row in database.read(query)}
                time.sleep(0.2)
            assert rows == last, f"{table.name} differs from the log"


def _replays(
    log: Log, care_log: Log, outputs: Outputs, results: list[Record], chance: random.Random
) -> int:
    rules = load(scale=SCALE)
    violations = outputs[VIOLATIONS.name]
    own = [v for v in violations if v["participant"] is None or v["rule"] == "not_admitted"]
    measured = [(r["session"], r) for r in (*outputs[SCORES.name], *own, *results)]
    about_people = [each for each in violations if each not in own]
    about_people += outputs[WEEKS.name] + outputs[RECOMMENDATIONS.name]
    judged = [(each["participant"], each) for each in about_people]
    compared = 0
    for stage, held, records in (
        (session_stage(rules), log, measured),
        (care_stage(rules), care_log, judged),
    ):
        partitions = _partitions(held)
        wanted = defaultdict(list)
        for subject, record in chance.sample(records, min(SAMPLE, len(records))):
            if not oracle.gone(record):
                wanted[partitions[subject.encode()]].append((subject, record))
        for partition, sampled in wanted.items():
            for record, again in oracle.replayed(stage, held[partition], sampled):
                found = oracle.differences(oracle.body(msgspec.json.encode(record)), again)
                assert not found, f"{record['id']} at {record['position']}: {found}"
                compared += 1
    return compared


def _partitions(held: Log) -> dict[bytes, int]:
    return {
        entry.key: partition
        for partition, entries in held.items()
        for entry in entries
        if entry.key is not None
    }
