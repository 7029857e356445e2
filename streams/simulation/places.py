"""Sessions in progress for load: who sits where, and the written end of a record about them."""

from collections.abc import Callable, Iterator

import msgspec

from schemas.instants import HOUR_MS, instant
from schemas.telemetry import RosterEntry, SessionScheduled
from streams.simulation.codes import Codes

Pair = tuple[bytes, bytes]
"""A record's key and value, as they go to the log."""

SOURCE = "load-f"
LENGTH_MS = 3 * HOUR_MS


class Places:
    """Everybody's place, numbered through all sessions, and what they have on or open.

    An `ending` is what a record says after its `at`, from the comma to the closing brace;
    asking for one may change what the next one says (off after on, the next poll).
    """

    def __init__(self, seed: int, sessions: int, people: int, started_at: int) -> None:
        codes = Codes(seed)
        self.started_at = started_at
        self.keys = [codes.mint("ses-").encode() for _ in range(sessions)]
        self.seats = [person // people for person in range(sessions * people)]
        self._people = people
        self._hosts = [codes.mint("sta-") for _ in range(sessions)]
        self._codes = [codes.mint("par-") for _ in range(sessions * people)]
        self._connections = [0] * sessions
        self._polls = [0] * sessions
        self._on: dict[str, set[int]] = {"speaking": set(), "camera": set()}
        self._tails = [self._connect(person) for person in range(sessions * people)]

    def _connect(self, person: int) -> bytes:
        seat = self.seats[person]
        self._connections[seat] += 1
        return b',"session":"%b","participant":"%b","connection":"con-%04x"' % (
            self.keys[seat],
            self._codes[person].encode(),
            self._connections[seat],
        )

    def endings(self) -> dict[str, Callable[[int], bytes]]:
        """For each record type the ending of a record about the person of this number."""
        plain = ("joined", "chat", "reaction", "hand", "shared_work", "heartbeat")
        return dict.fromkeys(plain, self._plain) | {
            "speaking": lambda person: self._switched(person, self._on["speaking"]),
            "camera": lambda person: self._switched(person, self._on["camera"]),
            "left": self._gone,
            "poll_opened": self._opened,
            "poll_closed": self._closed,
            "poll_answered": self._answered,
        }

    def _plain(self, person: int) -> bytes:
        return self._tails[person] + b"}"

    def _switched(self, person: int, on: set[int]) -> bytes:
        if person in on:
            on.remove(person)
            return self._tails[person] + b',"on":false}'
        on.add(person)
        return self._tails[person] + b',"on":true}'

    def _gone(self, person: int) -> bytes:
        """The network fails; the next ending about them has a new connection."""
        ending = self._tails[person] + b',"cause":"network"}'
        for on in self._on.values():
            on.discard(person)
        self._tails[person] = self._connect(person)
        return ending

    def _opened(self, person: int) -> bytes:
        self._polls[self.seats[person]] += 1
        return self._closed(person)

    def _closed(self, person: int) -> bytes:
        seat = self.seats[person]
        return b',"session":"%b","poll":"poll-%04x"}' % (self.keys[seat], self._polls[seat])

    def _answered(self, person: int) -> bytes:
        return b'%b,"poll":"poll-%04x"}' % (self._tails[person], self._polls[self.seats[person]])

    def beginnings(self, at: bytes) -> Iterator[Pair]:
        """Each session's schedule, its host's join at the instant written `at`, its first poll."""
        start = b'","source":"%b","at":"%b","session":"' % (SOURCE.encode(), at)
        for number, (key, host) in enumerate(zip(self.keys, self._hosts, strict=True)):
            roster = self._codes[number * self._people : (number + 1) * self._people]
            yield key, msgspec.json.encode(self._schedule(number, roster))
            joined = b'","participant":"%b","role":"host"}' % host.encode()
            yield key, b'{"type":"joined","id":"host-%x%b%b%b' % (number, start, key, joined)
            opened = b'","poll":"poll-0000"}'
            yield key, b'{"type":"poll_opened","id":"poll-%x%b%b%b' % (number, start, key, opened)

    def _schedule(self, number: int, roster: list[str]) -> SessionScheduled:
        return SessionScheduled(
            id=f"plan-{number:x}",
            source=SOURCE,
            at=instant(self.started_at - HOUR_MS),
            session=self.keys[number].decode(),
            revision=0,
            program="iop-load",
            kind="group",
            starts_at=instant(self.started_at),
            ends_at=instant(self.started_at + LENGTH_MS),
            hosts=(self._hosts[number],),
            roster=tuple(RosterEntry(participant=person) for person in roster),
        )
