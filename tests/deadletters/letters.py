"""Dead letters of all conventions, as entries of their topic."""

from schemas.dead_letter import DeadLetter, Entry, Header, Reason
from schemas.dead_parts import cut
from streams.deadletters.letter import Gathering, Letter

TELEMETRY = "rollcall.telemetry.v1"
AT = 1_772_474_400_000
FAILED_AT = "2026-03-02T18:00:00.000Z"
EVENT = b'{"type":"teleported","id":"e-1"}'


def ours(
    reason: Reason = "unknown_type",
    *,
    key: bytes | None = b"ses-1",
    value: bytes | None = EVENT,
    headers: tuple[Header, ...] = (),
    topic: str = TELEMETRY,
    offset: int = 0,
    source_offset: int = 41,
) -> Entry:
    """A letter that the worker wrote."""
    refused = DeadLetter(reason, "why", Entry(source_offset, 0, key, value, headers))
    return Entry(offset, AT, key, value, refused.headers(topic, 3, FAILED_AT))


def parts(value: bytes, first: int = 0, source_offset: int = 41) -> list[Entry]:
    """One that came in parts."""
    headers: tuple[Header, ...] = (("traceparent", b"00-1"), ("rollcall.attempt", b"2"))
    original = Entry(source_offset, 0, b"ses-1", value, headers)
    errors = DeadLetter("oversize", "why", original).errors(TELEMETRY, 3, FAILED_AT)
    cuts = cut(b"ses-1", value, headers, errors)
    return [each._replace(offset=first + n, timestamp=AT) for n, each in enumerate(cuts)]


def connect(topic: str = "orders", value: bytes | None = b"{}", *before: Header) -> Entry:
    """A letter of a sink connector."""
    prefix = "__connect.errors."
    headers = [
        *before,
        (f"{prefix}topic", topic.encode()),
        (f"{prefix}partition", b"2"),
        (f"{prefix}offset", b"1207"),
        (f"{prefix}connector.name", b"warehouse"),
        (f"{prefix}task.id", b"0"),
        (f"{prefix}stage", b"VALUE_CONVERTER"),
        (f"{prefix}class.name", b"org.apache.kafka.connect.json.JsonConverter"),
        (f"{prefix}exception.class.name", b"org.apache.kafka.connect.errors.DataException"),
        (f"{prefix}exception.message", b"cannot convert"),
        (f"{prefix}exception.stacktrace", b"at line 1\n at line 2"),
    ]
    return Entry(5, AT, b"key", value, headers)


def spring(topic: str = "orders") -> Entry:
    """A letter of Spring's DeadLetterPublishingRecoverer."""
    headers: list[Header] = [
        ("traceparent", b"00-1"),
        ("kafka_dlt-original-topic", topic.encode()),
        ("kafka_dlt-original-partition", (2).to_bytes(4, "big")),
        ("kafka_dlt-original-offset", (1 << 33).to_bytes(8, "big")),
        ("kafka_dlt-original-timestamp", AT.to_bytes(8, "big")),
        ("kafka_dlt-original-timestamp-type", b"CreateTime"),
        ("kafka_dlt-original-consumer-group", b"billing"),
        ("kafka_dlt-exception-fqcn", b"org.springframework.kafka.KafkaException$Level"),
        ("kafka_dlt-exception-message", b"it failed"),
        ("kafka_dlt-exception-stacktrace", b"at line 1"),
    ]
    return Entry(6, AT, b"key", b"{}", headers)


def door() -> Entry:
    """What the HTTP door refused: the payload without what must not be kept."""
    headers: list[Header] = [
        ("rollcall.source", b"door"),
        ("rollcall.redrive", b"no"),
        ("rollcall.reason", b"invalid_field"),
    ]
    return Entry(7, AT, None, b"{}", headers)


def letter(entry: Entry, partition: int = 0) -> Letter:
    """An entry as the one letter that it is."""
    found = Gathering().take(partition, entry)
    assert found is not None
    return found
