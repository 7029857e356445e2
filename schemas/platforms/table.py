"""Table: the rows of a spreadsheet exported as text, whatever wrote it."""

import csv
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from schemas.platforms.source import NotUnderstoodError

LARGEST_BYTES = 8 * 1024 * 1024
MOST_ROWS = 10_000


class Row(NamedTuple):
    """A row that is not blank: its line, and its stripped cells."""

    line: int
    cells: Sequence[str]

    @property
    def where(self) -> str:
        """The row's place, for what is wrong with it."""
        return f"line {self.line}"

    def cell(self, column: int | None) -> str:
        """A cell; empty where the row has none."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


def rows_of(body: bytes) -> list[Row]:
    """Every row of a file in UTF-16 (with its mark) or UTF-8 (with or without one).

    Cells are parted by tabs if there is one, else by semicolons or commas, whichever are more.

    Raises:
        NotUnderstoodError: `oversize`, `invalid_encoding`, `nul_character`, `invalid_table`.
    """
    if len(body) > LARGEST_BYTES:
        raise NotUnderstoodError("oversize")
    text = _text(body)
    if "\0" in text:
        raise NotUnderstoodError("nul_character")
    between = "\t" if "\t" in text else max(",;", key=text.count)
    rows = []
    for row in _rows(text, between):
        rows.append(row)
        if len(rows) > MOST_ROWS:
            raise NotUnderstoodError("oversize", row.where)
    return rows


def _text(body: bytes) -> str:
    try:
        for mark, encoding in ((BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be")):
            if body.startswith(mark):
                return body.removeprefix(mark).decode(encoding)
        return body.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError:
        raise NotUnderstoodError("invalid_encoding") from None


def _rows(text: str, between: str) -> Iterator[Row]:
    reader = csv.reader(text.replace("\r\n", "\n").split("\n"), delimiter=between, strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield Row(reader.line_num, stripped)
    except csv.Error:
        raise NotUnderstoodError("invalid_table", f"line {reader.line_num}") from None
