"""Occurrences: when the events of one iCalendar series take place."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import icalendar
import recurring_ical_events

EXPANSION_ERRORS = (ValueError, OverflowError, TypeError, AttributeError)
"""What the libraries raise for events whose properties do not fit each other."""


def occurrences(components: Iterable[Any], begins: datetime, ends: datetime) -> dict[datetime, Any]:
    """Occurrences that touch `[begins, ends)` by the instant that their series gives them."""
    calendar = icalendar.Calendar()
    for component in components:
        calendar.add_component(component)
    found = recurring_ical_events.of(calendar).between(begins, ends)
    return {
        (each.get("RECURRENCE-ID") or each["DTSTART"]).dt.astimezone(UTC): each for each in found
    }


def without_exceptions(component: Any) -> Any:
    """A copy of an event that recurs, with the occurrences that its exceptions take away."""
    whole = component.copy(recursive=True)
    whole.pop("EXDATE", None)
    return whole
