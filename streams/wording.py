"""Wording: the codes in records as sentences for people; an unknown code is shown as it is."""

from collections.abc import Mapping

ACQUITTALS: Mapping[str, str] = {
    "override": "staff decided so",
    "notice": "an absence was announced, and staff have not yet decided",
    "override_credited": "staff decided that the session counts as credited",
    "override_excused": "staff excused the absence",
    "absence_accepted": "staff accepted the absence",
    "notice_in_time": "the absence was announced early enough",
    "notice_illness": "illness was announced in time",
    "notice_emergency": "an emergency was announced in time",
    "notice_technical": "a technical failure was announced in time",
    "notice_other": "the absence was announced in time",
    "host_late": "they waited for a host, and had left when one came",
    "not_admitted": "they were kept waiting although a host was there",
    "waived": "staff waived it",
    "exempt": "an accommodation is in force",
    "not_in_session": "they no longer belong to the session",
    "session_void": "the session counts for nobody",
    "session_needs_review": "staff must first decide whether the session counts",
    "unidentified_guest": "nobody knows who this guest is",
}
"""Why a violation is not held against somebody, or was taken back."""

VOID: Mapping[str, str] = {
    "cancelled": "it was cancelled",
    "no_signal": "nothing was ever received from it",
    "window_too_short": "too little of it was held",
}
"""Why a session counts for nobody; any other code is the reason that staff gave."""

REVIEWS: Mapping[str, str] = {
    "no_host_seen": "no host was seen, although people were there",
    "report_missing": "its report never came",
}
"""Why staff must decide whether a session counts."""

STANDINGS: Mapping[str, str] = {
    "expected": "expected",
    "present": "there now",
    "waiting": "in the waiting room now",
    "away": "away now",
    "missing": "not yet seen",
    "attended": "attended",
    "partial": "attended in part",
    "absent": "absent",
    "void": "not counted",
}


WEEKS: Mapping[str, str] = {
    "on_track": "on track",
    "at_risk": "at risk: one more miss is too many",
    "needs_make_up": "needs a make-up",
    "unreachable": "out of reach this week",
    "met": "goal met",
    "passed": "minimum passed",
    "below": "below the minimum",
    "none": "nothing due",
}
"""How a week stands."""

OUTCOMES: Mapping[str, str] = {
    "credited": "credited",
    "made_up": "made up",
    "switched": "switched",
    "excused": "excused",
    "pending": "to be decided",
    "unexcused": "missed",
    "to_come": "to come",
}
"""What a session counts as."""


def acquittal(code: str) -> str:
    """Why a violation is not held against somebody."""
    return ACQUITTALS.get(code, code)


def void(code: str) -> str:
    """Why a session counts for nobody."""
    return VOID.get(code, f"staff decided so ({code})")


def review(code: str) -> str:
    """Why staff must decide whether a session counts."""
    return REVIEWS.get(code, code)
