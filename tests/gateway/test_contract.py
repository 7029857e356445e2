"""The door keeps what its OpenAPI document says, whatever is sent to it: no fault of its own, no
answer that is not written down, and nothing taken in that the document does not allow."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import positive_data_acceptance

from schemas.contract import name_of
from schemas.openapi import BY_PRODUCERS, BY_STAFF, MOST_RECORDS, WEBHOOK_FORMS, document
from streams.gateway import reading
from streams.gateway.events import TOLD_BY_PRODUCERS
from streams.gateway.staff import Said
from streams.machine.kafka import Broker
from tests.gateway.open_door import PRODUCER, STAFF, OpenDoor, open_door

EXAMPLES = 25
TOKENS = {"/v1/events": PRODUCER, "/v1/care": STAFF}

# What a schema cannot say (a day that no calendar has, a program that is no code) is refused.
NOT_ASKED = [positive_data_acceptance]


INSTANT = "instant"


def loosened(part: Any) -> Any:
    """The document with a format of ours for instants: `date-time` is a little narrower than what
    the door takes and the pattern beside it says, and would have it refuse what is right."""
    if isinstance(part, list):
        return [loosened(each) for each in part]
    if isinstance(part, dict):
        return {key: loosened(held) for key, held in part.items()}
    return INSTANT if part == "date-time" else part


instants = st.datetimes(datetime(2000, 1, 1), datetime(2199, 12, 31))  # noqa: DTZ001  # Z follows
schemathesis.openapi.format(INSTANT, instants.map(lambda at: f"{at.isoformat()}Z"))
CONTRACT = schemathesis.openapi.from_dict(loosened(document()))
# Each boundary of each field takes minutes here; tests/schemas/test_contract.py has them.
CONTRACT.config.phases.coverage.enabled = False


@schemathesis.serializer("application/x-ndjson")
def lines(context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A body of lines: of text as it is, of anything else as JSON."""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@schemathesis.deserializer("text/plain")
def plain(context: schemathesis.DeserializationContext, response: schemathesis.Response) -> str:
    """A text is a text."""
    return response.text


@pytest.fixture(scope="module")
def door(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDoor]:
    with open_door(broker.bootstrap, tmp_path_factory.mktemp("door")) as door:
        yield door


@CONTRACT.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_door_answers_as_it_is_written(case: schemathesis.Case, door: OpenDoor) -> None:
    token = TOKENS.get(case.operation.path)
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    case.call_and_validate(base_url=door.url, headers=headers, excluded_checks=NOT_ASKED)


@pytest.mark.parametrize("path", document()["paths"])
def test_other_methods_are_told_which_there_are(path: str, door: OpenDoor) -> None:
    written = {each.upper() for each in document()["paths"][path]} - {"PARAMETERS"}
    place = path.replace("{platform}", "zoom").replace("{tenant}", "north")
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - written:
        with pytest.raises(HTTPError) as error:
            urlopen(Request(f"{door.url}{place}", method=method))
        assert error.value.code == 405
        assert set(error.value.headers["Allow"].split(",")) - {"HEAD"} == written
        assert json.loads(error.value.read()) == {"error": "method_not_allowed"}


def test_the_door_serves_the_document(door: OpenDoor) -> None:
    with urlopen(f"{door.url}/v1/openapi.json") as answer:
        assert json.loads(answer.read()) == document()


def test_the_document_names_what_the_door_takes() -> None:
    assert {name_of(each) for each in TOLD_BY_PRODUCERS} == set(BY_PRODUCERS)
    assert {name_of(each) for each in get_args(Said)} == set(BY_STAFF)
    paths = document()["paths"]
    for path in TOKENS:
        assert set(paths[path]["post"]["requestBody"]["content"]) == set(reading.TYPES)
    assert reading.MOST_RECORDS == MOST_RECORDS
    assert WEBHOOK_FORMS
