"""Faults of a file that planners keep: all of them at once, each with its place."""

from dataclasses import dataclass, field

from schemas.checking import RefusedError


class RosterError(RefusedError):
    """Files that cannot be imported. One line for each fault: file, line, column, reason."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))


@dataclass
class Faults:
    """What is wrong with one file, gathered while it is read."""

    file: str
    lines: list[str] = field(default_factory=list)

    def add(self, line: int, column: str, reason: str) -> None:
        """Note one fault, once; it is told in one line whatever the file holds."""
        told = f"{self.file}: line {line}: {column}: {reason}"
        shown = "".join(c if c.isprintable() else "?" for c in told)
        if shown not in self.lines:
            self.lines.append(shown)
