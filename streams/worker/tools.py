"""Tools: what everything in the worker is handed."""

from typing import NamedTuple

from streams.settings import Settings
from streams.worker.failpoints import Failpoints
from streams.worker.metrics import WorkerMetrics


class Tools(NamedTuple):
    """Settings, metrics and failpoints of this process."""

    settings: Settings
    metrics: WorkerMetrics
    failpoints: Failpoints
