"""Surprises: what a policy says that its author may not have meant, in plain words.

Nothing here is wrong enough to be refused: each is a setting that asks for more or less than it
seems to, or that can never apply beside the others.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from schemas.policy import Policy
from schemas.policy_care import AdviceRules
from streams.readable import duration, share
from streams.sheet.misses import SESSIONS_A_WEEK, a_week, allowed_misses


class Surprise(NamedTuple):
    """The setting to look at, and what comes of it."""

    key: str
    text: str


def surprises(policy: Policy) -> list[Surprise]:
    """Everything about a policy that may surprise, in the order of its sections."""
    return [each for look in _LOOKS for each in look(policy)]


def of_succession(earlier: Policy, later: Policy) -> list[Surprise]:
    """What may surprise where one version of a program's policy follows another."""
    found = []
    begins, starts_on = later.effective_from, later.week.starts_on
    if f"{begins:%A}".lower() != starts_on:
        text = (
            f"{begins} is no {starts_on.capitalize()}: its week is still counted by version "
            f"{earlier.version}, and its sessions from that day on are measured by this one"
        )
        found.append(Surprise("effective_from", text))
    for key, before, after in (
        ("zone", earlier.zone, later.zone),
        ("week.starts_on", earlier.week.starts_on, starts_on),
    ):
        if before != after:
            text = f"was {before} in version {earlier.version}: two weeks overlap, or leave a gap"
            found.append(Surprise(key, text))
    return found


def _zone(policy: Policy) -> Iterator[Surprise]:
    if policy.zone == "UTC" and policy.program != "default":
        yield Surprise("zone", "is UTC: days and weeks begin at midnight there, all year")


def _session(policy: Policy) -> Iterator[Surprise]:
    rules = policy.session
    if rules.valid_share == 1:
        yield Surprise("session.valid_share", "one minute without a host voids the whole session")
    if not rules.hosted and policy.host != type(policy.host)():
        yield Surprise("host", "without session.hosted, most of what hosts do changes nothing")


def _presence(policy: Policy) -> Iterator[Surprise]:
    rules = policy.presence
    if rules.reconnect_grace > rules.bridge_max:
        text = (
            f"a gap of more than {duration(rules.bridge_max)} is never bridged: "
            "that is all presence.bridge_max allows"
        )
        yield Surprise("presence.reconnect_grace", text)


def _attendance(policy: Policy) -> Iterator[Surprise]:
    rules = policy.attendance
    if rules.credit_at == 0:
        yield Surprise("attendance.credit_at", "everybody attended, even who never came")
    if rules.absent_below == 0:
        text = "nobody is ever absent: absence_not_notified and consecutive_unexcused never open"
        yield Surprise("attendance.absent_below", text)
    if rules.no_show_after < rules.late_after:
        text = "who arrives a little late is a no-show before they are late"
        yield Surprise("attendance.no_show_after", text)


def _camera(policy: Policy) -> Iterator[Surprise]:
    rules = policy.camera
    if not rules.required_for and rules != type(rules)(required_for=()):
        yield Surprise("camera", "camera.required_for is empty: nothing else here applies")
    if rules.required_for and rules.minimum == 0:
        text = "a camera that is off is noticed while a session runs, and never once it is over"
        yield Surprise("camera.minimum", text)


def _participation(policy: Policy) -> Iterator[Surprise]:
    rules = policy.participation
    if rules.partial_at == 0:
        text = "nobody is ever passive: low_participation and disengaged never open"
        yield Surprise("participation.partial_at", text)
    elif rules.partial_at == rules.active_at:
        yield Surprise("participation.partial_at", "no participation is ever `partial`")


def _notice(policy: Policy) -> Iterator[Surprise]:
    rules = policy.notice
    if not rules.emergency_reasons and rules.emergency_until != type(rules)().emergency_until:
        text = "never applies: notice.emergency_reasons is empty"
        yield Surprise("notice.emergency_until", text)
    if "other" in rules.emergency_reasons:
        text = "every notice is an emergency: no matter what reason is given, it excuses"
        yield Surprise("notice.emergency_reasons", text)
    if rules.emergency_reasons and rules.told_until < rules.emergency_until:
        text = (
            "who tells of an emergency in time for it to excuse may already be noted as absent "
            f"without a word: notice.emergency_until is {duration(rules.emergency_until)}"
        )
        yield Surprise("notice.told_until", text)
    if rules.max_excused == 0:
        yield Surprise("notice.max_excused", "no notice excuses by itself: staff decide on each")
    if rules.decide_days == 0:
        text = "a notice that staff must decide on lapses at the end of a day"
        yield Surprise("notice.decide_days", text)


def _calendar(policy: Policy) -> Iterator[Surprise]:
    rules = policy.calendar
    for day in rules.holidays:
        if f"{day:%A}".lower() not in rules.working_days:
            yield Surprise("calendar.holidays", f"{day} is no working day anyway ({day:%A})")
        elif day < policy.effective_from:
            yield Surprise("calendar.holidays", f"{day} is before the policy is in force")


def _week(policy: Policy) -> Iterator[Surprise]:
    rules = policy.week
    if rules.minimum == 0:
        yield Surprise("week.minimum", "weekly_attendance never opens")
        return
    if rules.by == "minutes":
        text = "by minutes, one long session weighs as much as several short ones"
        yield Surprise("week.by", text)
    elif strict := [n for n in SESSIONS_A_WEEK if allowed_misses(policy, n) == 0]:
        text = f"with {a_week(strict)}, {share(rules.minimum)} allows no miss at all"
        yield Surprise("week.minimum", text)
    everything = [n for n in SESSIONS_A_WEEK if n <= rules.allowed_misses]
    if everything:
        text = f"with {a_week(everything)}, missing all of them is no violation"
        yield Surprise("week.allowed_misses", text)
    if rules.minimum == rules.goal:
        yield Surprise("week.goal", "is the minimum: no week is `passed` that is not `met`")


def _mending(policy: Policy) -> Iterator[Surprise]:
    if not policy.make_up.allowed and policy.make_up.within != type(policy.make_up)().within:
        yield Surprise("make_up.within", "never applies: make_up.allowed is false")
    if not policy.make_up.allowed and policy.switch.within == "never":
        text = "with switch.within `never`, a missed session cannot be mended in any way"
        yield Surprise("make_up.allowed", text)


def _dose(policy: Policy) -> Iterator[Surprise]:
    rules = policy.dose
    days = rules.day_minutes * rules.qualifying_days
    if days > rules.week_minutes:
        text = (
            f"is less than {rules.qualifying_days} days of {rules.day_minutes} minutes "
            f"({days} minutes)"
        )
        yield Surprise("dose.week_minutes", text)
    if not rules.alert and rules != type(rules)():
        yield Surprise("dose.alert", "is false: too few minutes are counted, and never a violation")
    if rules.alert and rules.tolerance == 1:
        yield Surprise("dose.tolerance", "all of it may be missing: no dose is ever short")


def _patterns(policy: Policy) -> Iterator[Surprise]:
    if policy.trend.falling_by == 0:
        yield Surprise("trend.falling_by", "participation that stays the same counts as falling")
    if policy.technical.network_lost == 0:
        yield Surprise("technical.network_lost", "every session counts as a technical barrier")
    if policy.streak.warn == policy.streak.review:
        text = "the first warning already asks for a review: streak.warn is the same"
        yield Surprise("streak.review", text)
    if policy.streak.warn == 1:
        yield Surprise("streak.warn", "one unexcused absence is already absences in a row")


def _advice(policy: Policy) -> Iterator[Surprise]:
    newcomer, advice = policy.newcomer, policy.advice
    longest = max(getattr(advice, kind).due_days for kind in AdviceRules.__struct_fields__)
    if newcomer.weeks > 0 and newcomer.due_days >= longest:
        text = f"never applies: nothing waits longer than {longest} working days for anyone"
        yield Surprise("newcomer.due_days", text)
    if newcomer.weeks == 0 and newcomer.due_days != type(newcomer)().due_days:
        yield Surprise("newcomer.due_days", "never applies: newcomer.weeks is 0")


_LOOKS: tuple[Callable[[Policy], Iterator[Surprise]], ...] = (
    _zone,
    _session,
    _presence,
    _attendance,
    _camera,
    _participation,
    _notice,
    _calendar,
    _week,
    _mending,
    _dose,
    _patterns,
    _advice,
)
