"""`rollcall explain`: the facts, the intervals and the arithmetic behind one score."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import NamedTuple

import click
import msgspec

from schemas.dead_letter import DeadLetter, Entry
from schemas.policy import Policies
from schemas.topics import CARE, TELEMETRY
from streams.commands.connection import bootstrap_option, prefix_option
from streams.commands.journal import quiet_clients
from streams.commands.options import InstantType, json_option, one_line_errors, policy_option
from streams.commands.pipes import silent_when_unread
from streams.commands.plain import echo
from streams.explanation.explain import explain as explanation_of
from streams.explanation.find import UnknownError, find, judged, unknown_session, unknown_then
from streams.explanation.text import text
from streams.explanation.view import View
from streams.local import Local, Routed, route
from streams.logs import read
from streams.policies import load
from streams.reading import ReadingError, read_subject


class Records(NamedTuple):
    """The log as far as one explanation needs it.

    `telemetry` is of the session, or too broken to tell of which; `sessions` are all that the
    log holds, and `care` gives what staff said of a participant. `place` is what offsets are.
    """

    telemetry: list[Entry]
    sessions: set[str]
    care: Callable[[str], Iterable[Entry]]
    place: str


@click.command()
@click.argument("session")
@click.argument("participant")
@click.argument("files", nargs=-1, type=click.Path(allow_dash=True, path_type=Path))
@click.option("--as-of", type=InstantType(), help="As known then; default: once all is final.")
@policy_option
@bootstrap_option
@prefix_option
@json_option
def explain(
    session: str,
    participant: str,
    files: tuple[Path, ...],
    as_of: int | None,
    policies: tuple[Path, ...],
    bootstrap: str,
    prefix: str,
    as_json: bool,
) -> None:
    """Explain the score of PARTICIPANT in SESSION, step by step.

    From FILES (NDJSON as `rollcall score` reads it; - is standard input); without any, from
    the topics on Kafka.
    """
    with one_line_errors(OSError, UnknownError, ReadingError):
        rules = load(policies)
        records = _from_files(files, session) if files else _from_kafka(bootstrap, prefix, session)
        view, refused = _view(records, session, participant, as_of, rules)
    _tell(refused, records.place)
    told = explanation_of(view)
    with silent_when_unread():
        if as_json:
            click.echo(msgspec.json.encode(told.record))
            return
        for line in text(told, get_terminal_size().columns, view.zone):
            echo(line)


def _from_files(files: Sequence[Path], session: str) -> Records:
    telemetry: list[Entry] = []
    care: dict[bytes | None, list[Entry]] = {}
    sessions: set[str] = set()
    key = _key(session)
    for about_care, entry in read(files):
        if about_care:
            care.setdefault(entry.key, []).append(entry)
        else:
            if entry.key:
                sessions.add(entry.key.decode())
            if entry.key == key or not entry.key:
                telemetry.append(entry)
    return Records(telemetry, sessions, lambda person: care.get(_key(person), ()), "line")


def _from_kafka(bootstrap: str, prefix: str, session: str) -> Records:
    def care(participant: str) -> Iterable[Entry]:
        # Results of the live worker are left out: they are measured here again.
        found = read_subject(bootstrap, prefix + CARE.name, _key(participant))
        return (each for each in found if each.value and route(each.value, each.offset).care)

    quiet_clients()
    telemetry = list(read_subject(bootstrap, prefix + TELEMETRY.name, _key(session)))
    return Records(telemetry, {session} if telemetry else set(), care, "offset")


def _key(name: str) -> bytes:
    # An argument may hold bytes that are no text; no record has such a key.
    return name.encode(errors="replace")


def _view(
    records: Records, session: str, participant: str, as_of: int | None, rules: Policies
) -> tuple[View, list[DeadLetter]]:
    def known(entries: Iterable[Entry]) -> Iterable[Entry]:
        return (each for each in entries if as_of is None or each.timestamp <= as_of)

    if session not in records.sessions:
        raise UnknownError(unknown_session(session, records.sessions))
    local = Local(rules)
    local.take(Routed(False, entry) for entry in known(records.telemetry))
    facts = local.session.facts(session)
    if facts is None:
        _tell(local.look(0).dead_letters, records.place)
        first = min(each.timestamp for each in records.telemetry if each.key)
        if as_of is not None and as_of < first:
            raise UnknownError(unknown_then(session, as_of, first))
        raise UnknownError(f"every record of session {session!r} was refused")
    person = find(facts, session, participant, as_of, rules)
    local.take(Routed(True, entry) for entry in known(records.care(person.participant)))
    return judged(person, local)


def _tell(refused: Iterable[DeadLetter], place: str) -> None:
    for dead in sorted(refused, key=lambda dead: dead.arrival.offset):
        click.echo(f"{place} {dead.arrival.offset}: {dead.reason}: {dead.detail}", err=True)
