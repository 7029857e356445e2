"""`python -m tests.bench`: one run, one table. Compare within a run only; machines differ."""

import argparse
import asyncio
import uuid
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from streams.machine.kafka import Broker
from streams.stage import Pacing
from tests.bench import care, door, evening, ledger, paper
from tests.bench.day import hours
from tests.bench.delay import delays, percentile
from tests.bench.ledger import PEOPLE
from tests.bench.peers.race import races
from tests.bench.pipeline import bare_fetch, preload, running, sizes, throughput

CHECKPOINT_S = 2.0
DOOR_S = 8.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--sessions", type=int, default=2_500, help="of 8 people each")
    parser.add_argument("--events", type=int, default=200, help="for each person")
    parser.add_argument("--rate", type=int, default=5_000, help="events/s while delay is measured")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long delay is measured")
    parser.add_argument("--people", type=int, default=1_000, help="whose weeks close at once")
    parser.add_argument("--groups", type=int, default=10, help="of the evening")
    parser.add_argument("--care", action="store_true", help="only the care stage, without a broker")
    parser.add_argument("--door", action="store_true", help="only the HTTP door")
    parser.add_argument("--peers", action="store_true", help="only beside other libraries")
    parser.add_argument("--day", type=int, metavar="GROUPS", help="only a day, so many at nine")
    parser.add_argument("--scale", type=int, default=240, help="how much faster the day goes")
    parser.add_argument("--paper", type=int, metavar="SESSIONS", help="only what so many need")
    parser.add_argument(
        "--per-cpu-s", type=float, default=100_000, help="events of a worker, for --paper"
    )
    given = parser.parse_args()
    if given.paper:
        _paper(given)
        return
    if given.peers:
        _peers(given)
        return
    if given.day:
        _day(given)
        return
    table = Table("figure", "value", title="Rollcall, measured in one run", title_justify="left")
    if given.door:
        with TemporaryDirectory(prefix="rollcall-") as name, Broker(Path(name)) as broker:
            _door(broker, Path(name), table)
        Console().print(table)
        return
    _care(given, table)
    if given.care:
        Console().print(table)
        return
    alone = _ledger(given, table)
    _evening(given, table)
    with TemporaryDirectory(prefix="rollcall-") as name, Broker(Path(name)) as broker:
        folder = Path(name)
        _throughput(given, broker, folder, table, alone)
        _delay(given, broker, folder, table)
        _door(broker, folder, table)
    Console().print(table)


def _care(given: argparse.Namespace, table: Table) -> None:
    history = f"{care.WEEKS} weeks of {care.SESSIONS} sessions"
    alone = care.speed(min(given.people, 200))
    table.add_row(f"care, assessing {history}, people/CPU-s", f"{1 / alone.assess_s:.0f}")
    table.add_row("care, one session's news to the end, people/CPU-s", f"{1 / alone.news_s:.0f}")
    closed = care.night(given.people)
    each = closed.cpu_s / closed.people
    table.add_row(
        f"{closed.people} weeks close at one midnight, CPU-s a 1000 people", f"{1000 * each:.1f}"
    )
    table.add_row("… messages, kB of them, kB of state, a person", _written(closed))
    middle, most = (percentile(closed.delays, share) for share in (0.5, 0.99))
    table.add_row(
        "… alert delay meanwhile, no transactions, p50 / p99 / longest, s",
        f"{middle:.2f} / {most:.2f} / {closed.delays[-1]:.2f}",
    )


def _written(closed: care.Night) -> str:
    figures = (closed.changes, closed.changed_bytes / 1000, closed.state_bytes / 1000)
    return " / ".join(f"{figure / closed.people:.1f}" for figure in figures)


def _ledger(given: argparse.Namespace, table: Table) -> float:
    alone = ledger.speed(given.sessions // 4, given.events, spread_ms=10_000)
    table.add_row("mean event, bytes", f"{alone.event_bytes:.0f}")
    table.add_row("ledger, folding only, events/CPU-s", _rate(alone.events / alone.fold_s))
    table.add_row("ledger with assessing, events/CPU-s", _rate(alone.events / alone.total_s))
    held = ledger.memory(min(given.sessions, 250), given.events)
    table.add_row("memory a live participant, bytes", f"{held:.0f}")
    return alone.events / alone.fold_s


def _evening(given: argparse.Namespace, table: Table) -> None:
    seen = evening.speed(given.groups)
    table.add_row(
        "an evening at its own pace, both stages, events / messages, each a CPU-s",
        f"{seen.events / seen.cpu_s:.0f} / {seen.changes / seen.cpu_s:.0f}",
    )


def _throughput(
    given: argparse.Namespace, broker: Broker, folder: Path, table: Table, alone: float
) -> None:
    bare = None
    for number in (1, 2):
        prefix = f"b{uuid.uuid4().hex[:6]}."
        events = preload(broker.bootstrap, prefix, given.sessions, given.events)
        before = sizes(folder, prefix)
        if bare is None:
            bare = events / asyncio.run(bare_fetch(broker.bootstrap, prefix, events))
            table.add_row("aiokafka, bare fetch, events/CPU-s", _rate(bare))
        found = throughput(broker.bootstrap, prefix, events, number, folder / "workers.log")
        after = sizes(folder, prefix)
        written = sum(after.values()) - sum(before.values())
        each = found.events / found.cpu_s
        table.add_row(f"{number} worker(s), events/s", _rate(found.events / found.seconds))
        table.add_row(f"{number} worker(s), events/CPU-s", _rate(each))
        table.add_row(f"{number} worker(s), share of bare fetch", f"{each / bare:.2f}")
        table.add_row(f"{number} worker(s), share of folding alone", f"{each / alone:.2f}")
        table.add_row(f"{number} worker(s), bytes written an event", f"{written / events:.1f}")


def _delay(given: argparse.Namespace, broker: Broker, folder: Path, table: Table) -> None:
    prefix = f"b{uuid.uuid4().hex[:6]}."
    preload(broker.bootstrap, prefix, 1, 1)
    with running(broker.bootstrap, prefix, 1, folder / "workers.log"):
        found = delays(broker.bootstrap, prefix, given.rate, given.seconds)
    for label, measured, limit in (
        ("session stage", found.session, CHECKPOINT_S + 0.5),
        ("both stages", found.both, 2 * CHECKPOINT_S + 0.5),
    ):
        p50, p99 = percentile(measured, 0.5), percentile(measured, 0.99)
        table.add_row(
            f"alert delay at {given.rate} events/s, {label}, p50 / p99 (aim), s",
            f"{p50:.2f} / {p99:.2f} ({limit:.1f})",
        )


def _door(broker: Broker, folder: Path, table: Table) -> None:
    prefix = f"b{uuid.uuid4().hex[:6]}."
    with door.door(broker.bootstrap, prefix, folder) as ours, door.echo() as bare:
        for label, make, events in (
            (f"batches of {door.BATCH} events", door.batch, door.BATCH),
            ("signed webhooks", door.webhook, 1),
        ):
            for who, place in (("door", ours), ("bare echo", bare)):
                full, half = door.measured(*place, make, DOOR_S)
                served = events * full.requests
                table.add_row(
                    f"{who}, {label}, events/s, a CPU-s",
                    f"{served / full.seconds:,.0f} / {served / full.cpu_s:,.0f}",
                )
                p50, p99 = percentile(half.delays, 0.5), percentile(half.delays, 0.99)
                table.add_row(
                    "… answer time at half of that, p50 / p99, ms",
                    f"{1000 * p50:.1f} / {1000 * p99:.1f}",
                )


def _peers(given: argparse.Namespace) -> None:
    table = Table("who", "events", "events/s", "events/CPU-s", "RSS, MB", title_justify="left")
    table.title = "The same telemetry, one process each, one run"
    with TemporaryDirectory(prefix="rollcall-") as name, Broker(Path(name) / "kafka") as broker:
        for found in races(broker.bootstrap, given.sessions, given.events, Path(name)):
            if isinstance(found, str):
                table.caption = found
                continue
            table.add_row(
                found.name,
                _rate(found.events),
                _rate(found.events / found.seconds),
                _rate(found.events / found.cpu_s),
                f"{found.mb:.0f}",
            )
    Console().print(table)


def _paper(given: argparse.Namespace) -> None:
    """Two columns: as lively as the simulated evening, and ten times as lively."""
    constants = paper.measure(given.per_cpu_s)
    usual = constants.events_per_person_hour
    found = [
        paper.needs(given.paper, constants._replace(events_per_person_hour=rate), Pacing())
        for rate in (usual, 10 * usual)
    ]
    print("| measured | |\n|---|---|")
    for row in paper.said(constants):
        print("|", " | ".join(row), "|")
    rates = " | ".join(f"{usual * times:.0f} events a person and hour" for times in (1, 10))
    print(f"\n| {given.paper:,} sessions of {PEOPLE} people | {rates} |\n|---|---|---|")
    for row in paper.rows(found):
        print("|", " | ".join(row), "|")


def _day(given: argparse.Namespace) -> None:
    table = Table(
        "hour", "open sessions", "events/s", "CPU", "most lag", "oldest checkpoint, s", "MB"
    )
    table.title = f"A day at {given.scale} times its speed, {given.day} groups begin at nine"
    with TemporaryDirectory(prefix="rollcall-") as name, Broker(Path(name) / "kafka") as broker:
        for hour in hours(broker.bootstrap, "day.", given.day, given.scale, Path(name) / "log"):
            table.add_row(
                f"{hour.number}",
                f"{hour.sessions}",
                f"{hour.events / hour.seconds:.0f}",
                f"{hour.cpu_s / hour.seconds:.2f}",
                f"{hour.most_lag}",
                f"{hour.oldest_checkpoint_s:.1f}",
                f"{hour.mb:.0f}",
            )
    Console().print(table)


def _rate(value: float) -> str:
    return f"{value / 1000:.0f}k" if value >= 100_000 else f"{value / 1000:.1f}k"


main()
