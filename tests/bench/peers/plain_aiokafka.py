"""Plain aiokafka, the ceiling: counts in a dict, which nothing keeps; offsets every two seconds."""

import asyncio
import json
import signal
import sys
import time
from pathlib import Path

import msgspec
from aiokafka import AIOKafkaConsumer

KINDS = {"joined": 0, "left": 1, "camera": 2}


class Event(msgspec.Struct):
    """What is counted of a record."""

    type: str
    participant: str | None = None


async def main() -> None:
    """Count until stopped, then write the counts down."""
    bootstrap, name, group, folder = sys.argv[1:]
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    consumer = AIOKafkaConsumer(
        name,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
    )
    decode = msgspec.json.Decoder(Event).decode
    counts: dict[str, list[int]] = {}
    await consumer.start()
    said, committed_at = False, time.monotonic()
    while not stop.is_set():
        found = await consumer.getmany(timeout_ms=200, max_records=5_000)
        if found and not said:
            said = True
            sys.stdout.write("first\n")
            sys.stdout.flush()
        for records in found.values():
            for record in records:
                event = decode(record.value)
                if event.participant is not None:
                    counted = counts.setdefault(event.participant, [0, 0, 0, 0])
                    counted[KINDS.get(event.type, 3)] += 1
        if time.monotonic() - committed_at > 2:
            await consumer.commit()
            committed_at = time.monotonic()
    await consumer.stop()
    Path(folder, "counts.json").write_text(json.dumps(counts))


asyncio.run(main())
