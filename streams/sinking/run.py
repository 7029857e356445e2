"""Run: the sink as a process, from its start to SIGTERM or Ctrl-C."""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kafka.cluster import collect_hosts
from kafka.errors import KafkaConfigurationError, UnsupportedCodecError

from sinks.database import Database
from sinks.faults import DatabaseUnusableError, RowsRefusedError
from streams.scraped import served
from streams.sinking.loop import Sink, SinkSettings
from streams.sinking.metrics import SinkMetrics

STOPPED, FAILED = 0, 1

log = logging.getLogger(__name__)


def run_sink(settings: SinkSettings) -> int:
    """Feed the database from the log until SIGTERM or SIGINT; the exit code.

    0 when it was told to stop, 1 when a person has to act; then the last line logged says why.
    A second signal ends the process at once, which loses nothing either. To be called in the
    main thread, as signals are.
    """
    metrics = SinkMetrics()
    try:
        _check_address(settings.bootstrap)
        database = Database(settings.database_url)
    except ValueError as error:
        log.error("the sink cannot run: %s", error)
        return FAILED
    try:
        with (
            database,
            served(metrics.registry, settings.metrics_port),
            _stopped_by_signal() as stop,
        ):
            Sink(settings, database, metrics, stop).run()
    except RowsRefusedError as error:
        log.error("the sink stops at a bug, and loses nothing: %s", error)
        return FAILED
    except (
        DatabaseUnusableError,
        KafkaConfigurationError,
        UnsupportedCodecError,
        OSError,
    ) as error:
        log.error("the sink cannot run: %s", error)
        return FAILED
    log.info("the sink stops, as it was told")
    return STOPPED


def _check_address(bootstrap: str) -> None:
    try:
        collect_hosts(bootstrap)
    except ValueError:
        raise ValueError(f"{bootstrap!r} is no address of a broker; host:port is") from None


@contextmanager
def _stopped_by_signal() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; the handlers before are back at the end."""
    stop = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()
        restore()

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stop
    finally:
        restore()
