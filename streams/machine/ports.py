"""Free ports on the loopback address."""

import random
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which systems take the near ends of outgoing connections. A server that
# is down for a moment would lose a port from that range to a client, even to one that is
# knocking at that very port: TCP then connects the client to itself.
LISTENERS = range(20_000, 30_000)
ATTEMPTS = 200


def free(port: int) -> bool:
    """Whether a server could listen at `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port at which nothing listens now, and which no client gets by chance.

    Raises:
        OSError: none was found.
    """
    for port in random.sample(LISTENERS, ATTEMPTS):
        if free(port):
            return port
    raise OSError(f"no free port between {LISTENERS.start} and {LISTENERS.stop}")


def accepts(port: int) -> bool:
    """Whether a server accepts connections at `port` now."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0
