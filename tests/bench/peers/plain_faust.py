"""Plain Faust with a Table: at least once, a changelog record for each write."""

import sys
from typing import Any

import faust

KINDS = {"joined": 0, "left": 1, "camera": 2}
PARTITIONS = 4


def main() -> None:
    """Count until stopped."""
    bootstrap, name, group, folder = sys.argv[1:]
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        store="memory://",
        datadir=folder,
        topic_partitions=PARTITIONS,
        topic_disable_leader=True,
        broker_commit_interval=2.0,
        web_enabled=False,
    )
    table = app.Table("counts", partitions=PARTITIONS)
    said = False

    @app.agent(app.topic(name, key_type=bytes, key_serializer="raw", value_serializer="json"))
    async def fold(events: Any) -> None:
        nonlocal said
        async for event in events:
            if not said:
                said = True
                sys.stdout.write("first\n")
                sys.stdout.flush()
            participant = event.get("participant")
            if participant is not None:
                counts = list(table.get(participant) or (0, 0, 0, 0))
                counts[KINDS.get(event["type"], 3)] += 1
                table[participant] = counts

    faust.Worker(
        app, loglevel="WARNING", quiet=True, redirect_stdouts=False
    ).execute_from_commandline()


main()
