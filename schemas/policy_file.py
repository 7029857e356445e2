"""Policy file: TOML to policies, with one line `file: key: reason` for everything refused."""

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from schemas.policy import Policies, Policy, PolicyError
from schemas.policy_case import MOST_CASES, Case
from schemas.policy_values import read
from schemas.toml_file import FileError, Shape, line, shaped, tables

_SHARE = re.compile(r"[0-9]\.[0-9]{1,9}")


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
    return PolicyError(line(file, key, reason))


def _tables(text: str, file: str) -> tuple[dict[str, Any], Any]:
    """The settings of a policy file, and its cases."""
    try:
        table = tables(text, file, _number)
    except FileError as error:
        raise PolicyError(str(error)) from error
    return table, table.pop("cases", [])


def _converted(table: object, shape: type[Shape], file: str, place: str) -> Shape:
    """`table`, found at `place`, as a `shape`."""
    try:
        return shaped(table, shape, file, place, read)
    except FileError as error:
        raise PolicyError(str(error)) from error


def _number(text: str) -> Fraction | float:
    """A share exactly; whatever cannot be one stays a float and is refused where it stands."""
    return Fraction(text) if _SHARE.fullmatch(text) else float(text)
