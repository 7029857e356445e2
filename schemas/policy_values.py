"""Policy values: how a duration and a share are written, held, digested and scaled."""

import re
from fractions import Fraction
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

UNITS_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
LONGEST_MS = 400 * UNITS_MS["d"]

_DURATION = re.compile(r"([0-9]{1,12})(ms|s|m|h|d)")


Percent = Annotated[int, Meta(ge=0, le=100)]


class Duration(int):
    """Whole milliseconds."""


class Section(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the policy file."""


def read(wanted: Any, value: object) -> Any:
    """A `Duration` or a share (`Fraction`) from its TOML form; ValueError says what is wrong."""
    if wanted is Duration:
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise ValueError("expected a duration such as 90s, 10m, 2h or 30d")
        duration = int(match[1]) * UNITS_MS[match[2]]
        if duration > LONGEST_MS:
            raise ValueError("a duration must not exceed 400d")
        return Duration(duration)
    if isinstance(value, bool) or not isinstance(value, int | Fraction) or not 0 <= value <= 1:
        raise ValueError("expected a share from 0 to 1, such as 0.8")
    return Fraction(value)


def digest(content: Section | list[Any]) -> str:
    """Equal for equal contents, whatever the order or wording of the file was."""
    text = msgspec.json.encode(content, enc_hook=_plain, order="deterministic")
    return blake2b(text, digest_size=8).hexdigest()


def scaled(part: Any, scale: int) -> Any:
    """The section with every duration in it divided by `scale`."""
    changes = {}
    for name in part.__struct_fields__:
        value = getattr(part, name)
        if isinstance(value, Duration):
            # Rounded up: no duration becomes 0 that was not.
            changes[name] = Duration(-(-value // scale))
        elif isinstance(value, Section):
            changes[name] = scaled(value, scale)
    return msgspec.structs.replace(part, **changes)


def _plain(value: object) -> object:
    if isinstance(value, Duration):
        return int(value)
    if isinstance(value, Fraction):
        return [value.numerator, value.denominator]
    raise NotImplementedError(type(value))
