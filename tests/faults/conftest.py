"""The broker and the prefix of a test, as the tests of Kafka have them."""

from tests.kafka.conftest import broker, prefix

__all__ = ["broker", "prefix"]
