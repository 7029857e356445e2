"""What a run on Kafka wrote, held against the offline truth. Four comparisons:

(a) the last record of every output id equals one offline look, and nothing is missing,
(b) the revisions of every id are 1 to n,
(c) every row of the database equals the last record,
(d) sampled records equal what their position and instant give.
"""

import random
import time
from collections import defaultdict
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from schemas.dead_letter import Entry
from schemas.outputs import OUTPUTS
from schemas.policy import Policies
from schemas.topics import CARE, RECOMMENDATIONS, SCORES, TELEMETRY, VIOLATIONS, WEEKS
from sinks import tables
from sinks.database import Database
from streams.care.stage import care_stage
from streams.session.facts import SessionFacts
from streams.session.measure import final_at
from streams.session.stage import session_stage
from tests import oracle
from tests.kafka.fleet import read_log
from tests.oracle import Record

SAMPLE = 200

Log = dict[int, list[Entry]]
Outputs = dict[str, list[Record]]
"""Every committed record of each output topic."""


class Run(NamedTuple):
    """Where a run wrote, and the policies that it ran under."""

    bootstrap: str
    prefix: str
    database_url: str
    rules: Policies

    def log(self, topic: str) -> Log:
        """Every committed record of one of its topics, by partition."""
        return read_log(self.bootstrap, self.prefix + topic)


def final(run: Run) -> int:
    """When every session of the run is final, in ms."""
    ledger = oracle.folded(session_stage(run.rules), run.log(TELEMETRY.name))
    return max(
        final_at(facts, run.rules) for _, facts in ledger.each() if isinstance(facts, SessionFacts)
    )


def compare(run: Run, now: int, chance: random.Random) -> dict[str, int]:
    """Make the four comparisons, with one look at `now` as the truth; how much was compared."""
    log, care_log = run.log(TELEMETRY.name), run.log(CARE.name)
    results, staff = _split(care_log)
    outputs = {
        topic: [
            msgspec.json.decode(entry.value or b"")
            for entries in run.log(topic).values()
            for entry in entries
        ]
        for topic in OUTPUTS
    }
    said = [record for records in (*outputs.values(), results) for record in records]
    telemetry = [entry for entries in log.values() for entry in entries]
    truth = oracle.offline(telemetry, staff, run.rules, now)
    last = oracle.last_records(said)
    _same_last_records(last, truth)
    for output_id, found in oracle.revisions(said).items():
        assert found == list(range(1, len(found) + 1)), f"revisions of {output_id}: {found}"
    _same_rows(run.database_url, outputs)
    replays = _replays(run.rules, log, care_log, outputs, results, chance)
    return {
        "events": len(telemetry),
        "records": len(said),
        "replayed": replays,
        **{topic: len({record["id"] for record in found}) for topic, found in outputs.items()},
    }


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
    rules: Policies,
    log: Log,
    care_log: Log,
    outputs: Outputs,
    results: list[Record],
    chance: random.Random,
) -> int:
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
