"""Options of `rollcall record …`, made from the fields of the record that is said."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import click
from msgspec import inspect

from schemas.care import CareEvent
from schemas.instants import instant
from streams.commands.options import InstantType

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

EVERY_FACT = frozenset(CareEvent.__struct_fields__)

HELP: Mapping[str, str] = MappingProxyType(
    {
        "session": "The session it is about.",
        "program": "The program it is about.",
        "begins": "From when on, such as 2026-03-02T00:00:00+01:00.",
        "until": "Until when (exclusive).",
        "reason": "Why; illness, emergency and technical are emergencies.",
        "reason_code": "Why, as a code of yours; never free text.",
        "outcome": "What the session counts as.",
        "outcome_code": "What was decided, as a code of yours.",
        "make_up": "The session that makes up for it.",
        "starts_at": "When that one starts; needed only with --unchecked.",
        "rule": "The rule that is waived for the session.",
        "target": "The id of a violation or recommendation.",
        "about": "The id of what it was about (violation, week, session, …); may be repeated.",
        "exempt": "A signal that is not asked; may be repeated.",
        "priority": "Not reaching this person is a matter of safety.",
        "weekly_minutes": "The dose agreed, in place of the policy's.",
        "practice_days": "Days with practice asked of each week.",
        "participation": "Weekly participation asked, from 1 to 100.",
        "practice": "What was practised.",
        "first_day": "The first day, such as 2026-12-24.",
        "last_day": "The last day, included.",
        "accepted": "What was decided.",
    }
)


class Moment(InstantType):
    """An RFC 3339 instant with an offset, as a UTC datetime."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The datetime; BadParameter for what is no instant."""
        return value if isinstance(value, datetime) else instant(super().convert(value, param, ctx))


class Day(click.ParamType):
    """A day of the calendar."""

    name = "day"

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The date; BadParameter for what is none."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a day such as 2026-03-02", param, ctx)


def options_of(record: type[CareEvent], lenient: frozenset[str]) -> Iterator[Decorator]:
    """One option for each field of `record` beyond what every fact has.

    A field without a default is required, unless it is among the `lenient`.
    """
    kind = inspect.type_info(record)
    assert isinstance(kind, inspect.StructType)
    for field in kind.fields:
        if field.name in EVERY_FACT:
            continue
        name = "--" + field.encode_name.replace("_", "-")
        required = field.required and field.name not in lenient
        shape = _shape(field.type, required)
        if shape.get("is_flag") and required:
            # To click a flag is never missing.
            name, shape = f"{name}/--refused", {"default": None, "callback": _given}
        yield click.option(name, field.name, required=required, help=HELP.get(field.name), **shape)


def _given(context: click.Context, option: click.Parameter, value: bool | None) -> bool:
    if value is None:
        raise click.MissingParameter(ctx=context, param=option)
    return value


def _shape(kind: inspect.Type, required: bool) -> dict[str, Any]:
    """What click needs to know of a field's type."""
    match kind:
        case inspect.UnionType(types=types):
            return _shape(types[0], required)
        case inspect.VarTupleType(item_type=item):
            return {**_shape(item, required), "multiple": True}
        case inspect.LiteralType(values=values):
            return {"type": click.Choice([str(each) for each in values])}
        case inspect.BoolType():
            return {"is_flag": True}
        case inspect.DateTimeType():
            return {"type": Moment()}
        case inspect.DateType():
            return {"type": Day()}
        case inspect.IntType(ge=least, le=most):
            return {"type": click.IntRange(least, most)}
    return {"type": str}
