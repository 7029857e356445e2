"""Destination: where records go, and what is known there."""

import asyncio
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from schemas.checking import Record, written
from schemas.codec import encode
from schemas.instants import milliseconds
from schemas.routing import route
from schemas.telemetry import Telemetry
from schemas.topics import CARE, IDENTITIES, ROOMS, TELEMETRY, Topic
from sinks.planned import Place, by_session, by_start
from streams.appending import Message
from streams.reading import read_subject, read_topic
from streams.recording.known import Known, Session, of_lines, of_values, with_sessions
from streams.simulation.send import send

PATIENCE_S = 15.0
PLANNING = (b'"session_scheduled"', b'"outage"')
STDOUT = "-"
FEW = 4
"""Up to so many people are each looked up in their partition; above, the topic is read."""


@dataclass(frozen=True, kw_only=True)
class Destination:
    """A file (`-` is standard output), or Kafka; and a database that knows sessions.

    `file` beside `bootstrap` is the memory of what was sent: records go to both, Kafka first.
    """

    file: Path | None = None
    bootstrap: str | None = None
    prefix: str = ""
    database_url: str | None = None

    def __str__(self) -> str:
        if self.bootstrap is not None:
            return f"Kafka at {self.bootstrap}"
        return "standard output" if self.stdout else str(self.file)

    @property
    def stdout(self) -> bool:
        """Whether records are only printed."""
        return str(self.file) == STDOUT

    def of_people(self, participants: Iterable[str]) -> Known:
        """What is known of these people, and of sessions where a file knows them.

        Raises RefusedError, ReadingError or OSError where it cannot be read.
        """
        if self.bootstrap is None or self.remembers:
            return self.of_file()
        people = {participant.encode() for participant in participants}
        topic = self.prefix + CARE.name
        if len(people) > FEW:
            entries = (each for each in read_topic(self.bootstrap, topic) if each.key in people)
        else:
            entries = (each for key in people for each in read_subject(self.bootstrap, topic, key))
        return of_values((each.value for each in entries), Known())

    def of_everything(self) -> Known:
        """All that is known of people, plans, rooms and aliases; raises as `of_people` does."""
        return self.of_topics((CARE, IDENTITIES, ROOMS, TELEMETRY))

    def of_identities(self) -> Known:
        """What is known of every alias; raises as `of_people` does."""
        return self.of_topics((IDENTITIES,))

    def of_alias(self, alias: str, sessions: Iterable[str]) -> Known:
        """What is known of one alias, everywhere and in these sessions; raises as `of_people`."""
        return self.of_subjects(
            [(IDENTITIES, alias), *((TELEMETRY, session) for session in sessions)]
        )

    def of_topics(self, topics: Iterable[Topic]) -> Known:
        """What whole topics hold, of telemetry only what is planned; raises as `of_people`."""
        if self.bootstrap is None or self.remembers:
            return self.of_file()
        known = Known()
        for topic in topics:
            entries = read_topic(self.bootstrap, self.prefix + topic.name)
            values = (each.value for each in entries)
            if topic is TELEMETRY:
                values = (each for each in values if each and any(tag in each for tag in PLANNING))
            of_values(values, known)
        return known

    def of_subjects(self, asked: Iterable[tuple[Topic, str]]) -> Known:
        """What topics hold under some of their keys; raises as `of_people` does."""
        if self.bootstrap is None or self.remembers:
            return self.of_file()
        known = Known()
        for topic, key in asked:
            entries = read_subject(self.bootstrap, self.prefix + topic.name, key.encode())
            of_values((each.value for each in entries), known)
        return known

    def with_sessions(self, known: Known, sessions: Collection[str]) -> Known:
        """`known` with what the database, where there is one, knows of these sessions."""
        if self.database_url is None:
            return known
        return with_sessions(known, _sessions(by_session(self.database_url, sessions)))

    def with_span(self, known: Known, begins: datetime, ends: datetime) -> Known:
        """`known` with what the database knows of sessions that start in `[begins, ends)`."""
        if self.database_url is None:
            return known
        return with_sessions(known, _sessions(by_start(self.database_url, begins, ends)))

    @property
    def knows_sessions(self) -> bool:
        """Whether there is a place to look for sessions."""
        return self.database_url is not None or self.remembers

    @property
    def forgets(self) -> bool:
        """Whether plans are only known for as long as the log keeps them."""
        return self.bootstrap is not None and not self.remembers

    @property
    def remembers(self) -> bool:
        """Whether a file knows what was sent."""
        return self.file is not None and not self.stdout

    def post(self, records: Iterable[Record]) -> int:
        """Write every record, or none where one is refused; returns how many.

        Raises RefusedError, SendError or OSError.
        """
        return self._write([(record, written(record)) for record in records])

    def repeat(self, records: Iterable[Telemetry]) -> int:
        """Write records that a log has already taken in some form; returns how many.

        Their ids are the sender's own, whatever they look like. Raises as `post` does.
        """
        return self._write([(record, encode(record)) for record in records])

    def _write(self, values: Sequence[tuple[Record, bytes]]) -> int:
        if self.bootstrap is not None and values:
            messages = [_message(self.prefix, *each) for each in values]
            asyncio.run(send(messages, bootstrap=self.bootstrap, patience_s=PATIENCE_S))
        if self.file is not None:
            self._append(b"".join(value + b"\n" for _, value in values))
        return len(values)

    def of_file(self) -> Known:
        """What the file holds; nothing is known of standard output."""
        if self.file is None or self.stdout:
            return Known(complete=False)
        if not self.file.exists():
            return Known()
        with self.file.open("rb") as lines:
            return of_lines(lines, str(self.file))

    def _append(self, text: bytes) -> None:
        if self.stdout:
            sys.stdout.buffer.write(text)
            sys.stdout.buffer.flush()
        elif self.file is not None and text:
            with self.file.open("ab") as file:
                file.write(_line_feed(self.file) + text)


def _line_feed(file: Path) -> bytes:
    """What must go between the last line of `file` and the next."""
    with file.open("rb") as held:
        if held.seek(0, os.SEEK_END) == 0:
            return b""
        held.seek(-1, os.SEEK_END)
        return b"" if held.read(1) == b"\n" else b"\n"


def _message(prefix: str, record: Record, value: bytes) -> Message:
    topic, key = route(record)
    return Message(0, prefix + topic.name, key.encode(), value)


def _sessions(places: Iterable[Place]) -> dict[str, Session]:
    found: dict[str, Session] = {}
    for place in places:
        people = {place.participant} if place.rostered else set()
        if place.session in found:
            people |= found[place.session].people
        found[place.session] = Session(
            place.session,
            place.program,
            milliseconds(place.starts_at),
            milliseconds(place.ends_at),
            place.cancelled,
            frozenset(people),
        )
    return found
