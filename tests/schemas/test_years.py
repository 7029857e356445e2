"""Records that no stage's clock looks at lie in the years that a session can lie in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import ERRORS, decode_identity, decode_room, decoder
from schemas.declared import OutageDeclared

EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"


@pytest.mark.parametrize(
    ("file", "decode"),
    [
        ("identities/identity", decode_identity),
        ("rooms/booking", decode_room),
        ("door/outage_declared", decoder(OutageDeclared)),
    ],
)
@pytest.mark.parametrize(
    ("at", "taken"),
    [
        ("1999-12-31T23:59:59.999999Z", False),
        ("2000-01-01T00:00:00Z", True),
        ("2199-12-31T23:59:59.999999Z", True),
        ("2200-01-01T00:00:00Z", False),
        ("6145-01-01T00:00:00Z", False),
    ],
)
def test_years(file: str, decode: Callable[[bytes], Any], at: str, taken: bool) -> None:
    payload = json.loads((EXAMPLES / f"{file}.json").read_bytes())
    body = json.dumps(payload | {"at": at}).encode()
    if taken:
        decode(body)
    else:
        with pytest.raises(ERRORS):
            decode(body)
