"""What happens when something is missed, who decides, and how to object."""

from collections.abc import Iterator

from schemas.policy import Policy
from schemas.policy_care import Advice
from streams.sheet.words import counted, time, working_days

TASKS = {
    "reach_out": "To reach you when you are missing",
    "check_in": "To talk with you, one to one",
    "offer_make_up": "To offer you a session to make up",
    "technical_support": "To help you with the technology",
    "care_plan_review": "To look at your care plan with you",
    "attendance_review": "To review your attendance",
    "treatment_review": "To review your treatment",
    "not_scheduled": "To plan sessions if you have none",
    "recognise": "To tell you what went well",
}


def missed(policy: Policy) -> Iterator[str]:
    """What the team is told, and asked to do."""
    offered = "offers you a session to make up, or " if policy.make_up.allowed else ""
    yield (
        "As soon as the minimum of a week is out of reach, the team is told. It "
        f"{offered}talks with you."
    )
    streak, review = policy.streak, policy.review
    yield (
        f"After {counted(streak.warn, 'unexcused absence')}"
        f"{' in a row' if streak.warn > 1 else ''} the team is asked to talk with you."
    )
    yield (
        f"After {counted(streak.review, 'unexcused absence')}"
        f"{' in a row' if streak.review > 1 else ''}, or {counted(review.weeks_below, 'week')} "
        f"below the minimum among {review.among}, people review together whether and how you "
        "can stay in the program."
    )
    yield (
        "If nothing has changed after somebody talked with you, people also review whether "
        "another kind of treatment would help you more."
    )
    yield from _patterns(policy)


def _patterns(policy: Policy) -> Iterator[str]:
    lateness, technical, trend = policy.lateness, policy.technical, policy.trend
    yield (
        f"After arriving late {lateness.count} times in {counted(lateness.among, 'session')} "
        "the team is asked to talk with you."
    )
    if policy.participation.partial_at:
        yield (
            f"If little was seen of you in {counted(policy.disengaged.count, 'attended session')}"
            f"{' in a row' if policy.disengaged.count > 1 else ''}, "
            "the team is asked to talk with you."
        )
    yield (
        f"If your participation in a week is {counted(trend.falling_by, 'point')} or more below "
        "the weeks before, the team is asked to look at your care plan with you."
    )
    yield (
        f"If your connection drops {technical.reconnects} times, or you lose "
        f"{time(technical.network_lost)} to the network, in {technical.count} of "
        f"{counted(technical.among, 'session')}, the team is asked to help with the technology."
    )


def people_decide(policy: Policy) -> Iterator[str]:
    """That nothing is decided automatically, and who looks at what."""
    yield (
        "Nothing is decided automatically. The computer counts, and tells the team what to look "
        "at. Whatever concerns you is decided by people."
    )
    yield "A review is people looking at your situation. Its outcome is not fixed beforehand."
    newcomer = policy.newcomer
    if newcomer.weeks:
        yield (
            f"In your first {counted(newcomer.weeks, 'week')} none of what follows waits longer "
            f"than {working_days(newcomer.due_days)}."
        )
    for kind, task in TASKS.items():
        advice: Advice = getattr(policy.advice, kind)
        yield f"{task}: {advice.role.replace('_', ' ')}, within {working_days(advice.due_days)}."


def objecting(policy: Policy) -> Iterator[str]:
    """How to have something looked at again."""
    session = policy.session
    yield (
        "If you think that something about you is wrong or unfair, tell anyone on the team. You "
        "can ask how a number came about: it can be shown step by step, from when you came and "
        "when you left."
    )
    yield (
        "Staff can excuse an absence, count a session as attended, or set a rule aside for you, "
        "also afterwards. What was noted against you is then taken back."
    )
    yield (
        f"What was recorded of a session is final {time(session.final_after)} after it ended. "
        f"It is still corrected for {time(session.corrections_for)} if better records come in."
    )
