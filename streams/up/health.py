"""Health: what the parts' metrics and the database say, looked up again and again."""

import threading
import urllib.request
from collections.abc import Mapping
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select

from sinks.database import Database
from sinks.faults import DatabaseAwayError, DatabaseUnusableError
from sinks.tables import VIOLATIONS
from streams.machine.ports import LOOPBACK

LOOK_EVERY_S = 2.0
ANSWER_TIMEOUT_S = 1.0
OPEN = ("opened", "updated")

Samples = list[tuple[str, Mapping[str, str], float]]
"""Name, labels and value."""


class Figures(NamedTuple):
    """How the whole does; None is what nobody answers just now.

    `events` and `rows` count since all was started; `lag` is events that wait, `sink_lag`
    outputs that are not in the database yet.
    """

    events: int = 0
    lag: int | None = None
    sessions: int | None = None
    violations_open: int | None = None
    checkpoint_age_s: float | None = None
    rows: int = 0
    sink_lag: int | None = None


def scrape(port: int) -> Samples | None:
    """What a part of ours tells at its metrics port; None when it does not answer."""
    try:
        with urllib.request.urlopen(
            f"http://{LOOPBACK}:{port}/metrics", timeout=ANSWER_TIMEOUT_S
        ) as answer:
            text = answer.read().decode()
    except OSError:
        return None
    return [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    ]


class Counted:
    """A counter over several processes that start again from nothing when they are restarted."""

    def __init__(self) -> None:
        self._before: dict[str, float] = {}
        self._now: dict[str, float] = {}

    def tell(self, part: str, value: float) -> None:
        """What `part` says now."""
        if value < self._now.get(part, 0.0):
            self._before[part] = self._before.get(part, 0.0) + self._now[part]
        self._now[part] = value

    @property
    def total(self) -> int:
        """Over all parts and all their lives."""
        return int(sum(self._before.values()) + sum(self._now.values()))


class Health(threading.Thread):
    """Looks every few seconds; `figures` is what it saw last.

    `workers` and `sink` are metrics ports. It never fails: what does not answer is not known.
    """

    def __init__(self, workers: Mapping[str, int], sink: int, database_url: str) -> None:
        super().__init__(name="health", daemon=True)
        self.figures = Figures()
        self._workers = workers
        self._sink = sink
        self._database = Database(database_url)
        self._events = Counted()
        self._rows = Counted()
        self._stopping = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        with self._database:
            while not self._stopping.wait(LOOK_EVERY_S):
                self.figures = self.look()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()
        self.join(ANSWER_TIMEOUT_S)

    def look(self) -> Figures:
        """What all say now."""
        told = {part: scrape(port) for part, port in self._workers.items()}
        for part, samples in told.items():
            if samples is not None:
                folded = values(samples, "rollcall_worker_events_folded_total", stage="session")
                self._events.tell(part, sum(folded))
        workers = [sample for samples in told.values() for sample in samples or ()]
        sink = scrape(self._sink)
        if sink is not None:
            self._rows.tell("sink", sum(values(sink, "rollcall_sink_rows_written_total")))
        ages = values(workers, "rollcall_worker_checkpoint_age_seconds")
        lags = values(workers, "rollcall_worker_lag_records")
        sessions = values(workers, "rollcall_worker_subjects", stage="session")
        return Figures(
            events=self._events.total,
            lag=int(sum(lags)) if lags else None,
            sessions=int(sum(sessions)) if sessions else None,
            violations_open=self._violations_open(),
            checkpoint_age_s=max(ages, default=None),
            rows=self._rows.total,
            sink_lag=None if sink is None else int(sum(values(sink, "rollcall_sink_lag_records"))),
        )

    def _violations_open(self) -> int | None:
        query = select(func.count()).where(VIOLATIONS.c.status.in_(OPEN))
        try:
            return int(self._database.read(query)[0][0])
        except (DatabaseAwayError, DatabaseUnusableError):
            return None


def values(samples: Samples, name: str, **labels: str) -> list[float]:
    """The values of all samples of that name with these labels, whatever others they have."""
    return [value for found, of, value in samples if found == name and labels.items() <= of.items()]
