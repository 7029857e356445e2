"""Run: the worker as a process, from its start to SIGTERM or Ctrl-C."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import faust

from schemas.policy import Policies, PolicyError
from streams.care.stage import care_stage
from streams.policies import load
from streams.scraped import served
from streams.session.stage import session_stage
from streams.settings import Settings
from streams.worker import failpoints
from streams.worker.app import WorkerApp, build
from streams.worker.bare_records import bare_records
from streams.worker.failpoints import Failpoints
from streams.worker.garbage import tame
from streams.worker.halt import FAILED, halt, in_short
from streams.worker.lines import SILENT, keep_to_lines
from streams.worker.metrics import WorkerMetrics
from streams.worker.start import NotReadyError, partitions_when_ready
from streams.worker.tools import Tools

STOPPED = 0
STAGES = {"session": session_stage, "care": care_stage}

log = logging.getLogger(__name__)


def run_worker(settings: Settings) -> int:
    """Run the stages until SIGTERM or SIGINT; the exit code.

    0 when it was told to stop, 1 when it cannot go on: then the last line logged says why.
    Most of what it cannot go on from is cured by being started again, with a back-off. To be
    called once in a process and in its main thread.
    """
    keep_to_lines()
    metrics = WorkerMetrics()
    try:
        policies = load(settings.policies, settings.scale)
        points = Failpoints(os.environ.get(failpoints.VARIABLE, ""))
        with served(metrics.registry, settings.metrics_port), _stopped_by_signal() as stopped:
            partitions = partitions_when_ready(settings, stopped)
            if partitions is not None:
                _work(Tools(settings, metrics, points), policies, partitions, stopped)
    except NotReadyError as error:
        for line in error.args:
            log.error("%s", line)
        log.error("the worker cannot run: the topics are not as they must be")
        return FAILED
    except (PolicyError, ValueError, OSError) as error:
        log.error("the worker cannot run: %s", error)
        return FAILED
    log.info("the worker stops, as it was told")
    return STOPPED


def _work(tools: Tools, policies: Policies, partitions: int, stopped: threading.Event) -> None:
    tame()
    stages = [STAGES[name](policies) for name in tools.settings.stages]
    app = build(tools, stages, partitions, policies.digests())
    with bare_records():
        try:
            _Process(app, stopped).execute_from_commandline()
        except SystemExit as ended:
            if ended.code:
                halt("the application ended with an error")


class _Process(faust.Worker):
    """Faust's life cycle of the process, without what is for a person who watches it."""

    logger = SILENT

    def __init__(self, app: WorkerApp, stopped: threading.Event) -> None:
        super().__init__(app, override_logging=False, quiet=True, redirect_stdouts=False)
        self.spinner = None
        self._told_to_stop = stopped

    def install_signal_handlers(self) -> None:
        """Only the two that stop it; Faust's others print stacks and start a debugger."""
        self.loop.add_signal_handler(signal.SIGINT, self._on_sigint)
        self.loop.add_signal_handler(signal.SIGTERM, self._on_sigterm)
        if self._told_to_stop.is_set():
            self._on_sigterm()

    def _crash(self, reason: BaseException) -> NoReturn:
        """Any service that fails ends the process, and quickly: others wait for the partitions."""
        halt(in_short(reason))

    async def _sentinel_task(self) -> None:
        """Faust sleeps here for a second before it lets go of the loop."""


@contextmanager
def _stopped_by_signal() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set until the application handles them itself."""
    stopped = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    def on_signal(number: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in before:
        signal.signal(number, on_signal)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
