"""Address: where a broker that `rollcall up` runs here is found by the other commands."""

import os
from pathlib import Path

HERE = Path("rollcall-data")
FOR_ROOT = Path("/var/lib/rollcall")
"""Where root's data goes if PostgreSQL's own user may not pass through the current folder."""

USUAL_BROKER = "127.0.0.1:9092"


def known_bootstrap() -> str:
    """The address of the broker that `rollcall up` runs here, else Kafka's usual one."""
    given = os.environ.get("ROLLCALL_DATA")
    for folder in (Path(given),) if given else (HERE, FOR_ROOT):
        port = folder / "kafka" / "port"
        try:
            return f"127.0.0.1:{int(port.read_text())}"
        except (OSError, ValueError):
            continue
    return USUAL_BROKER
