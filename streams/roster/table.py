"""Table: a CSV file with a header, as cells by column."""

import csv
from collections.abc import Collection, Iterator
from pathlib import Path

from streams.roster.faults import Faults

Cells = dict[str, str]


def read_cells(
    file: Path, needed: Collection[str], optional: Collection[str], faults: Faults
) -> Iterator[tuple[int, Cells]]:
    """The line and the stripped cells of each row; a column that is not there is empty.

    Blank rows are skipped. What is wrong with header or rows is noted in `faults`; after a
    header that is wrong there are no rows. Raises OSError if there is no such file.
    """
    with file.open(encoding="utf-8-sig", newline="") as text:
        table = csv.reader(text, strict=True)
        try:
            header = [name.strip() for name in next(table, [])]
            if not _fits(header, needed, optional, faults):
                return
            for row in table:
                cells = [cell.strip() for cell in row]
                if len(cells) == len(header):
                    if any(cells):
                        named = dict(zip(header, cells, strict=True))
                        yield table.line_num, dict.fromkeys(optional, "") | named
                elif any(cells):
                    _refuse(table.line_num, cells, header, faults)
        except UnicodeDecodeError:
            faults.add(table.line_num + 1, "text", "not UTF-8")
        except csv.Error as error:
            faults.add(table.line_num, "text", f"not CSV: {error}")


def _fits(
    header: list[str], needed: Collection[str], optional: Collection[str], faults: Faults
) -> bool:
    before = len(faults.lines)
    for name in needed:
        if name not in header:
            faults.add(1, name, "this column is missing")
    for place, name in enumerate(header):
        if name not in needed and name not in optional:
            known = ", ".join((*needed, *optional))
            faults.add(1, name or "(blank)", f"unknown column; known are {known}")
        elif name in header[:place]:
            faults.add(1, name, "this column is there twice")
    return len(faults.lines) == before


def _refuse(line: int, cells: list[str], header: list[str], faults: Faults) -> None:
    if len(cells) < len(header):
        faults.add(line, header[len(cells)], "the row ends before this column")
    else:
        faults.add(line, header[-1], "the row has more cells than there are columns")
