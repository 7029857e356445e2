"""What the tests of the door share."""

from tests.kafka.conftest import broker, prefix

__all__ = ["broker", "prefix"]
