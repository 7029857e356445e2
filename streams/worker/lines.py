"""Lines: the log of the worker, one line for each thing said, by whichever library.

Faust and aiokafka log tracebacks, tables, and the same complaint ten times a second.
"""

import logging
import time

from streams.worker.halt import in_short

LIBRARIES = ("aiokafka", "asyncio", "faust", "kafka", "mode")
REPEATED_EVERY_S = 30.0

SILENT = logging.getLogger("faust.ours")
"""For our own parts of Faust: they would otherwise say more than its own."""


class _OneLine(logging.Filter):
    """Makes every record one line, and lets a repeated complaint of a library pass seldom."""

    def __init__(self) -> None:
        super().__init__()
        self._passed_at: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.partition(".")[0] in LIBRARIES and not self._may_pass(record):
            return False
        text = " ".join(record.getMessage().split())
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            text = f"{text}: {in_short(error)}"
        record.msg, record.args = text, ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True

    def _may_pass(self, record: logging.LogRecord) -> bool:
        kind, now = (record.name, str(record.msg)), time.monotonic()
        last = self._passed_at.get(kind)
        if record.levelno < logging.WARNING or (last and now - last < REPEATED_EVERY_S):
            return False
        self._passed_at[kind] = now
        return True


def keep_to_lines() -> None:
    """Apply this to whatever handlers there are; without any, log to standard error."""
    if not logging.getLogger().handlers:
        logging.basicConfig(
            level=logging.INFO,
            format="%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s",
            datefmt="%Y-%m-%dT%H:%M:%S",
        )
        for handler in logging.getLogger().handlers:
            if handler.formatter is not None:
                handler.formatter.converter = time.gmtime
    for handler in logging.getLogger().handlers:
        if not any(isinstance(known, _OneLine) for known in handler.filters):
            handler.addFilter(_OneLine())
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(logging.WARNING)
