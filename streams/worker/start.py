"""Start: what must be in order before the worker joins the group."""

import logging
import threading

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from schemas.topics import TELEMETRY
from sinks.topics import TopicsError, check
from streams.settings import Settings

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 10.0
BOOTSTRAP_TIMEOUT_MS = 5_000

log = logging.getLogger(__name__)


class NotReadyError(Exception):
    """The topics are not as they must be; each argument is one line."""


def partitions_when_ready(settings: Settings, stopped: threading.Event) -> int | None:
    """Wait for the broker, then hold the topics against the table; their number of partitions.

    None if `stopped` is set meanwhile.

    Raises:
        NotReadyError: a topic is missing or differs.
    """
    delay = FIRST_DELAY_S
    while not stopped.is_set():
        try:
            # The check tells quickly that nobody answers, so it comes first.
            differences = _check(settings, settings.partitions or 1)
            count = settings.partitions or _partitions(settings)
            if count != settings.partitions:
                differences = _check(settings, count)
        except (TopicsError, KafkaError) as error:
            reason = str(error).partition("\n")[0]
            log.warning("waiting for Kafka: %s; trying again in %g s", reason, delay)
            stopped.wait(delay)
            delay = min(2 * delay, LONGEST_DELAY_S)
            continue
        if differences:
            raise NotReadyError(*differences)
        return count
    return None


def _check(settings: Settings, partitions: int) -> list[str]:
    return check(settings.bootstrap, partitions, settings.topic_prefix, settings.admin_security)


def _partitions(settings: Settings) -> int:
    """The number of the source topic; 1 if it is missing, which the check then says."""
    name = settings.topic_prefix + TELEMETRY.name
    with KafkaAdminClient(
        bootstrap_servers=settings.bootstrap,
        bootstrap_timeout_ms=BOOTSTRAP_TIMEOUT_MS,
        **settings.admin_security,
    ) as admin:
        topics = {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}
    return topics.get(name, 1)
