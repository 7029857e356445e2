"""What the tests of reports share: a naming that shows what it was given, and a meeting."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.codec import decode_telemetry, encode
from schemas.platforms.source import Converted, Meeting, NotUnderstoodError, Payload, Report, Thing

BERLIN = ZoneInfo("Europe/Berlin")
MEETING = Meeting(
    session="s1",
    starts_at=datetime(2026, 3, 2, 18, 0, tzinfo=BERLIN),
    ends_at=datetime(2026, 3, 2, 20, 0, tzinfo=BERLIN),
    zone=BERLIN,
)


def naming(thing: Thing, name: str) -> str:
    """A pseudonym as the door makes them, without a key."""
    folded = name.casefold() if thing == "participant" else name
    return f"{thing[:3]}-{sha256(folded.encode()).hexdigest()[:12]}"


def par(name: str) -> str:
    """The pseudonym of a participant."""
    return naming("participant", name)


def converted(report: Report, body: bytes | str, **known: Any) -> Converted:
    """What `report` makes of a payload; every record passes the codec and holds no marked value."""
    text = body.encode() if isinstance(body, str) else body
    done = report.convert(Payload(text, 0), MEETING._replace(**known), naming)
    for record in done.records:
        value = encode(record)
        assert decode_telemetry(value) == record
        assert b"MARKED" not in value.upper()
    assert "MARKED" not in " ".join(done.ignored).upper()
    return done


def refused(report: Report, body: bytes | str, **known: Any) -> str:
    """The reason for which `report` refuses a payload."""
    with pytest.raises(NotUnderstoodError) as caught:
        converted(report, body, **known)
    reason = str(caught.value)
    assert "MARKED" not in reason.upper()
    assert caught.value.__cause__ is None
    return reason


def tried(report: Report, body: bytes) -> None:
    """Whatever `body` is: records, or a refusal, and nothing else."""
    with suppress(NotUnderstoodError):
        converted(report, body)


def told(done: Converted, names: Mapping[str, str] | None = None) -> list[str]:
    """Each record in short, as `joined 17:00 a`, in the order of their times."""
    known = {par(name): short for name, short in (names or {}).items()}
    rows = []
    for record in sorted(done.records, key=lambda record: record.at):
        fields = json.loads(encode(record))
        who = fields.get("participant", "")
        at = f"{record.at:%d %H:%M:%S}".removeprefix("02 ").removesuffix(":00")
        rows.append(f"{fields['type']} {at} {known.get(who, 'guest') if who else ''}".strip())
    return rows
