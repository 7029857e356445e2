"""Scraped: metrics that a Prometheus server can fetch."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server


@contextmanager
def served(registry: CollectorRegistry, port: int | None) -> Iterator[None]:
    """Answer scrapes at `port` meanwhile; not at all when there is none.

    Raises:
        OSError: the port cannot be had.
    """
    if not port:
        yield
        return
    try:
        server, thread = start_http_server(port, registry=registry)
    except OSError as error:
        raise OSError(f"metrics_port: {port} cannot be had: {error.strerror}") from error
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
