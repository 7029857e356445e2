"""Fold: how each telemetry record enters the facts of its session, in one table."""

from collections.abc import Callable, Mapping
from typing import Any

from streams.session.announcements import ANNOUNCEMENTS
from streams.session.facts import SessionFacts
from streams.session.signals import SIGNALS
from streams.stage import Effect

FOLDS: Mapping[type, Callable[[SessionFacts, Any, int], Effect]] = {**SIGNALS, **ANNOUNCEMENTS}
