"""Subjects: who is live in memory, who is packed away, and who is closed.

A live subject has its facts at hand. One that is final is packed into bytes until somebody asks
for it; after its corrections only a closed mark stays, so that nothing brings it back by halves.
"""

from typing import Any, NamedTuple

from streams import state
from streams.stage import Stage
from streams.state import ClosedMark, Published, SubjectState

StateRecord = tuple[bytes, bytes | None]


class Subject:
    """A live subject: its facts, what was last published about them, and a stage's memory."""

    __slots__ = (
        "due",
        "facts",
        "faulted",
        "finished",
        "memory",
        "name",
        "next_look",
        "published",
        "queued",
    )

    def __init__(self, name: str, facts: Any, memory: Any) -> None:
        self.name = name
        self.facts = facts
        self.memory = memory
        self.published: dict[str, Published] = {}
        self.next_look: int | None = None
        self.queued: int | None = None
        self.due: int | None = None
        self.finished = False
        self.faulted = False


class Loaded(NamedTuple):
    """What a state record brought back; `outdated` is set if it must be looked at at once."""

    next_look: int | None
    outdated: Subject | None


class Subjects:
    """The subjects of one partition by key; `live` may be read directly."""

    def __init__(self, stage: Stage, remember_for: int) -> None:
        self.live: dict[bytes, Subject] = {}
        self._stage = stage
        self._remember_for = remember_for
        self._decode_facts = state.FactsDecoder(stage.facts)
        self._packed: dict[bytes, tuple[int | None, bytes]] = {}
        self._closed: dict[bytes, int] = {}

    def get(self, key: bytes) -> Subject | None:
        """The subject, unpacked if need be."""
        subject = self.live.get(key)
        packed = None if subject else self._packed.pop(key, None)
        if packed is not None:
            record = state.decode(state.unpack(packed[1]))
            assert isinstance(record, SubjectState)  # only subjects are packed
            subject = self._revive(key, record)
        return subject

    def awaited(self, key: bytes, at: int) -> Subject | None:
        """The subject whose look at `at` has come; a packed one only if that is its look."""
        packed = self._packed.get(key)
        return self.get(key) if packed is None or packed[0] == at else None

    def begin(self, key: bytes) -> Subject:
        """A subject that nobody has heard of before."""
        return self._subject(key, self._stage.facts())

    def closed(self, key: bytes) -> bool:
        """Whether the corrections of this subject have ended."""
        return key in self._closed

    def encode(self, subject: Subject) -> bytes:
        """The state record of a live subject."""
        # A fact that is saved before its look is not folded again: the look must be kept.
        looks = [at for at in (subject.next_look, subject.due) if at is not None]
        return state.encode(
            SubjectState(
                facts=state.raw(subject.facts),
                published=subject.published,
                next_look=min(looks, default=None),
                rules=self._stage.rules,
                finished=subject.finished,
                faulted=subject.faulted,
            )
        )

    def pack(self, key: bytes) -> None:
        """Put a live subject away."""
        subject = self.live.pop(key)
        self._packed[key] = (subject.next_look, state.pack(self.encode(subject)))

    def close(self, key: bytes, now: int) -> StateRecord:
        """Leave nothing of a live subject but its mark, which is returned to be saved."""
        del self.live[key]
        until = now + self._remember_for
        self._closed[key] = until
        return (key, state.encode(ClosedMark(until)))

    def forget(self, now: int) -> list[StateRecord]:
        """Let go of marks that are old enough; they are returned as tombstones."""
        forgotten: list[StateRecord] = []
        for key, until in self._closed.items():
            if until > now:
                break
            forgotten.append((key, None))
        for key, _ in forgotten:
            del self._closed[key]
        return forgotten

    def load(self, key: bytes, value: bytes) -> Loaded | None:
        """Take over one state record; None for a closed mark."""
        record = state.decode(value)
        if isinstance(record, ClosedMark):
            self._closed[key] = record.until
            return None
        outdated = record.faulted or record.rules != self._stage.rules
        if record.finished and not outdated:
            self._packed[key] = (record.next_look, state.pack(value))
            return Loaded(record.next_look, None)
        subject = self._revive(key, record)
        return Loaded(record.next_look, subject if outdated else None)

    def sort_marks(self) -> None:
        """Order closed marks by age, as `forget` walks them; once after loading."""
        self._closed = dict(sorted(self._closed.items(), key=lambda mark: mark[1]))

    def _subject(self, key: bytes, facts: Any) -> Subject:
        subject = self.live[key] = Subject(key.decode(), facts, self._stage.memory())
        return subject

    def _revive(self, key: bytes, record: SubjectState) -> Subject:
        subject = self._subject(key, self._decode_facts(record.facts))
        subject.published = record.published
        subject.next_look = subject.queued = record.next_look
        subject.finished = record.finished
        return subject
