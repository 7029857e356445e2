"""`python -m tests.faults [--long] [SCENARIO…]`: break everything, compare, print a table."""

import argparse
import sys
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from streams.machine.kafka import Broker
from streams.machine.postgres import Postgres
from tests.faults import results
from tests.faults.frame import Place, Sizes
from tests.faults.scenarios import SCENARIOS


def main() -> int:
    """The exit code: 1 if a scenario did not hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("scenario", nargs="*", help=f"of {', '.join(SCENARIOS)}; all by default")
    parser.add_argument("--long", action="store_true", help="the full sizes; keeps the results")
    parser.add_argument("--share", type=float, default=1.0, help="of events and faults, up to 1")
    given = parser.parse_args()
    names = given.scenario or list(SCENARIOS)
    if unknown := set(names) - SCENARIOS.keys():
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    with (
        TemporaryDirectory(prefix="rollcall-") as name,
        Broker(Path(name) / "kafka") as broker,
        Postgres(Path(name) / "postgres") as postgres,
    ):
        Path(name).chmod(0o755)
        rows = {}
        for each in names:
            scenario = SCENARIOS[each]
            sizes = _share(scenario.long if given.long else scenario.short, given.share)
            place = _place(broker, postgres, Path(name))
            try:
                rows[each] = results.row(each, scenario.run(sizes, place))
            except Exception as error:  # noqa: BLE001  the others are worth running all the same
                rows[each] = results.failed(each, error)
            print(rows[each], flush=True)
            if given.long:
                results.keep({each: rows[each]})
    _print(rows)
    return int(any("FAILED" in row for row in rows.values()))


def _share(sizes: Sizes, share: float) -> Sizes:
    return Sizes(sizes.seed, round(sizes.events * share), max(1, round(sizes.faults * share)))


def _place(broker: Broker, postgres: Postgres, folder: Path) -> Place:
    """A world of its own for one scenario."""
    name = f"f{uuid.uuid4().hex[:8]}"
    server = create_engine(postgres.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    url = make_url(postgres.url).set(database=name).render_as_string(hide_password=False)
    place = folder / name
    place.mkdir(mode=0o755)
    return Place(broker.bootstrap, f"{name}.", url, place)


def _print(rows: dict[str, str]) -> None:
    table = Table("scenario", "faults", "inside", "s", "seed", "compared and measured")
    for row in rows.values():
        table.add_row(*(cell.strip() for cell in row.strip("| ").split(" | ")[:6]))
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
