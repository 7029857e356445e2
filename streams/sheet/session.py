"""What is asked of somebody in a session: time, arriving, camera, taking part."""

from collections.abc import Iterator

from schemas.policy import Policy
from schemas.policy_session import ParticipationRules
from streams.sheet.words import KINDS, SIGNALS, counted, listed, percent, time


def coming(policy: Policy) -> Iterator[str]:
    """When a session counts as attended, and what does not count against anyone."""
    rules, presence = policy.attendance, policy.presence
    yield (
        f"You have attended a session when you were there for at least {percent(rules.credit_at)} "
        "of it."
    )
    if rules.absent_below:
        yield (
            f"You were absent if you were there for less than {percent(rules.absent_below)} of it."
        )
    if 0 < rules.absent_below < rules.credit_at:
        yield (
            "What lies in between is neither: the session is not attended, and you were not absent."
        )
    yield (
        f"If your connection drops, gaps of up to {time(presence.reconnect_grace)} do not count "
        f"against you, up to {time(presence.bridge_max)} in one session."
    )
    yield (
        "Breaks do not count against you. After an outage of the service you have "
        f"{time(policy.outage.rejoin)} to come back."
    )
    yield from _hosts(policy)


def _hosts(policy: Policy) -> Iterator[str]:
    if policy.session.hosted:
        yield "Time without a host counts for nobody: you are not late because the host was."
    yield (
        f"If less than {percent(policy.session.valid_share)} of a session could take place, "
        "it counts for nobody."
    )
    yield (
        f"You are excused if you waited {time(policy.host.late_present)} for a host and had left "
        "when one came."
    )
    yield (
        "You are excused if you were kept in the waiting room for more than "
        f"{time(policy.waiting.not_admitted_after)} while a host was there."
    )


def on_time(policy: Policy) -> Iterator[str]:
    """Arriving and leaving."""
    rules = policy.attendance
    yield f"If you arrive more than {time(rules.late_after)} late, it is noted."
    yield (
        f"If you have not arrived {time(rules.no_show_after)} after the start, the team is told, "
        "so that somebody can look after you. Once you arrive, that is settled."
    )
    yield (
        f"If you are gone for more than {time(rules.left_early_after)}, "
        "or leave that much before the end, it is noted."
    )


def camera(policy: Policy) -> Iterator[str]:
    """Where a camera is asked for."""
    rules = policy.camera
    if not rules.required_for:
        yield "We do not ask for your camera."
        return
    kinds = listed([KINDS[kind] for kind in KINDS if kind in rules.required_for])
    yield (
        f"In {kinds} we ask you to have your camera on for at least {percent(rules.minimum)} "
        f"of the time you are there. After joining you have {time(rules.grace)} to switch it on."
    )
    yield f"A camera that is off for more than {time(rules.off_after)} at a stretch is noted."
    yield "If you cannot use a camera, talk with the team: it can be agreed that you need none."


def taking_part(policy: Policy) -> Iterator[str]:
    """What participation is, and when it is noted."""
    rules = policy.participation
    yield (
        "We count only what can be seen of taking part. It says nothing about how you feel, how "
        "engaged you are or how much progress you make, and you are never compared with others."
    )
    yield from _signals(rules)
    noted = "No number is too low."
    if rules.partial_at:
        noted = f"Below {rules.partial_at} it is noted that little was seen."
    yield f"The result is a number from 0 to 100. {noted}"
    gradual = [percent(share) for share in rules.ramp if share < 1]
    if gradual:
        yield (
            f"You may arrive gradually: in your first {counted(len(gradual), 'week')} we ask for "
            f"{listed(gradual, 'and then')} of what we ask for later."
        )


def _signals(rules: ParticipationRules) -> Iterator[str]:
    """Kinds of sessions that look at the same are told together."""
    kinds: dict[str, list[str]] = {}
    for kind, name in KINDS.items():
        own = rules.signals.get(kind)
        seen = [
            words
            for signal, words in SIGNALS.items()
            if getattr(rules.weights, signal) and (own is None or signal in own)
        ]
        kinds.setdefault(listed(seen), []).append(name)
    for signals, names in kinds.items():
        yield f"In {listed(names)} we look at {signals}."
