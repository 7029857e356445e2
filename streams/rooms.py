"""Rooms: which session it is that takes place in a platform's room at an instant.

Platforms use a room again and again; what they say names the room and not the session. A session
has its room from `LEAD_MS` before its planned start on, for whoever is early, but not while an
earlier one is still planned to run there: sessions back to back change at the planned start. It
keeps the room until the next one has it, however often the meeting is ended and opened again,
and for `LAG_MS` after its planned end at most.

Of sessions planned at one time in one room each has it from its own start on, so that the one
that starts last holds it: every instant of a room belongs to at most one session.

What is known follows from the newest booking of each session alone, in whatever order and
however often bookings are taken.
"""

from bisect import bisect_right
from typing import NamedTuple

from schemas.codec import encode
from schemas.instants import DAY_MS, HOUR_MS, MINUTE_MS, milliseconds
from schemas.room import Booking

LEAD_MS = 30 * MINUTE_MS
"""How long before its planned start a session has its room."""

LAG_MS = 12 * HOUR_MS
"""How long after its planned end a session keeps a room that nobody else has booked.

Long enough for every overrun and for whoever forgets to hang up until the platform ends the
meeting: their leave must reach this session, or its presence would only be inferred. Short enough
that a room that recurs stands for another meeting on the next day. Attendance counts no time
after the planned end, so that what is taken in too much can lengthen no more than a dose.
"""

MOST_BESIDE = 12
"""Sessions in a row, before or after one, that somebody may stay through."""

KEPT_MS = 30 * DAY_MS
"""How long after its end a booking is known: longer than anything about its session is taken in."""


class _Claim(NamedTuple):
    """From when a session has its room; the next claim ends it."""

    begins: int
    booking: Booking


class Rooms:
    """All bookings; instants are milliseconds since 1970."""

    def __init__(self) -> None:
        self._newest: dict[str, Booking] = {}
        self._sessions: dict[str, set[str]] = {}
        self._claims: dict[str, list[_Claim]] = {}

    def take(self, booking: Booking) -> None:
        """Learn a booking; one that is older than what is known of its session says nothing."""
        before = self._newest.get(booking.session)
        if before is not None:
            if _rank(booking) <= _rank(before):
                return
            self._leave(before)
        self._newest[booking.session] = booking
        if booking.status == "planned":
            self._sessions.setdefault(booking.room, set()).add(booking.session)
            self._claims.pop(booking.room, None)

    def forget(self, now: int) -> None:
        """Drop every booking that ended `KEPT_MS` before `now` or earlier."""
        for booking in list(self._newest.values()):
            if milliseconds(booking.ends_at) + KEPT_MS <= now:
                self._leave(booking)
                del self._newest[booking.session]

    def session_of(self, room: str, at: int) -> Booking | None:
        """The booking of the one session that `room`, a pseudonym, stands for at an instant."""
        claims = self._claims.get(room)
        if claims is None:
            if room not in self._sessions:
                return None
            claims = self._claims[room] = self._claimed(room)
        found = bisect_right(claims, at, key=lambda claim: claim.begins)
        if not found:
            return None
        booking = claims[found - 1].booking
        return booking if at < milliseconds(booking.ends_at) + LAG_MS else None

    def back_to_back(self, room: str, at: int) -> tuple[list[Booking], list[Booking]]:
        """The sessions before and after the one that holds `room` at an instant.

        Only those that follow each other with no more than `LEAD_MS` between, so that somebody
        may stay in the room from one to the next; the nearest ones, in order of their starts.
        """
        held = self.session_of(room, at)
        if held is None:
            return [], []
        chain = [claim.booking for claim in self._claims[room]]
        place = chain.index(held)
        before, after = chain[max(0, place - MOST_BESIDE) : place], chain[place + 1 :]
        return _follow(held, before[::-1])[::-1], _follow(held, after[:MOST_BESIDE])

    def booking_of(self, session: str) -> Booking | None:
        """The newest booking of a session, also of one that is cancelled; None if unknown."""
        return self._newest.get(session)

    def touched(
        self, begins: int, ends: int, *, platform: str | None = None, program: str | None = None
    ) -> list[Booking]:
        """Bookings that an outage `[begins, ends)` meets, on a platform, of a program."""
        found = [
            booking
            for booking in self._newest.values()
            if booking.status == "planned"
            and platform in (None, booking.platform)
            and program in (None, booking.program)
            and meets(milliseconds(booking.starts_at), milliseconds(booking.ends_at), begins, ends)
        ]
        return sorted(found, key=_order)

    def _leave(self, booking: Booking) -> None:
        held = self._sessions.get(booking.room, set())
        held.discard(booking.session)
        if not held:
            self._sessions.pop(booking.room, None)
        self._claims.pop(booking.room, None)

    def _claimed(self, room: str) -> list[_Claim]:
        """Claims in order; each begins no earlier than the one before it."""
        claims: list[_Claim] = []
        busy_until = 0
        for booking in sorted(map(self._newest.__getitem__, self._sessions[room]), key=_order):
            starts = milliseconds(booking.starts_at)
            claims.append(_Claim(max(starts - LEAD_MS, min(busy_until, starts)), booking))
            busy_until = max(busy_until, milliseconds(booking.ends_at))
        return claims


def _follow(held: Booking, others: list[Booking]) -> list[Booking]:
    """Of `others`, going away from `held`, those up to the first rest of the room."""
    found: list[Booking] = []
    for other in others:
        near = found[-1] if found else held
        first, second = sorted((near, other), key=_order)
        if milliseconds(second.starts_at) - milliseconds(first.ends_at) > LEAD_MS:
            break
        found.append(other)
    return found


def meets(starts_at: int, ends_at: int, begins: int, ends: int) -> bool:
    """Whether an outage `[begins, ends)` meets a session that is planned so.

    The lead counts with it, since an outage before a start has people come back after it.
    """
    return starts_at - LEAD_MS < ends and begins < ends_at


def _rank(booking: Booking) -> tuple[int, bool, bytes]:
    """Orders what is said of one session; at one revision a plan holds against its cancellation."""
    return booking.revision, booking.status == "planned", encode(booking)


def _order(booking: Booking) -> tuple[int, str]:
    return milliseconds(booking.starts_at), booking.session
