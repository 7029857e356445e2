"""`rollcall record …`: one command for each thing that staff can say of a person."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from schemas import care
from schemas.checking import RefusedError
from schemas.instants import instant, milliseconds
from streams.commands.destination import ERRORS, to_destination
from streams.commands.options import one_line_errors
from streams.commands.record_excuse import excuse_all
from streams.commands.record_identified import identified_command
from streams.commands.record_link import link
from streams.commands.record_options import Decorator, Moment, options_of
from streams.commands.record_outage import outage
from streams.recording.destination import Destination
from streams.recording.make_up import start_of
from streams.recording.settling import Said, settled
from streams.roster.people import participants_of

UNNAMED = "unnamed"


class Verb(NamedTuple):
    """A command: its name, the record that it says, and what it is for.

    `lenient` are fields that may be left out although the record needs them; `everyone`:
    it is said of many people at once.
    """

    name: str
    record: type[care.CareEvent]
    help: str
    lenient: frozenset[str] = frozenset()
    everyone: bool = False


VERBS = (
    Verb("enrol", care.Enrolled, "The person belongs to a program from an instant on."),
    Verb("discharge", care.Discharged, "The person leaves a program."),
    Verb("leave", care.LeaveOfAbsence, "An agreed leave, from one program or from all."),
    Verb("suspend", care.Suspended, "The person is suspended, from one program or from all."),
    Verb("goals", care.GoalsAgreed, "Personal goals for the weeks from a day on."),
    Verb("accommodation", care.Accommodation, "Signals that are not asked of the person."),
    Verb("absence", care.AbsenceNotified, "The person said that they will miss a session."),
    Verb("decision", care.AbsenceDecided, "Staff accept or refuse an absence."),
    Verb(
        "make-up",
        care.MakeUpArranged,
        "Another session is agreed on to make up for a missed one. Both must be known: from the "
        "file given by --to, or from the database.",
        lenient=frozenset({"starts_at"}),
    ),
    Verb("override", care.Override, "Staff set the outcome of a session, before all rules."),
    Verb("waiver", care.Waived, "A rule is waived for a session, or any output by its id."),
    Verb("check-in", care.CheckInDone, "Someone talked with the person."),
    Verb("review", care.ReviewDone, "A review was held; people decided."),
    Verb("acknowledge", care.Acknowledged, "Someone has taken on a violation or recommendation."),
    Verb("snooze", care.Snoozed, "A recommendation is put off."),
    Verb("practice", care.Practice, "The person practised at --at; each instant is one practice."),
    Verb(
        "program-closed",
        care.ProgramClosed,
        "Days on which a program asks nothing of anybody given, or listed in --roster.",
        everyone=True,
    ),
)

SAYING: tuple[Decorator, ...] = (
    click.option("--at", type=Moment(), help="When it was said, or happened.  [default: now]"),
    click.option("--source", default="staff", show_default=True, help="Who tells it, as a code."),
    click.option("--id", "event_id", help="The record's id.  [default: follows from its content]"),
    click.option("--entity", help="Which fact it revises.  [default: follows from its content]"),
    click.option(
        "--revision",
        type=click.IntRange(0, 2**53),
        help="Its revision.  [default: one above what is known]",
    ),
    click.option("--withdraw", is_flag=True, help="Take back what the same command has said."),
)
UNCHECKED: Decorator = click.option(
    "--unchecked", is_flag=True, help="Do not look the sessions up; needs --starts-at."
)
ONE: Decorator = click.argument("participants", metavar="PARTICIPANT", callback=lambda *a: [a[2]])
MANY: tuple[Decorator, ...] = (
    click.argument("participants", metavar="[PARTICIPANT]...", nargs=-1),
    click.option(
        "--roster",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="Everyone whom this CSV, as for `rollcall roster import`, lists in the program.",
    ),
)


@click.group()
def record() -> None:
    """Record what staff decide, agree on or hear.

    Each command appends one fact to a file (--to) or to Kafka (--kafka). Repeating a command
    changes nothing; with other details it revises the fact; with --withdraw it takes it back.
    """


def _command(verb: Verb) -> click.Command:
    @to_destination
    def say(destination: Destination, participants: Sequence[str], **given: Any) -> None:
        with one_line_errors(*ERRORS):
            people = _people(participants, given.pop("roster", None), given.get("program", ""))
            _record(verb, destination, people, **given)

    decorated: Callable[..., Any] = say
    who = MANY if verb.everyone else (ONE,)
    checks = (UNCHECKED,) if verb.record is care.MakeUpArranged else ()
    options = (*who, *options_of(verb.record, verb.lenient), *checks, *SAYING)
    for option in reversed(options):
        decorated = option(decorated)
    return click.command(verb.name, help=verb.help)(decorated)


def _record(
    verb: Verb,
    destination: Destination,
    people: Sequence[str],
    *,
    at: datetime | None,
    source: str,
    event_id: str | None,
    entity: str | None,
    revision: int | None,
    withdraw: bool,
    unchecked: bool = False,
    **fields: Any,
) -> None:
    said = Said(withdraw, at is not None, entity, revision, event_id)
    at = at or instant(time.time_ns() // 1_000_000)
    known = destination.of_people(people)
    if verb.record is care.MakeUpArranged:
        _look_up(destination, known, fields, unchecked)
    given: dict[str, Any] = {
        name: tuple(sorted(set(value))) if isinstance(value, tuple) else value
        for name, value in fields.items()
        if value is not None
    }
    unsaid: dict[str, Any] = {"id": UNNAMED, "entity": UNNAMED, "source": source, "at": at}
    facts = [
        settled(verb.record(participant=person, **unsaid, **given), known, said)
        for person in people
    ]
    destination.post([fact for fact in facts if fact is not None])
    for person, fact in zip(people, facts, strict=True):
        click.echo(_told(verb, person, fact, destination), err=True)


def _look_up(destination: Destination, known: Any, fields: dict[str, Any], unchecked: bool) -> None:
    """Fill in when the make-up starts, from what is known of sessions."""
    if unchecked:
        if fields["starts_at"] is None:
            raise RefusedError("starts_at: --unchecked needs --starts-at")
        return
    if not destination.knows_sessions:
        raise RefusedError(
            "make_up: there is nowhere to look sessions up: give --database, or --to a file that "
            "has them, or --unchecked"
        )
    missed, make_up, said = fields["session"], fields["make_up"], fields["starts_at"]
    sessions = destination.with_sessions(known, (missed, make_up)).sessions
    said_ms = None if said is None else milliseconds(said)
    fields["starts_at"] = instant(start_of(missed, make_up, sessions, said_ms))


def _people(given: Sequence[str], roster: Path | None, program: str) -> list[str]:
    listed = [] if roster is None else participants_of(roster, program)
    people = list(dict.fromkeys((*given, *listed)))
    if not people:
        raise RefusedError("nobody is named: give participants, or --roster with some in it")
    return people


def _told(verb: Verb, person: str, fact: care.CareEvent | None, destination: Destination) -> str:
    if fact is None:
        return f"{verb.name}: {person}: nothing to do, this is recorded already"
    done = "taken back" if fact.withdrawn else "recorded"
    return f"{verb.name}: {person}: {done} in {destination}, revision {fact.revision}"


for verb in VERBS:
    record.add_command(_command(verb))
record.add_command(excuse_all)
record.add_command(link)
record.add_command(outage)
record.add_command(identified_command)
