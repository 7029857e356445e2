"""Producing: telemetry and staff facts onto the log, for platforms written in Python.

    with Producer("127.0.0.1:9092", source="video-north") as producer:
        producer.send({"type": "joined", "at": "2026-03-02T18:02:00Z", "session": "ses-1",
                       "participant": "par-1", "connection": "con-1"})

Guarantee: leaving the block, or `flush`, without an error means that every record sent before
is on every in-sync copy of the log. After an error some of them may be, and sending the same
again changes nothing: a record that is named by the same (source, id) is the same record.

Ids must be pseudonyms already. Names, addresses and texts have no field here, unknown fields
never leave the process, and whatever holds `@` or a blank is refused; who has only names and
addresses sends them to the door, which replaces them. Client: kafka-python's producer.
"""

import threading
from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import Any, Self

from kafka import KafkaProducer
from kafka.errors import KafkaError
from msgspec import Struct

from schemas.checking import NO_PSEUDONYM, Record, RefusedError, completed, pseudonymous, written
from schemas.routing import route

BATCH_BYTES = 256 * 1024
LINGER_MS = 20
RECONNECT_MS = 1_000
REQUEST_TIMEOUT_S = 10.0
NO_SECURITY: Mapping[str, Any] = MappingProxyType({})


class NotSentError(Exception):
    """The log did not acknowledge `count` records. The message is one line."""

    def __init__(self, message: str, count: int) -> None:
        super().__init__(message)
        self.count = count


class Producer:
    """Sends records in batches, idempotently, and waits for all in-sync copies.

    `source` names who sends, in records that do not say it. `patience_s` is how long a lost
    broker is waited for; `prefix` goes before the names of the topics; `security` are
    kafka-python's connection settings. May be shared by threads.

    Raises:
        RefusedError: `source` holds `@` or blanks.
        NotSentError: no broker answers.
    """

    def __init__(
        self,
        bootstrap: str,
        *,
        source: str,
        prefix: str = "",
        patience_s: float = 30.0,
        security: Mapping[str, Any] = NO_SECURITY,
    ) -> None:
        if not pseudonymous(source):
            raise RefusedError(f"source: {NO_PSEUDONYM}")
        self._bootstrap = bootstrap
        self._source = source
        self._prefix = prefix
        self._patience_s = patience_s
        self._round = _Round()
        patience_ms = int(patience_s * 1000)
        try:
            self._kafka = KafkaProducer(
                bootstrap_servers=bootstrap,
                acks="all",
                enable_idempotence=True,
                compression_type="lz4",
                batch_size=BATCH_BYTES,
                linger_ms=LINGER_MS,
                # A broker that is back must not be found only half a minute later.
                reconnect_backoff_max_ms=RECONNECT_MS,
                allow_auto_create_topics=False,
                bootstrap_timeout_ms=patience_ms,
                max_block_ms=patience_ms,
                delivery_timeout_ms=patience_ms,
                request_timeout_ms=int(min(REQUEST_TIMEOUT_S, patience_s / 2) * 1000),
                **security,
            )
        except KafkaError as error:
            raise NotSentError(f"no Kafka broker answers at {bootstrap}", 0) from error

    def send(self, record: Struct | Mapping[str, Any]) -> str:
        """Check one record and put it on its way; returns its id.

        `record` is one of `schemas.telemetry` or a staff fact of `schemas.care`, or its fields
        as JSON names them. Of fields `source` may be left out, and `id`: see `completed`.

        Raises:
            RefusedError: the record is not valid; says which field, and nothing was sent.
            NotSentError: the log takes nothing; `flush` would tell of this record as well.
        """
        told: Record = record if isinstance(record, Struct) else completed(record, self._source)
        value = written(told)
        topic, key = route(told)
        name, current = self._prefix + topic.name, self._round
        current.begun()
        try:
            sending = self._kafka.send(name, key=key.encode(), value=value)
        except KafkaError as error:
            current.failed(error)
            raise NotSentError(f"{name} at {self._bootstrap} takes no records", 1) from error
        sending.add_callback(current.acknowledged)
        sending.add_errback(current.failed)
        return str(told.id)

    def flush(self) -> None:
        """Return when all that was sent so far is acknowledged.

        Raises:
            NotSentError: how many records since the last `flush` were not.
        """
        current, self._round = self._round, _Round()
        try:
            self._kafka.flush(timeout=self._patience_s)
        except KafkaError as error:
            current.failed(error)
        current.settle(self._bootstrap)

    def close(self) -> None:
        """Let go of the broker; what was not flushed may be lost."""
        self._kafka.close(timeout=self._patience_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            # After an error of the caller nothing is claimed, and nothing must hide that error.
            if kind is None:
                self.flush()
        finally:
            self.close()


class _Round:
    """What became of the records between two flushes; told by the client's own thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun = 0
        self._acknowledged = 0
        self._reason = ""

    def begun(self) -> None:
        with self._lock:
            self._begun += 1

    def acknowledged(self, _: object) -> None:
        with self._lock:
            self._acknowledged += 1

    def failed(self, error: BaseException) -> None:
        with self._lock:
            self._reason = self._reason or type(error).__name__

    def settle(self, bootstrap: str) -> None:
        with self._lock:
            missing = self._begun - self._acknowledged
            if missing:
                raise NotSentError(
                    f"{missing} of {self._begun} records were not acknowledged by Kafka at"
                    f" {bootstrap}: {self._reason or 'no answer'}",
                    missing,
                )
