"""Ids follow from what a record says, for every record that staff can say."""

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from schemas.care import Staff
from schemas.codec import decode_care
from streams.recording.naming import ABOUT, content_of, entity_of, id_of

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples" / "care"
RECORDS = [
    record
    for file in sorted(EXAMPLES.glob("*.json"))
    if isinstance(record := decode_care(file.read_bytes()), get_args(Staff))
]
each_record = pytest.mark.parametrize("record", RECORDS, ids=lambda each: type(each).__name__)


def test_every_kind_of_fact_is_about_something() -> None:
    assert set(ABOUT) == {kind.__struct_config__.tag for kind in get_args(Staff)}


@each_record
def test_who_tells_it_and_how_often_changes_no_entity(record: Staff) -> None:
    other = msgspec.structs.replace(record, id="other", source="other", revision=9, withdrawn=True)
    assert entity_of(other) == entity_of(record)
    assert content_of(other) == content_of(record)


@each_record
def test_another_person_is_another_entity(record: Staff) -> None:
    other = msgspec.structs.replace(record, participant="par-other")
    assert entity_of(other) != entity_of(record)


@each_record
def test_each_revision_has_an_id_of_its_own(record: Staff) -> None:
    again = msgspec.structs.replace(record, id="other", source="other")
    assert id_of(again) == id_of(record)
    revised = msgspec.structs.replace(record, revision=record.revision + 1)
    back = msgspec.structs.replace(record, withdrawn=not record.withdrawn)
    assert len({id_of(record), id_of(revised), id_of(back)}) == 3


def test_no_two_kinds_of_fact_share_an_entity() -> None:
    kinds = {(type(record), entity_of(record)) for record in RECORDS}
    assert len({entity for _, entity in kinds}) == len(kinds)
