"""The log of the worker: one line for each thing said, never a traceback."""

import logging
from collections.abc import Iterator

import pytest

from streams.worker.lines import keep_to_lines


class Kept(logging.Handler):
    """What would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


@pytest.fixture
def kept() -> Iterator[Kept]:
    root, handler = logging.getLogger(), Kept()
    before, level = root.handlers, root.level
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    keep_to_lines()
    yield handler
    root.handlers = before
    root.setLevel(level)


def test_tracebacks_and_tables_become_one_line(kept: Kept) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("ours").exception("it\nfailed: %s", "badly")

    assert kept.said == ["ERROR it failed: badly: ValueError: two lines"]


def test_a_library_repeats_itself_seldom(kept: Kept) -> None:
    for node in range(5):
        logging.getLogger("aiokafka.client").error("cannot reach node %d", node)
    logging.getLogger("aiokafka.client").error("something else")
    logging.getLogger("aiokafka.client").info("not worth telling")

    assert kept.said == ["ERROR cannot reach node 0", "ERROR something else"]


def test_we_say_what_we_have_to_say(kept: Kept) -> None:
    for _ in range(2):
        logging.getLogger("streams.worker.task").warning("again")

    assert kept.said == ["WARNING again"] * 2
