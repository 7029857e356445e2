"""TOML file: text to shapes, with one line `file: key: reason` for everything refused."""

import re
import tomllib
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

_TOML_PLACE = re.compile(r"(.*) \(at (.*)\)", re.DOTALL)
_PLACE = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_ACROSS = re.compile(r"([a-z_.]+): (.*)", re.DOTALL)

Shape = TypeVar("Shape")


class FileError(Exception):
    """A file that cannot be used. The message is one printable line: file, key, reason."""


def line(file: str, key: str, reason: str) -> str:
    """What a FileError says."""
    return "".join(c if c.isprintable() else "?" for c in f"{file}: {key}: {reason}")


def tables(text: str, file: str, number: Callable[[str], Any] = float) -> dict[str, Any]:
    """The tables of a file, its fractions read by `number`; raises FileError."""
    try:
        return tomllib.loads(text, parse_float=number)
    except RecursionError as error:
        raise FileError(line(file, "text", "not TOML: nested too deep")) from error
    except ValueError as error:
        told = _TOML_PLACE.fullmatch(str(error))
        reason, place = told.groups() if told else (str(error), "text")
        raise FileError(line(file, place, f"not TOML: {reason}")) from error


def shaped(
    table: object,
    shape: type[Shape],
    file: str,
    place: str = "",
    hook: Callable[[type, Any], Any] | None = None,
) -> Shape:
    """`table`, found at `place` of `file`, as a `shape`; raises FileError.

    A check across several keys speaks as ValueError(`key: reason`).
    """
    try:
        return msgspec.convert(table, shape, dec_hook=hook)
    except msgspec.ValidationError as error:
        key, reason = _located(str(error))
        raise FileError(line(file, dotted(place, key) if key else place, reason)) from error


def _located(message: str) -> tuple[str, str]:
    """The dotted key and the reason in a message of msgspec or of a check across keys."""
    placed = _PLACE.fullmatch(message)
    reason, key = placed.groups() if placed else (message, "")
    if unknown := _UNKNOWN.fullmatch(reason):
        return dotted(key, unknown[1]), "unknown key"
    if missing := _MISSING.fullmatch(reason):
        return dotted(key, missing[1]), "missing"
    if across := _ACROSS.fullmatch(reason):
        return dotted(key, across[1]), across[2]
    return key, reason


def dotted(section: str, key: str) -> str:
    """The key in a section, or at the top."""
    return f"{section}.{key}" if section else key
