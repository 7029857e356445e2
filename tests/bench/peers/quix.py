"""Quix Streams with exactly-once: state in RocksDB, its changelog in the transaction."""

import sys
from typing import Any

from quixstreams import Application, State

KINDS = {"joined": 0, "left": 1, "camera": 2}


def count(event: dict[str, Any], state: State) -> None:
    """One record; the state belongs to the session, which is the key."""
    participant = event.get("participant")
    if participant is not None:
        counts = state.get(participant, [0, 0, 0, 0])
        counts[KINDS.get(event["type"], 3)] += 1
        state.set(participant, counts)


def main() -> None:
    """Count until stopped."""
    bootstrap, name, group, folder = sys.argv[1:]
    app = Application(
        bootstrap,
        consumer_group=group,
        processing_guarantee="exactly-once",
        commit_interval=2.0,
        auto_offset_reset="earliest",
        state_dir=folder,
        loglevel="WARNING",
    )
    said = False

    def once(event: dict[str, Any]) -> None:
        nonlocal said
        if not said:
            said = True
            sys.stdout.write("first\n")
            sys.stdout.flush()

    topic = app.topic(name, value_deserializer="json", key_deserializer="bytes")
    app.dataframe(topic).update(once).update(count, stateful=True)
    app.run()


main()
