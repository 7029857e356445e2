"""BigBlueButton's events.xml as a file: the events of a recorded meeting, field by field.

It is read in one pass without a tree. It has no business with a document type, so that one
with a DTD is refused before any entity in it is declared; what no adapter reads, names and
texts among it, never leaves the parser.
"""

from typing import NamedTuple
from xml.etree.ElementTree import ParseError, XMLParser

from schemas.platforms.source import NotUnderstoodError

DEEPEST = 8
"""Levels of elements; events and their fields are the second and the third."""

LONGEST_FIELD = 4_000
"""Characters kept of a field; ids and times are shorter, texts are not wanted."""

FIELDS = frozenset(
    (
        "timestampUTC",
        "userId",
        "externalUserId",
        "role",
        "stream",
        "filename",
        "senderId",
        "participant",
        "talking",
        "status",
        "value",
        "pollId",
    )
)
"""The fields that are read."""

NO_ELEMENTS, UNCLOSED_TOKEN, UNCLOSED_CDATA = 3, 5, 20
"""Expat's codes for a file that ends too early."""


class Event(NamedTuple):
    """One `<event>`, the `number`th of its file; `offset` is milliseconds of some clock."""

    module: str
    name: str
    offset: str
    fields: dict[str, str]
    number: int


class Recording(NamedTuple):
    meeting: str
    events: list[Event]


class _Reader:
    """What the parser tells, gathered into a recording; a DTD ends it."""

    def __init__(self) -> None:
        self.meeting = ""
        self.events: list[Event] = []
        self.depth = 0
        self.texts: list[str] | None = None
        self.open = Event("", "", "", {}, 0)

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise NotUnderstoodError("doctype")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotUnderstoodError("nested_too_deep")
        if self.depth == 1:
            if tag != "recording":
                raise NotUnderstoodError("not_a_recording")
            self.meeting = attributes.get("meeting_id", "")
        elif self.depth == 2:
            self._second(tag, attributes)
        elif self.depth == 3 and tag in FIELDS:
            self.texts = []

    def _second(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "meeting":
            self.meeting = attributes.get("id", "") or self.meeting
        # Fields of anything else than an event go into one that is thrown away.
        self.open = Event(
            attributes.get("module", ""),
            attributes.get("eventname", ""),
            attributes.get("timestamp", ""),
            {},
            len(self.events) + 1,
        )
        if tag == "event":
            self.events.append(self.open)

    def data(self, text: str) -> None:
        if self.texts is not None:
            self.texts.append(text)

    def end(self, tag: str) -> None:
        if self.depth == 3 and self.texts is not None:
            self.open.fields[tag] = "".join(self.texts)[:LONGEST_FIELD].strip()
            self.texts = None
        self.depth -= 1

    def recording(self) -> Recording:
        if not self.meeting:
            raise NotUnderstoodError("missing_field", "recording/@meeting_id")
        return Recording(self.meeting, self.events)


def parsed(body: bytes) -> Recording:
    """The recording in `body`; NotUnderstoodError for one that is empty, cut off or not XML."""
    if not body.strip():
        raise NotUnderstoodError("empty")
    try:
        # As text, so that no encoding declared inside can hide anything.
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        truncated = error.end == len(body) and error.reason == "unexpected end of data"
        raise NotUnderstoodError("truncated" if truncated else "invalid_utf8") from None
    reader = _Reader()
    parser = XMLParser(target=reader)
    try:
        parser.feed(text)
        parser.close()
    except ParseError as error:
        early = error.code in (NO_ELEMENTS, UNCLOSED_TOKEN, UNCLOSED_CDATA)
        code = "truncated" if early else "invalid_xml"
        raise NotUnderstoodError(code, f"line {error.position[0]}") from None
    except ValueError:
        raise NotUnderstoodError("invalid_xml") from None
    return reader.recording()
