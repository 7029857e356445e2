"""A believable evening, record by record, in the order in which a log would get it."""

from collections.abc import Iterator

from streams.simulation.account import Account
from streams.simulation.agenda import Agenda
from streams.simulation.delivery import Delivery, transmit
from streams.simulation.session import hold
from streams.simulation.settings import Evening
from streams.simulation.timeline import Timeline


def evening(settings: Evening) -> Iterator[Delivery]:
    """Every delivery of the evening; the same settings give the same ones.

    Records are telemetry and the staff facts of care: the consumer routes them by type.
    """
    timeline = Timeline(settings.starts_at, settings.scale)
    agenda = Agenda(settings)
    occurrences = []
    for meeting in agenda.meetings:
        account = Account(meeting, timeline, agenda.codes)
        hold(meeting, account, settings.seed)
        occurrences += account.occurrences
    yield from transmit(occurrences, timeline, settings)
