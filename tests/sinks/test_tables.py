"""Tables keep up with the records: every scalar field has its column, of a type that fits."""

from datetime import datetime
from typing import Any

import pytest
from msgspec import inspect
from sqlalchemy import JSON, BigInteger, Boolean, Date, Double, Table, Text

from schemas import outputs
from sinks.columns import AwareDateTime
from sinks.tables import OUTPUTS

COLUMN_OF: dict[type, type] = {
    inspect.StrType: Text,
    inspect.LiteralType: Text,
    inspect.IntType: BigInteger,
    inspect.FloatType: Double,
    inspect.BoolType: Boolean,
    inspect.DateTimeType: AwareDateTime,
    inspect.DateType: Date,
}


def scalars(record: type) -> dict[str, tuple[type, bool]]:
    """The column type and whether null is allowed, for each field that is no container."""
    found = {}
    for field in inspect.type_info(record).fields:  # type: ignore[attr-defined]
        kinds = field.type.types if isinstance(field.type, inspect.UnionType) else (field.type,)
        plain = [kind for kind in kinds if not isinstance(kind, inspect.NoneType)]
        if all(type(kind) in COLUMN_OF for kind in plain):
            found[field.name] = COLUMN_OF[type(plain[0])], len(plain) < len(kinds)
    return found


def test_everything_published_has_a_table() -> None:
    assert list(OUTPUTS) == list(outputs.OUTPUTS.values())


@pytest.mark.parametrize(("record", "table"), OUTPUTS.items())
def test_every_scalar_field_has_its_column(record: Any, table: Table) -> None:
    columns = {
        column.name: (type(column.type), column.nullable)
        for column in table.columns
        if column.name != "body"
    }

    assert columns == scalars(record)
    assert isinstance(table.c.body.type, JSON)
    # What the bulk path rests on.
    assert [column.name for column in table.columns][-1] == "body"


@pytest.mark.parametrize("zone", ["sqlite", "postgresql"])
def test_an_instant_without_an_offset_is_refused(zone: str) -> None:
    dialect = type("Dialect", (), {"name": zone})()
    naive = datetime(2026, 3, 2, 10)  # noqa: DTZ001 - what must not get through

    with pytest.raises(ValueError, match="needs an offset"):
        AwareDateTime().process_bind_param(naive, dialect)
