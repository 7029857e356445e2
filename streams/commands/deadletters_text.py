"""Dead letters as text and as JSON; whatever a sender wrote is escaped for terminals."""

import base64
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from schemas.dead_letter import Header
from schemas.instants import rfc3339
from streams.deadletters.choice import SAID
from streams.deadletters.conventions import Cause
from streams.deadletters.letter import Letter
from streams.deadletters.listing import Tally
from streams.deadletters.survey import Histogram
from streams.readable import counted

LONGEST_DETAIL = 120


def line(letter: Letter, sent_again: bool) -> str:
    """One letter in one line."""
    detail = safe(letter.cause.detail)
    if len(detail) > LONGEST_DETAIL:
        detail = f"{detail[: LONGEST_DETAIL - 3]}..."
    notes = [detail] if detail else []
    if letter.attempt > 1:
        notes.append(f"attempt {letter.attempt}")
    if sent_again:
        notes.append("sent again")
    if not letter.complete:
        notes.append("not all of it is there")
    place = f"{letter.partition}:{letter.offset}"
    columns = (
        f"{place:<10}",
        _local(letter.appended_at),
        f"{safe(letter.cause.reason):<15}",
        safe(_about(letter.cause)),
        safe(letter.event_id or "-"),
        "; ".join(notes),
    )
    return "  ".join(columns).rstrip()


def details(letter: Letter) -> Iterator[str]:
    """Everything about a letter, a line or more for each thing."""
    cause = letter.cause
    yield f"letter   {letter.partition}:{letter.offset}, written {rfc3339(letter.appended_at)}"
    yield f"about    {safe(_about(cause))}"
    yield f"reason   {safe(cause.reason)}: {safe(cause.detail)}".removesuffix(": ")
    yield f"attempt  {letter.attempt}, first failed {safe(letter.first_failed_at)}"
    yield f"event    {safe(letter.event_id or '-')}"
    if not letter.complete:
        yield f"missing  only {counted(letter.parts, 'part')} of it can be read any more"
    elif letter.parts > 1:
        yield f"parts    {letter.parts}, put together here"
    yield f"key      {_shown(letter.key)}"
    for name, value in _headers(letter):
        yield f"header   {safe(name)}: {_shown(value)}"
    yield f"value    {_shown(letter.value)}"


def fields(letter: Letter, sent_again: bool) -> dict[str, Any]:
    """A letter as `list --json` tells it."""
    return {**_head(letter), "sent_again": sent_again}


def in_full(letter: Letter) -> dict[str, Any]:
    """A letter as `show --json` tells it: bytes are `text`, or else `base64`."""
    return {
        **_head(letter),
        "key": _plain(letter.key),
        "headers": [{"name": name, "value": _plain(value)} for name, value in _headers(letter)],
        "value": _plain(letter.value),
    }


def reason_table(tallies: Mapping[str, Tally]) -> Table:
    """How many letters there are by reason, the most frequent first."""
    table = Table()
    table.add_column("reason", no_wrap=True)
    table.add_column("letters", justify="right")
    table.add_column("sent again", justify="right")
    table.add_column("last")
    for reason, tally in sorted(tallies.items(), key=lambda each: (-each[1].letters, each[0])):
        name = Text(safe(reason))
        table.add_row(name, str(tally.letters), str(tally.sent_again), _local(tally.last_at))
    return table


def outcome_table(found: Histogram, dry_run: bool) -> Table:
    """What became of how many letters, or would."""
    table = Table()
    table.add_column("reason", no_wrap=True)
    table.add_column("letters", justify="right")
    table.add_column("would be" if dry_run else "is")
    for (reason, outcome), letters in sorted(found.items()):
        table.add_row(Text(safe(reason)), str(letters), Text(SAID[outcome]))
    return table


def safe(text: str) -> str:
    """`text` without anything that a terminal acts on, or that only seems to be there."""
    return "".join(each if each.isprintable() else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode()


def _head(letter: Letter) -> dict[str, Any]:
    cause = letter.cause
    return {
        "partition": letter.partition,
        "offset": letter.offset,
        "failed_at": rfc3339(letter.appended_at),
        "first_failed_at": letter.first_failed_at,
        "attempt": letter.attempt,
        "reason": cause.reason,
        "detail": cause.detail,
        "event_id": letter.event_id,
        "kind": cause.kind,
        "source_topic": cause.topic,
        "source_partition": cause.partition,
        "source_offset": cause.offset,
        "complete": letter.complete,
    }


def _headers(letter: Letter) -> Iterator[Header]:
    """Those of the record, and those that say what was wrong."""
    yield from letter.headers
    if letter.headers is not letter.errors:
        yield from letter.errors


def _about(cause: Cause) -> str:
    if cause.topic is None:
        return "-"
    places = [each for each in (cause.partition, cause.offset) if each is not None]
    return "/".join([cause.topic, *map(str, places)])


def _local(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000).astimezone():%Y-%m-%d %H:%M:%S}"


def _shown(value: bytes | None) -> str:
    match _plain(value):
        case {"text": text}:
            return safe(text)
        case {"base64": text}:
            return f"base64 {text}"
    return "null"


def _plain(value: bytes | None) -> dict[str, str] | None:
    if value is None:
        return None
    try:
        return {"text": value.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}
