"""`rollcall keys rekey`: whoever is known under an older key is told of under the newest."""

import time
from collections.abc import Sequence
from pathlib import Path

import click

from schemas.checking import RefusedError
from schemas.instants import instant
from streams.commands.destination import ERRORS, to_destination
from streams.commands.names import names_in, platform_name
from streams.commands.options import one_line_errors
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.ring import Ring, RingError, read_ring
from streams.recording.destination import Destination
from streams.recording.rekeying import Rekeyed, rekeyed

A_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
THE_NAMES = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
NOWHERE = "there is nowhere to look identities up: give --kafka, or --to a file that has them"


@click.command("rekey")
@click.argument("ring_file", metavar="FILE", type=A_FILE)
@click.argument("names_file", metavar="NAMES_FILE", type=THE_NAMES)
@click.option(
    "--platform",
    "platforms",
    required=True,
    multiple=True,
    callback=platform_name,
    help="Whose ids the names are; may be repeated.",
)
@click.option("--source", default="keys", show_default=True, help="Who tells it, as a code.")
@to_destination
def rekey(
    destination: Destination,
    ring_file: Path,
    names_file: Path,
    platforms: Sequence[str],
    source: str,
) -> None:
    """Say of every name in NAMES_FILE whose it is under the newest key, too.

    FILE is the key ring. NAMES_FILE has an id or address a line, as the platform gives them (-
    is standard input): all that a roster or the platform's own lists have. For each one that is
    known under an older key, the alias under the newest key is said to be the same participant.
    Names themselves go nowhere. Doing it again changes nothing.

    In the end it tells which older keys are still needed: by how many known aliases under each
    that are of none of these names on any --platform. A key by which nobody is known alone may
    be retired, once it is not in force any more.
    """
    with one_line_errors(*ERRORS, RingError):
        ring = read_ring(ring_file)
        with click.open_file(str(names_file), "rb") as opened:
            names = names_in(opened.read(), str(names_file))
        known = destination.of_identities()
        if not known.complete:
            raise RefusedError(NOWHERE)
        about = {"source": source, "at": instant(time.time_ns() // 1_000_000)}
        identities = Identities(known.identities.values())
        found = rekeyed(names, platforms, ring, identities, about)
        destination.post(found.told)
    _tell(found, ring, destination)


def _tell(found: Rekeyed, ring: Ring, destination: Destination) -> None:
    click.echo(
        f"{len(found.told)} aliases went to {destination} under {ring.newest.id}; "
        f"{found.known} were known, {found.unknown} names are nobody's",
        err=True,
    )
    for key_id, needed in found.needed.items():
        told = (
            f"still needed: {needed} aliases under it are of none of these names"
            if needed
            else "nobody is known by it alone"
        )
        click.echo(f"key {key_id}: {told}", err=True)
