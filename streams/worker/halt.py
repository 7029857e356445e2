"""Halt: the one way out when something is in doubt."""

import logging
import os
import sys
from typing import NoReturn

FAILED = 1

log = logging.getLogger(__name__)


def halt(reason: str) -> NoReturn:
    """Say why in one line and end the process at once, without leaving anything politely.

    A producer that is told to stop would first send what it has, and a transaction in doubt
    must not be ended by us: the next owner's producer ends it.
    """
    log.error("stopped: %s", reason)
    for handler in logging.getLogger().handlers:
        handler.flush()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(FAILED)


def in_short(error: BaseException) -> str:
    """An error as part of one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
