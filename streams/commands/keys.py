"""`rollcall keys …`: the secrets that pseudonyms come from, made, rotated and retired."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import get_args

import click

from schemas.checking import RefusedError
from schemas.instants import HOUR_MS, milliseconds, rfc3339
from schemas.platforms.source import Thing
from streams.commands.keys_rekey import rekey
from streams.commands.names import names_in, platform_name
from streams.commands.options import json_option, one_line_errors
from streams.commands.pipes import silent_when_unread
from streams.commands.record_options import Moment
from streams.pseudonyms.keeping import new_ring, retire, rotate
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import Key, Ring, RingError, read_ring

A_RING = click.Path(exists=True, dir_okay=False, path_type=Path)
STDIN = "-"


@click.group()
def keys() -> None:
    """Key rings: the secrets under which ids and addresses become pseudonyms.

    A ring is a file that only its owner may read. It has the key in force and all that were
    before it, so that whoever is known under one of them still is. Whoever has the file can tell
    whose a pseudonym is; who loses it cannot make the same ones again.
    """


@keys.command("new")
@click.argument("file", type=click.Path(path_type=Path))
def new(file: Path) -> None:
    """Make a ring of one key in a new FILE."""
    with one_line_errors(OSError):
        made = new_ring(file, _now_ms())
    click.echo(f"{file}: key {made.id}; keep it, and keep it secret: no other gives the same ids")


@keys.command("rotate")
@click.argument("file", type=A_RING)
@click.option(
    "--from", "begins", type=Moment(), help="When it comes into force.  [default: in 1 h]"
)
def rotate_command(file: Path, begins: datetime | None) -> None:
    """Add a new key to the ring in FILE, in force from an instant to come.

    Choose a quiet hour: a session with a plan keeps the key of its start, but who is in a room
    without one, and is on no roster, gets another id then. Every door needs the new file before.
    Then say what is known under the new key, too: `rollcall keys rekey`, or `roster import`.
    """
    now = _now_ms()
    with one_line_errors(OSError, RingError):
        starts_at = now + HOUR_MS if begins is None else milliseconds(begins)
        made = rotate(file, starts_at, now)
    click.echo(f"{file}: key {made.id} is in force from {rfc3339(made.starts_at)} on")


@keys.command("show")
@click.argument("file", type=A_RING)
@json_option
def show(file: Path, as_json: bool) -> None:
    """Show the keys of the ring in FILE, the newest first: ids and instants, never secrets."""
    with one_line_errors(OSError, RingError):
        ring = read_ring(file)
    with silent_when_unread():
        for key, state in _states(ring, _now_ms()):
            fields = {"id": key.id, "from": rfc3339(key.starts_at), "state": state}
            click.echo(json.dumps(fields) if as_json else "  ".join(fields.values()))


@keys.command("retire")
@click.argument("file", type=A_RING)
@click.argument("key_id", metavar="ID")
def retire_command(file: Path, key_id: str) -> None:
    """Take the key ID out of the ring in FILE, for good.

    Names that are known under no other key are strangers then: `rollcall keys rekey` tells
    whether there are any. Files from its time get other ids if they are converted again. The key
    in force cannot be retired.
    """
    with one_line_errors(OSError, RingError):
        retire(file, key_id, _now_ms())
    click.echo(f"{file}: key {key_id} is retired")


@keys.command("pseudonym")
@click.argument("file", type=A_RING)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--platform", required=True, callback=platform_name, help="Whose ids these are.")
@click.option("--thing", type=click.Choice(get_args(Thing)), default="participant")
@click.option("--key", "key_id", metavar="ID", help="Another key than the newest.")
def pseudonym(
    file: Path, names: Sequence[str], platform: str, thing: Thing, key_id: str | None
) -> None:
    """Print the pseudonyms of NAMEs, one a line, in their order.

    Without names, or with -, they are read from standard input, one a line: that is the better
    way, because other users of this machine can see what stands on a command line.
    """
    with one_line_errors(OSError, RefusedError, RingError):
        ring = read_ring(file)
        key = ring.newest if key_id is None else ring.key(key_id)
        if key is None:
            raise RingError(f"{file}: it has no key with this id")
        naming = Pseudonyms(key, platform)
        made = [naming(thing, name) for name in _names(names)]
    with silent_when_unread():
        for each in made:
            click.echo(each)


keys.add_command(rekey)


def _names(given: Sequence[str]) -> Iterator[str]:
    for name in given or (STDIN,):
        if name == STDIN:
            yield from names_in(sys.stdin.buffer.read(), "standard input")
        else:
            yield name


def _states(ring: Ring, now_ms: int) -> Iterator[tuple[Key, str]]:
    in_force = ring.at(now_ms)
    for key in ring.newest_first:
        if key == in_force:
            yield key, "in force"
        else:
            yield key, "to come" if key.starts_at > now_ms else "rotated out"


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
