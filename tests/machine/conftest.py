"""What the tests of the machine share."""

from collections.abc import Callable

import psutil
import pytest


@pytest.fixture
def gone() -> Callable[[int], bool]:
    """Whether a process has ended; a zombie only waits for whoever adopted it."""

    def ended(pid: int) -> bool:
        try:
            return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return True

    return ended
