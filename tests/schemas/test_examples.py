"""Examples: every payload is decoded, sent again and compared; telemetry is run, too."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from msgspec import Struct

from schemas.care import Care
from schemas.codec import (
    ERRORS,
    decode_care,
    decode_identity,
    decode_room,
    decode_telemetry,
    decoder,
    encode,
    refusal,
)
from schemas.contract import name_of
from schemas.dead_letter import DeadLetter, Entry
from schemas.declared import OutageDeclared
from schemas.identity import Identity
from schemas.instants import DAY_MS, milliseconds, rfc3339
from schemas.outputs import OUTPUTS
from schemas.policy import Policies, Policy
from schemas.recommendation import RecommendationKind
from schemas.recommendation import Status as RecommendationStatus
from schemas.room import Booking
from schemas.telemetry import Telemetry
from schemas.topics import TOPICS
from schemas.violation import Rule, Status
from schemas.week import Outcome, Week, WeekStanding
from streams.ledger import Ledger
from streams.session.stage import session_stage
from streams.stage import Effect, Pacing

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"
RECORDS: dict[str, tuple[Any, ...]] = {
    "telemetry": get_args(Telemetry),
    "care": get_args(Care),
    **{topic.split(".")[1]: (record,) for topic, record in OUTPUTS.items()},
    "rooms": (Booking,),
    "identities": (Identity,),
    "door": (OutageDeclared,),
}
DECODERS: dict[str, Callable[[bytes | None], Any]] = {
    "telemetry": decode_telemetry,
    "care": decode_care,
    **{topic.split(".")[1]: decoder(record) for topic, record in OUTPUTS.items()},
    "rooms": decode_room,
    "identities": decode_identity,
    "door": decoder(OutageDeclared),
}
FILES = sorted(file for topic in DECODERS for file in (EXAMPLES / topic).glob("*.json"))
TELEMETRY = [file for file in FILES if file.parent.name == "telemetry"]
DEAD_LETTERS = sorted((EXAMPLES / "deadletters").glob("*.json"))

each_example = pytest.mark.parametrize(
    "file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}"
)
each_telemetry = pytest.mark.parametrize("file", TELEMETRY, ids=lambda file: file.stem)
each_dead_letter = pytest.mark.parametrize("file", DEAD_LETTERS, ids=lambda file: file.stem)


def record_of(file: Path) -> Any:
    return DECODERS[file.parent.name](file.read_bytes())


def plain(part: Any) -> Any:
    """A record as JSON would show it with no default left out; instants in milliseconds."""
    match part:
        case Struct():
            names = zip(part.__struct_encode_fields__, part.__struct_fields__, strict=True)
            fields = {encoded: plain(getattr(part, name)) for encoded, name in names}
            tag = part.__struct_config__.tag
            return {"type": tag, **fields} if tag else fields
        case dict():
            return {key: plain(held) for key, held in part.items()}
        case tuple():
            return [plain(each) for each in part]
        case datetime():
            return milliseconds(part)
        case date():
            return part.isoformat()
    return part


def same(decoded: Any, written: Any) -> bool:
    """Whether everything written is in what was decoded, field by field."""
    match written:
        case dict():
            return all(key in decoded and same(decoded[key], written[key]) for key in written)
        case list():
            pairs = zip(decoded, written, strict=True)
            return len(decoded) == len(written) and all(same(*pair) for pair in pairs)
        case str() if isinstance(decoded, int):
            return decoded == milliseconds(datetime.fromisoformat(written))
    return type(decoded) is type(written) and decoded == written


def texts(part: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every (key, text) of a payload."""
    match part:
        case dict():
            for name, held in part.items():
                yield from texts(held, name)
        case list():
            for held in part:
                yield from texts(held, key)
        case str():
            yield key, part


def test_every_folder_is_a_topic_or_the_door() -> None:
    names = {topic.name.split(".")[1] for topic in TOPICS} | {"door"}
    assert {folder.name for folder in EXAMPLES.iterdir()} == {*DECODERS, "deadletters"} <= names


@pytest.mark.parametrize("topic", RECORDS)
def test_every_record_type_has_an_example(topic: str) -> None:
    plain_ones = {file.stem for file in FILES if file.parent.name == topic}
    assert plain_ones >= {name_of(record) for record in RECORDS[topic]}


@pytest.mark.parametrize("topic", RECORDS)
def test_every_field_is_shown_somewhere(topic: str) -> None:
    for record in RECORDS[topic]:
        shown = {
            name
            for file in (EXAMPLES / topic).glob("*.json")
            if file.stem.partition("-")[0] == name_of(record)
            for name in json.loads(file.read_bytes())
        }
        # A recommendation is never final, and so nothing that follows corrects it.
        never = {"correction"} if topic == "recommendations" else set()
        assert shown - {"type"} == set(record.__struct_encode_fields__) - never


def shown(topic: str, key: str) -> set[str]:
    """Every value of a field, or of that field in a list's entries, among a topic's examples."""
    payloads = [json.loads(file.read_bytes()) for file in (EXAMPLES / topic).glob("*.json")]
    return {text for payload in payloads for name, text in texts(payload) if name == key}


CODES = {
    "a violation's rule": ("violations", "rule", Rule),
    "a violation's status": ("violations", "status", Status),
    "a week's standing": ("weeks", "standing", WeekStanding),
    "a session's outcome": ("weeks", "outcome", Outcome),
    "how a week is counted": ("weeks", "by", Week.__annotations__["by"]),
    "a week's phase": ("weeks", "phase", Week.__annotations__["phase"]),
    "a recommendation's kind": ("recommendations", "kind", RecommendationKind),
    "a recommendation's status": ("recommendations", "status", RecommendationStatus),
}


@pytest.mark.parametrize(("topic", "key", "codes"), CODES.values(), ids=CODES)
def test_every_code_is_shown_somewhere(topic: str, key: str, codes: Any) -> None:
    assert shown(topic, key) >= set(get_args(codes))


@each_example
def test_an_example_is_what_its_name_says(file: Path) -> None:
    assert file.stem.partition("-")[0] == name_of(type(record_of(file)))


@each_example
def test_an_example_decodes_to_what_is_written_and_encodes_again(file: Path) -> None:
    record = record_of(file)
    assert same(plain(record), json.loads(file.read_bytes()))
    assert DECODERS[file.parent.name](encode(record)) == record


NAMING = {
    *(
        "id",
        "incident",
        "source",
        "session",
        "participant",
        "people",
        "connection",
        "room",
        "program",
    ),
    *("alias", "entity", "poll", "stream", "hosts", "mended_by"),
    *("make_up", "target", "about"),
}
NAME = re.compile(
    r"(?:evt|ses|par|fac|gst|con|str|prog|room|poll|out|brk|abs|dec|acc|ovr|wvd|enr)-[0-9a-z]+"
    r"|zoom-main|planner-north|staff-desk|status-board|[0-9a-f]{32}"
)
INSTANT_CODE_OR_VERSION = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)|[a-z_]+|2026\.1"
    r"|\d{4}-\d\d-\d\d|UTC|make-up of ses-[0-9a-f]{6}: [a-z_]+"
)


@each_example
def test_an_example_holds_no_name_and_no_text_of_a_person(file: Path) -> None:
    for key, text in texts(json.loads(file.read_bytes())):
        allowed = NAME if key in NAMING else INSTANT_CODE_OR_VERSION
        assert key == "label" or allowed.fullmatch(text), f"{key}: {text}"


PROMPT = {
    *(
        "session_scheduled",
        "session_ended",
        "outage",
        "break",
        "identified",
        "capabilities",
        "void",
    ),
    *("joined", "left", "waiting", "admitted"),
}


STAGE = session_stage(Policies([Policy(version="1", effective_from=date(2026, 1, 1))]))


def arrival(file: Path, offset: int = 0) -> Entry:
    payload = json.loads(file.read_bytes())
    at = milliseconds(datetime.fromisoformat(payload["at"]))
    return Entry(offset, at + 250, payload["session"].encode(), file.read_bytes())


@each_telemetry
def test_telemetry_is_taken_in_once(file: Path) -> None:
    record = record_of(file)
    facts, at = STAGE.facts(), milliseconds(record.at)
    fold = STAGE.folds[type(record)]
    expected = Effect.PROMPT if name_of(type(record)) in PROMPT else Effect.SIGNAL
    assert fold(facts, record, at) is expected
    assert fold(facts, record, at) is Effect.NOTHING


@each_telemetry
def test_telemetry_is_no_dead_letter_and_no_fault(file: Path) -> None:
    taken = Ledger(STAGE, Pacing())
    taken.take([arrival(file), arrival(file, offset=1)])
    assert (taken.taken, taken.duplicates, taken.position) == (2, 1, 2)
    looked = taken.checkpoint(arrival(file).timestamp + DAY_MS, everything=True)
    assert (looked.dead_letters, looked.faults, looked.assessed) == ([], [], 1)


def test_together_they_are_an_evening() -> None:
    entries = sorted(map(arrival, TELEMETRY), key=lambda entry: entry.timestamp)
    evening = Ledger(STAGE, Pacing())
    evening.take(entry._replace(offset=offset) for offset, entry in enumerate(entries))
    night = milliseconds(datetime.fromisoformat("2026-03-02T23:30:00Z"))
    looked = evening.checkpoint(night, everything=True)
    assert (looked.dead_letters, looked.faults) == ([], [])
    scores = [json.loads(change.value) for change in looked.changes if "score" in change.kind]
    assert {
        (score["participant"], score["phase"], score["standing"])
        for score in scores
        if score["session"] == "ses-5d20aa"
    } == {
        ("par-8f3a21", "final", "attended"),
        ("par-2c9d07", "final", "attended"),
        ("par-b61e44", "final", "attended"),
        ("par-d08c5f", "final", "absent"),
    }


def value_of(example: dict[str, Any]) -> bytes | None:
    match example["value"]:
        case {"text": text}:
            return str(text).encode()
        case {"base64": text}:
            return base64.b64decode(text)
    return None


@each_dead_letter
def test_a_dead_letter_says_what_the_codec_says(file: Path) -> None:
    example = json.loads(file.read_bytes())
    headers = [(each["name"], each["value"].encode()) for each in example["headers"]]
    said = {name: text.decode() for name, text in headers}
    entry = Entry(
        offset=int(said["__streams.errors.offset"]),
        timestamp=milliseconds(datetime.fromisoformat(said["rollcall.first_failed_at"])),
        key=example["key"].encode(),
        value=value_of(example),
        headers=[each for each in headers if not each[0].startswith(("__streams", "rollcall"))],
    )
    with pytest.raises(ERRORS) as error:
        decode_telemetry(entry.value)
    letter = DeadLetter(*refusal(error.value), entry)
    partition = int(said["__streams.errors.partition"])
    assert letter.headers("rollcall.telemetry.v1", partition, rfc3339(entry.timestamp)) == headers


def test_there_is_a_dead_letter() -> None:
    assert "dead_letter" in {file.stem for file in DEAD_LETTERS}
