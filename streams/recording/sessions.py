"""Sessions: what is known of them where records go."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime
from itertools import product

from schemas.checking import RefusedError
from schemas.codec import ERRORS, decode_telemetry, encode
from schemas.instants import instant
from schemas.telemetry import SessionScheduled, Telemetry
from schemas.topics import ROOMS, TELEMETRY
from streams.reading import read_subject
from streams.recording.destination import FEW, Destination
from streams.recording.known import Known


def of_sessions(destination: Destination, sessions: Collection[str]) -> Known:
    """Plans, bookings and outages of these sessions, or of all where none is named.

    This and all here raise RefusedError, ReadingError or OSError where nothing can be read.
    """
    topics = (ROOMS, TELEMETRY)
    if 0 < len(sessions) <= FEW:
        return destination.of_subjects(product(topics, sessions))
    return destination.of_topics(topics)


def telemetry_of(destination: Destination, session: str) -> list[Telemetry]:
    """All that is said of a session, in order; what is no record is the stages' business."""
    if destination.bootstrap is not None:
        topic = destination.prefix + TELEMETRY.name
        entries = read_subject(destination.bootstrap, topic, session.encode())
        return _telemetry((each.value for each in entries), session)
    if destination.file is None or destination.stdout:
        raise RefusedError("there is nowhere to read sessions from: give --kafka, or --to FILE")
    return _telemetry(destination.file.read_bytes().splitlines(), session)


def times_of(
    destination: Destination, session: str, telemetry: Iterable[Telemetry]
) -> tuple[datetime, datetime] | None:
    """From when until when a session is planned, by what is said of it, else elsewhere."""
    plans = [each for each in telemetry if isinstance(each, SessionScheduled)]
    if plans:
        plan = max(plans, key=lambda each: each.revision)
        return plan.starts_at, plan.ends_at
    known = destination.with_sessions(destination.of_subjects([(ROOMS, session)]), (session,))
    if booking := known.bookings.get(session):
        return booking.starts_at, booking.ends_at
    if found := known.sessions.get(session):
        return instant(found.starts_at), instant(found.ends_at)
    return None


def _telemetry(values: Iterable[bytes | None], session: str) -> list[Telemetry]:
    found: list[Telemetry] = []
    name = encode(session)
    for value in values:
        if value is None or name not in value:
            continue
        with suppress(*ERRORS):
            record = decode_telemetry(value)
            if record.session == session:
                found.append(record)
    return found
