"""Statement: a line of a case that staff say, as a care record to be."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

from schemas.care import CareEvent
from streams.casework.almanac import CaseError
from streams.casework.line import Line
from streams.casework.visit import Visit

CODE = "as_written"
"""The reason of whatever a line gives no reason for."""


class Said(NamedTuple):
    """A care record to be: `names` are outputs it is about, as `RULE`, `RULE SESSION` or so.

    `build` takes what every record carries, and the ids that the names stand for. `awaits` is
    the session of which staff may have to decide something.
    """

    at: int
    names: tuple[str, ...]
    build: Callable[[Mapping[str, Any], tuple[str, ...]], CareEvent]
    awaits: str | None = None


class Scene(NamedTuple):
    """What a line may speak of: the program, and the case's sessions."""

    program: str
    visits: Mapping[str, Visit]


def say(at: int, kind: type[CareEvent], **fields: Any) -> Said:
    """A record that is about no output."""
    return Said(at, (), lambda own, ids: kind(**own, **fields))


def session_of(line: Line, scene: Scene) -> str:
    """Take the id of one of the case's sessions."""
    name = line.code("the id of a session")
    if name not in scene.visits:
        raise CaseError(f"there is no session {name} in this case")
    return name


def reason_of(line: Line) -> str:
    """Take a reason code, if there is one."""
    return line.code("a reason code") if line.next else CODE


def choices(kind: type[CareEvent], field: str) -> tuple[str, ...]:
    """What a field of a record can be."""
    allowed: tuple[str, ...] = get_args(kind.__annotations__[field])
    return allowed
