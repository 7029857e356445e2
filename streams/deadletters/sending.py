"""Sending: records to topics, each acknowledged by all copies before it counts as sent."""

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError, MessageSizeTooLargeError, RecordListTooLargeError

from streams.deadletters.again import Record

ANSWER_TIMEOUT_MS = 10_000
PATIENCE_S = 30.0
LARGEST_BYTES = 256 << 20
"""Before compression; what is too large after it, the broker says."""

TOO_LARGE = (MessageSizeTooLargeError, RecordListTooLargeError)


class SendError(Exception):
    """The broker did not take what was sent. The message is one line."""


class Sender:
    """An idempotent producer; compressed as far as it goes, as large originals were."""

    def __init__(self, bootstrap: str, security: Mapping[str, Any]) -> None:
        self._bootstrap = bootstrap
        self._security = security
        self._producer: Any = None

    def __enter__(self) -> "Sender":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._let_go()

    def send(self, records: Sequence[Record]) -> list[bool]:
        """Send all; for each whether it is on the log, or too large for its topic.

        Raises:
            SendError: anything else, which leaves it open what of them is on the log.
        """
        try:
            taken = self._attempt(records)
            # A small record may have shared a batch with one that is too large.
            return [
                there or self._attempt([record]) == [True]
                for record, there in zip(records, taken, strict=True)
            ]
        except (KafkaError, ValueError) as error:
            raise SendError(
                f"Kafka at {self._bootstrap} took not all of it: {type(error).__name__}; "
                "what it took may be sent again, which changes nothing where it is read"
            ) from error

    def mark(self, topic: str, partition: int, value: bytes, headers: Iterable[Any]) -> None:
        """Write a record without a key to `partition`; raises SendError."""
        try:
            producer = self._connected()
            sent = producer.send(topic, value, partition=partition, headers=list(headers))
            sent.get(PATIENCE_S)
        except KafkaError as error:
            raise SendError(
                f"Kafka at {self._bootstrap} took no mark of what was sent: {type(error).__name__}"
            ) from error

    def _attempt(self, records: Sequence[Record]) -> list[bool]:
        sent = [self._sent(record) for record in records]
        taken = [future is not None and _taken(future) for future in sent]
        if not all(taken):
            # Its sequence has a gap now, at which the broker would refuse what comes next.
            self._let_go()
        return taken

    def _sent(self, record: Record) -> Any:
        try:
            return self._connected().send(
                record.topic, record.value, key=record.key, headers=record.headers
            )
        except TOO_LARGE:
            return None

    def _connected(self) -> Any:
        if self._producer is None:
            self._producer = KafkaProducer(
                **self._security,
                bootstrap_servers=self._bootstrap,
                bootstrap_timeout_ms=ANSWER_TIMEOUT_MS,
                acks="all",
                enable_idempotence=True,
                compression_type="gzip",
                max_request_size=LARGEST_BYTES,
                max_block_ms=ANSWER_TIMEOUT_MS,
                request_timeout_ms=ANSWER_TIMEOUT_MS,
                delivery_timeout_ms=round(PATIENCE_S * 1000),
                linger_ms=5,
                allow_auto_create_topics=False,
            )
        return self._producer

    def _let_go(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=PATIENCE_S)


def _taken(future: Any) -> bool:
    try:
        future.get(PATIENCE_S)
    except TOO_LARGE:
        return False
    return True
