"""Journal: what commands that go on for long tell on standard error."""

import logging
import time

# Both tell every try in vain; whoever waits for the broker tells it once.
CLIENTS = ("aiokafka", "kafka")


def quiet_clients() -> None:
    """Silence the Kafka clients: what goes wrong reaches us as errors, and we tell it."""
    for name in CLIENTS:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def to_standard_error() -> None:
    """Tell our own log with UTC instants, one line each."""
    handler = logging.StreamHandler()
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    quiet_clients()
