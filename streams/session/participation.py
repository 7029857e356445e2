"""Participation: observable interaction, 0 to 100, absolute (measures.md 1.5).

All comparisons use whole numbers. A component is counted/target with
target = per hour x attended x ramp, so everything is kept as fractions of integers.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from schemas.instants import HOUR_MS, MINUTE_MS
from schemas.policy_session import ParticipationRules, Scored
from schemas.score import Level
from streams.intervals import Spans, intersect, subtract, union
from streams.session.switches import AT, CONNECTION, Codes, uncancelled

SCORED: tuple[Scored, ...] = ("speaking", "chat", "polls", "reactions", "shared_work")


class Activity(NamedTuple):
    """A person's active minutes as masks from `base` on, and polls."""

    base: int
    minutes: dict[str, int]
    offered: int
    answered: int


class Part(NamedTuple):
    """One signal's part; `target` as (numerator, denominator), None where not available."""

    available: bool
    exempt: bool
    counted: int
    target: tuple[int, int] | None
    weight: int

    @property
    def share(self) -> tuple[int, int]:
        """min(1, counted / target) as (numerator, denominator)."""
        if self.target is None:
            return (0, 1)
        above = self.counted * self.target[1]
        return (1, 1) if above >= self.target[0] else (above, self.target[0])


class Participation(NamedTuple):
    """The exact score as numerator / denominator of 100; None where it is unknown."""

    exact: tuple[int, int] | None
    level: Level
    parts: dict[Scored, Part]
    ramp: Fraction


def mask(spans: Spans, base: int) -> int:
    """The clock minutes from `base` on that `spans` meet."""
    bits = 0
    for begin, end in spans:
        first = max(begin // MINUTE_MS - base, 0)
        last = (end - 1) // MINUTE_MS - base
        if last >= first:
            bits |= ((1 << (last - first + 1)) - 1) << first
    return bits


def speaking_minutes(
    voices: Iterable[Codes], counted: Spans, base: int, rules: ParticipationRules
) -> int:
    """Minutes with at least `speaking_min` of speech inside `counted`, as a mask."""
    said = [_speech(codes, rules.speaking_open) for codes in voices if codes]
    if not said:
        return 0
    together = said[0] if len(said) == 1 else union(span for spans in said for span in spans)
    spoken: dict[int, int] = {}
    for begin, end in intersect(together, counted):
        minute = begin // MINUTE_MS
        while (edge := (minute + 1) * MINUTE_MS) < end:
            spoken[minute] = spoken.get(minute, 0) + edge - begin
            begin, minute = edge, minute + 1
        spoken[minute] = spoken.get(minute, 0) + end - begin
    bits = 0
    for minute, ms in spoken.items():
        if ms >= rules.speaking_min and minute >= base:
            bits |= 1 << (minute - base)
    return bits


def _speech(codes: Codes, longest_open: int) -> Spans:
    """From on to off of each connection; an on whose off is lost closes after `longest_open`.

    Spans may touch: that costs no more than joining them.
    """
    found: Spans = []
    speaking: dict[int, int] = {}
    silent_since, in_order = 0, True
    for code in codes:
        at, connection = code >> AT, code & CONNECTION
        since = speaking.pop(connection, None)
        if not code & 1:
            speaking[connection] = at
            if since is None:
                continue
            at = min(at, since + longest_open)
        elif since == at:
            return _speech(uncancelled(codes), longest_open)
        elif since is None:
            continue
        found.append((since, at))
        in_order = in_order and since >= silent_since
        silent_since = at
    for since in speaking.values():
        found.append((since, since + longest_open))
        in_order = in_order and since >= silent_since
        silent_since = since + longest_open
    return found if in_order else union(found)


def polls(
    offered: Mapping[str, Sequence[int | None]],
    answers: Collection[str],
    presence: Spans,
    now: int,
    rules: ParticipationRules,
) -> tuple[int, int]:
    """(offered, answered) polls: those during which the person was there long enough."""
    there = answered = 0
    for poll, (opened, closed) in offered.items():
        if opened is None:
            continue
        until = closed if closed is not None and closed > opened else opened + rules.poll_open
        if overlap(presence, opened, min(until, now)) >= rules.poll_present:
            there += 1
            answered += poll in answers
    return there, answered


def overlap(spans: Spans, begin: int, end: int) -> int:
    """Milliseconds of `spans` in `[begin, end)`."""
    shared = 0
    for from_, until in spans:
        if from_ >= end:
            break
        if until > begin:
            shared += min(until, end) - max(from_, begin)
    return max(shared, 0)


def participation(
    activity: Activity,
    attended_ms: int,
    kind: str | None,
    reported: Collection[str],
    exempt: Collection[str],
    ramp: Fraction,
    rules: ParticipationRules,
) -> Participation:
    """Score one person: `reported` are the signals that the source can report."""
    own_list = rules.signals.get(kind) if kind else None
    used = SCORED if own_list is None else own_list
    parts = {
        signal: _part(signal, activity, attended_ms, ramp, rules, signal in exempt)
        if signal in used and signal in reported and signal not in exempt
        else Part(False, signal in exempt, 0, None, getattr(rules.weights, signal))
        for signal in SCORED
    }
    available = sum(part.weight for part in parts.values() if part.available)
    asked = rules.min_weight
    if own_list is not None:
        asked = sum(getattr(rules.weights, signal) for signal in own_list)
    if available < max(asked, 1) or attended_ms < max(rules.min_attended, 1):
        return Participation(None, "unknown", parts, ramp)
    above, below = 0, 1
    for part in parts.values():
        if part.available:
            numerator, denominator = part.share
            above = above * denominator + part.weight * numerator * below
            below *= denominator
    exact = (100 * above, below * available)
    return Participation(exact, _level(exact, rules), parts, ramp)


def _part(
    signal: Scored,
    activity: Activity,
    attended_ms: int,
    ramp: Fraction,
    rules: ParticipationRules,
    exempt: bool,
) -> Part:
    weight = getattr(rules.weights, signal)
    if signal == "polls":
        if not activity.offered:
            return Part(False, exempt, 0, None, weight)
        return Part(True, exempt, activity.answered, (activity.offered, 1), weight)
    counted = activity.minutes[signal].bit_count()
    per_hour = getattr(rules.targets, signal)
    target = (per_hour * attended_ms * ramp.numerator, HOUR_MS * ramp.denominator)
    return Part(True, exempt, counted, target if attended_ms else None, weight)


def _level(exact: tuple[int, int], rules: ParticipationRules) -> Level:
    numerator, denominator = exact
    if numerator >= rules.active_at * denominator:
        return "active"
    return "partial" if numerator >= rules.partial_at * denominator else "passive"


def tenths(numerator: int, denominator: int) -> float:
    """Rounded half up to one decimal, from the exact fraction."""
    return (20 * numerator + denominator) // (2 * denominator) / 10


def ramp_of(enrolled_at: int | None, starts_at: int | None, rules: ParticipationRules) -> Fraction:
    """How much is asked of a newcomer in this week since enrolment; 1 once arrived."""
    if enrolled_at is None or starts_at is None:
        return Fraction(1)
    week = max(starts_at - enrolled_at, 0) // (7 * 24 * HOUR_MS)
    return rules.ramp[week] if week < len(rules.ramp) else Fraction(1)


def quiet_ms(counted: Spans, activity: Activity) -> int:
    """The longest stretch inside `counted` without an active minute of any signal."""
    together = 0
    for bits in activity.minutes.values():
        together |= bits
    active: Spans = []
    first = activity.base * MINUTE_MS
    while together:
        # A run of minutes at a time: from its lowest bit to the next gap.
        lowest = (together & -together).bit_length() - 1
        run = together >> lowest
        length_of_run = (~run & (run + 1)).bit_length() - 1
        begin = first + lowest * MINUTE_MS
        active.append((begin, begin + length_of_run * MINUTE_MS))
        together &= together + (1 << lowest)
    quiet = subtract(counted, active)
    return max((end - begin for begin, end in quiet), default=0)


def active_minutes(
    person_masks: Mapping[str, int], counted: Spans, base: int, spoken: int
) -> dict[str, int]:
    """Per signal, the active minutes that meet `counted`, as masks."""
    allowed = mask(counted, base)
    minutes = {signal: bits & allowed for signal, bits in person_masks.items()}
    minutes["speaking"] = spoken
    return minutes
