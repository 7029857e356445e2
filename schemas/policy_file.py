"""Policy file: TOML to policies, with one line `file: key: reason` for everything refused."""

import re
import tomllib
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeVar

import msgspec

from schemas.policy import Policies, Policy, PolicyError
from schemas.policy_case import MOST_CASES, Case
from schemas.policy_values import Section, read

_SHARE = re.compile(r"[0-9]\.[0-9]{1,9}")
_TOML_PLACE = re.compile(r"(.*) \(at (.*)\)", re.DOTALL)
_PLACE = re.compile(r"(.*) - at `\$\.?(.*)`", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_ACROSS = re.compile(r"([a-z_.]+): (.*)", re.DOTALL)


def parse(text: str, file: str) -> Policy:
    """One policy from the TOML `text` of `file`; raises PolicyError with one line."""
    settings, _ = _tables(text, file)
    return _converted(settings, Policy, file, "")


def parse_cases(text: str, file: str) -> list[Case]:
    """The cases of the same text, in order; raises PolicyError with one line."""
    _, cases = _tables(text, file)
    if not isinstance(cases, list):
        raise refused(file, "cases", "expected tables, each under [[cases]]")
    if len(cases) > MOST_CASES:
        raise refused(file, "cases", f"there must not be more than {MOST_CASES}")
    return [_converted(each, Case, file, f"cases[{n}]") for n, each in enumerate(cases)]


def collect(files: Iterable[tuple[str, str]]) -> Policies:
    """The policies of (file, text) pairs; two versions must not share a name or a date."""
    seen: dict[tuple[str, str, str], str] = {}
    policies = []
    for file, text in files:
        policy = parse(text, file)
        for key in ("version", "effective_from"):
            value = str(getattr(policy, key))
            taken = (policy.program, key, value)
            if taken in seen:
                reason = f"{value} is already taken for program {policy.program} by {seen[taken]}"
                raise refused(file, key, reason)
            seen[taken] = file
        policies.append(policy)
    return Policies(policies)


def refused(file: str, key: str, reason: str) -> PolicyError:
    """The error for one key of a file, as one printable line."""
    line = f"{file}: {key}: {reason}"
    return PolicyError("".join(c if c.isprintable() else "?" for c in line))


def _tables(text: str, file: str) -> tuple[dict[str, Any], Any]:
    """The settings of a policy file, and its cases."""
    try:
        table = tomllib.loads(text, parse_float=_number)
    except RecursionError as error:
        raise refused(file, "text", "not TOML: nested too deep") from error
    except ValueError as error:
        told = _TOML_PLACE.fullmatch(str(error))
        reason, place = told.groups() if told else (str(error), "text")
        raise refused(file, place, f"not TOML: {reason}") from error
    return table, table.pop("cases", [])


_Shape = TypeVar("_Shape", bound=Section)


def _converted(table: object, shape: type[_Shape], file: str, place: str) -> _Shape:
    """`table`, found at `place`, as a `shape`."""
    try:
        return msgspec.convert(table, shape, dec_hook=read)
    except msgspec.ValidationError as error:
        key, reason = _located(str(error))
        raise refused(file, _dotted(place, key) if key else place, reason) from error


def _number(text: str) -> Fraction | float:
    """A share exactly; whatever cannot be one stays a float and is refused where it stands."""
    return Fraction(text) if _SHARE.fullmatch(text) else float(text)


def _located(message: str) -> tuple[str, str]:
    """The dotted key and the reason in a message of msgspec or of a check across settings."""
    placed = _PLACE.fullmatch(message)
    reason, key = placed.groups() if placed else (message, "")
    if unknown := _UNKNOWN.fullmatch(reason):
        return _dotted(key, unknown[1]), "unknown key"
    if missing := _MISSING.fullmatch(reason):
        return _dotted(key, missing[1]), "missing"
    if across := _ACROSS.fullmatch(reason):
        return _dotted(key, across[1]), across[2]
    return key, reason


def _dotted(section: str, key: str) -> str:
    return f"{section}.{key}" if section else key
