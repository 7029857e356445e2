"""Plain: text for terminals and files that cannot show every character."""

import sys

import click

_ASCII = str.maketrans(
    {
        "∩": "&",
        "─": "-",
        "┬": "+",
        "█": "#",
        **dict.fromkeys("▁▂▃░", "."),
        **dict.fromkeys("▄▅▆▇▒", "+"),
    }
)


def echo(line: str) -> None:
    """Print `line`, in ASCII where standard output's encoding lacks a character of it."""
    # Not click's own stream: to click, ASCII is a mistake for UTF-8.
    encoding = sys.stdout.encoding or "ascii"
    try:
        line.encode(encoding)
    except UnicodeEncodeError:
        line = line.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    click.echo(line)
