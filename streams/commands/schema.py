"""`rollcall schema`: what a record must look like, as JSON Schema, and the door as OpenAPI."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from schemas.contract import CONTRACTS, DOOR, schema_of
from schemas.openapi import document
from streams.commands.options import one_line_errors

OPENAPI = "openapi"
NAMES = (*CONTRACTS, OPENAPI)


@click.command()
@click.argument("name", metavar="[TYPE]", required=False, type=click.Choice(NAMES))
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write every schema below this folder, as schemas/json/ holds them.",
)
def schema(name: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of a record TYPE, or list the types.

    TYPE `openapi` is the door's OpenAPI document.
    """
    if folder is not None:
        if name is not None:
            raise click.UsageError("--to writes all of them: leave TYPE out")
        with one_line_errors(OSError):
            for place, text in files():
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
        return
    if name is None:
        for each, contract in CONTRACTS.items():
            place = "the door's /v1/care" if contract.topic == DOOR else contract.topic
            click.echo(f"{each:<20} {place}")
        click.echo(f"{OPENAPI:<20} the door's HTTP interface")
    else:
        click.echo(_text(document() if name == OPENAPI else schema_of(name)), nl=False)


def files() -> Iterator[tuple[str, str]]:
    """Every file of `schemas/json`: where it lies there, and its text."""
    for name, contract in CONTRACTS.items():
        yield f"{contract.folder}/{name}.json", _text(schema_of(name))
    yield f"{OPENAPI}.json", _text(document())


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
