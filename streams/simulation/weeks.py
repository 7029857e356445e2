"""Several weeks, record by record, with an eventful evening as their last one.

Three evenings a week the same groups meet; individual sessions and workshops are on the last of
them. What befalls people over the weeks is dealt in `plots`, what a single evening can hold in
`agenda`. The plan of the week to come is known, too.
"""

from collections.abc import Iterator
from dataclasses import replace

from streams.simulation.account import Account
from streams.simulation.casework import Casework
from streams.simulation.days import last_evening
from streams.simulation.delivery import Delivery, transmit
from streams.simulation.program import Program
from streams.simulation.session import announce, hold
from streams.simulation.settings import Evening
from streams.simulation.timeline import Timeline


def weeks(settings: Evening, number: int) -> Iterator[Delivery]:
    """Every delivery of `number` weeks, whose first session begins at `settings.starts_at`.

    The same settings give the same deliveries. Days have no scale: raises ValueError for one.
    """
    if settings.scale != 1:
        raise ValueError("weeks have no scale: their days are those of the calendar")
    last = replace(settings, starts_at=last_evening(settings.starts_at, number))
    timeline = Timeline(last.starts_at, scale=1)
    program = Program(last, number)
    occurrences = []
    for meeting in program.held():
        account = Account(meeting, timeline, program.codes)
        hold(meeting, account, last.seed)
        occurrences += account.occurrences
    for meeting in program.planned():
        account = Account(meeting, timeline, program.codes)
        announce(meeting, account, last.seed)
        occurrences += account.occurrences
    account = Account(program.agenda.meetings[0], timeline, program.codes)
    Casework(program, account).work()
    occurrences += account.occurrences
    yield from transmit(occurrences, timeline, last)
