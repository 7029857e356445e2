"""Logs: records from files and standard input, as the local runner takes them."""

import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

from schemas.codec import ERRORS, decode_identity, decode_room
from streams.local import Routed, route

FOR_THE_DOOR = ((b'"identity"', decode_identity), (b'"booking"', decode_room))


def read(files: Iterable[Path]) -> Iterator[Routed]:
    """Every line of NDJSON files in order; `-` is standard input, blank lines are skipped.

    So are aliases and bookings, as `rollcall roster import` writes them for the door: no stage
    reads them. Lines are
    numbered from 1 over all files. Raises OSError for a file that cannot be read.
    A byte order mark at the beginning of a file is no part of its first line.
    """
    number = 0
    for file in files:
        standard = nullcontext(sys.stdin.buffer) if str(file) == "-" else None
        with standard or file.open("rb") as lines:
            mark = BOM_UTF8
            for line in lines:
                number += 1
                text, mark = line.removeprefix(mark).rstrip(b"\r\n"), b""
                if text.strip() and not _for_the_door(text):
                    yield route(text, number)


def _for_the_door(line: bytes) -> bool:
    for tag, decode in FOR_THE_DOOR:
        if tag in line:
            with suppress(*ERRORS):
                decode(line)
                return True
    return False
