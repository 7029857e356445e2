"""The offline truth that a live run is held against.

Both stages are run once, over the whole log as the broker holds it, with its append times.
A body is a record without its publication data, and with `updated` read as `opened`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from schemas.dead_letter import Entry
from schemas.policy import Policies
from schemas.publication import Publication
from schemas.topics import CARE
from streams.care.stage import care_stage
from streams.ledger import Ledger
from streams.session.stage import session_stage
from streams.stage import Pacing, Stage

PUBLICATION = frozenset(Publication.__struct_fields__)
GONE = ("retracted", "withdrawn")

Record = dict[str, Any]


def body(value: bytes) -> Record:
    """What a record says, without how often and when it was published."""
    record = msgspec.json.decode(value)
    said = {key: held for key, held in record.items() if key not in PUBLICATION}
    if said.get("status") == "updated":
        said["status"] = "opened"
    return said


def gone(record: Record) -> bool:
    """Whether a record takes back what was said under its id."""
    return record.get("status") == "retracted" or bool(record.get("withdrawn"))


def folded(stage: Stage, log: Mapping[int, Sequence[Entry]]) -> Ledger:
    """A ledger that has taken every partition of a log, and looked at nothing."""
    ledger = Ledger(stage, Pacing())
    for entries in log.values():
        ledger.take(entries)
    return ledger


def offline(
    telemetry: Iterable[Entry], staff: Iterable[Entry], policies: Policies, now: int
) -> dict[str, Record]:
    """Body by output id after one look at `now` over everything."""
    session = Ledger(session_stage(policies), Pacing())
    session.take(telemetry)
    measured = session.checkpoint(now, everything=True)
    results = [
        Entry(number, now, change.key.encode(), change.value)
        for number, change in enumerate(measured.changes)
        if change.topic == CARE.name
    ]
    care = Ledger(care_stage(policies), Pacing())
    care.take([*staff, *results])
    judged = care.checkpoint(now, everything=True)
    assert not measured.faults + judged.faults
    return {change.id: body(change.value) for change in (*measured.changes, *judged.changes)}


def last_records(records: Iterable[Record]) -> dict[str, Record]:
    """The last record of each id, in log order."""
    return {record["id"]: record for record in records}


def revisions(records: Iterable[Record]) -> dict[str, list[int]]:
    """Every revision of each id, in log order."""
    found: dict[str, list[int]] = defaultdict(list)
    for record in records:
        found[record["id"]].append(record["revision"])
    return found


def replayed(
    stage: Stage, partition: Sequence[Entry], wanted: Sequence[tuple[str, Record]]
) -> list[tuple[Record, Record | None]]:
    """(record, body assessed from its position at its instant) for records of one partition.

    `wanted` are (subject, record); the body is None where the id is not among the outputs.
    """
    ledger = Ledger(stage, Pacing())
    compared = []
    start = 0
    for subject, record in sorted(wanted, key=lambda each: each[1]["position"]):
        stop = next(
            (i for i, e in enumerate(partition) if e.offset >= record["position"]), len(partition)
        )
        ledger.take(partition[start:stop])
        start = max(start, stop)
        compared.append((record, _assessed(stage, ledger, subject, record)))
    return compared


def _assessed(stage: Stage, ledger: Ledger, subject: str, record: Record) -> Record | None:
    at = datetime.fromisoformat(record["assessed_at"])
    facts = ledger.facts(subject)
    assert facts is not None, f"{subject} has no facts at {record['position']}"
    for output in stage.assess(facts, subject, round(at.timestamp() * 1000)).outputs:
        if output.id == record["id"]:
            said = body(msgspec.json.encode(output.render()))
            if output.status is not None:
                said["status"] = "opened" if output.status == "open" else output.status
            return said
    return None


def differences(one: Mapping[str, Any] | None, other: Mapping[str, Any] | None) -> list[str]:
    """The keys in which two bodies differ, with both values."""
    if one is None or other is None:
        return [f"{one} != {other}"] if one is not other else []
    return [
        f"{key}: {one.get(key)!r} != {other.get(key)!r}"
        for key in sorted({*one, *other})
        if one.get(key) != other.get(key)
    ]
