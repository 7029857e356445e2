"""Kill workers at random, and hold what is in the log and the database against the offline truth.

A simulated evening at 120 times its speed (running, provisional and final within minutes), what
staff do around it, and a background load run through both stages of two workers, which are
killed again and again, some of them inside an open transaction, and which leave and come back.
Then the four comparisons are made.
"""

import asyncio
import random
import time
from pathlib import Path

from schemas.topics import CARE, TELEMETRY
from streams.machine.kafka import Broker
from streams.policies import load
from streams.simulation.evening import evening
from streams.simulation.load import sessions_in_progress
from streams.simulation.pace import at_once, messages
from streams.simulation.places import LENGTH_MS
from streams.simulation.send import send
from streams.simulation.settings import Evening
from tests.kafka.casework import with_casework
from tests.kafka.comparison import Run, compare, final
from tests.kafka.fleet import Fleet

SCALE = 120
SEED = 20_260_302
DISTURBANCES = ("kill",) * 7 + ("failpoint",) * 5 + ("leave",) * 3


def test_killed_workers_lose_nothing_and_say_nothing_twice(
    broker: Broker, prefix: str, database_url: str, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    started_at = round(time.time() * 1000)
    run = Run(broker.bootstrap, prefix, database_url, load(scale=SCALE))
    with Fleet(broker.bootstrap, prefix, database_url, SCALE, tmp_path) as fleet:
        fleet.keep("one")
        fleet.keep("two")
        asyncio.run(_feed_and_kill(broker.bootstrap, prefix, started_at, fleet, chance))
        fleet.keep("one")
        fleet.keep("two")
        settled = final(run)
        fleet.wait_until_done(settled)
        counts = compare(run, settled, chance)
    print(f"seed {SEED}: {fleet.killed} kills, {fleet.inside} inside an open transaction; {counts}")
    assert all(counts.values()), "nothing to compare"
    assert fleet.killed == 12
    assert fleet.inside >= 5


async def _feed_and_kill(
    bootstrap: str, prefix: str, started_at: int, fleet: Fleet, chance: random.Random
) -> None:
    telemetry, care = prefix + TELEMETRY.name, prefix + CARE.name
    simulated = evening(Evening(seed=SEED, starts_at=started_at + 10_000, scale=SCALE, hours=2.0))
    load = sessions_in_progress(
        seed=SEED,
        sessions=40,
        people=8,
        events_per_person=100,
        started_at=started_at - LENGTH_MS + 150_000,
        now=started_at,
    )
    told = with_casework(simulated, random.Random(SEED))
    feeding = asyncio.gather(
        send(messages(told, telemetry, care), bootstrap=bootstrap),
        send(at_once(load, telemetry), bootstrap=bootstrap, rate=200),
    )
    for act in chance.sample(DISTURBANCES, len(DISTURBANCES)):
        await asyncio.sleep(chance.uniform(3, 6))
        await asyncio.to_thread(fleet.disturb, act, chance)
    await feeding
