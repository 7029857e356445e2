"""The sheet as Markdown, section by section."""

from collections.abc import Callable, Iterator

from schemas.policy import Policy
from streams.sheet.decision import missed, objecting, people_decide
from streams.sheet.session import camera, coming, on_time, taking_part
from streams.sheet.week import cannot_come, each_week, mending
from streams.sheet.words import day

SECTIONS: tuple[tuple[str, Callable[[Policy], Iterator[str]]], ...] = (
    ("Coming to sessions", coming),
    ("Arriving and leaving", on_time),
    ("Your camera", camera),
    ("Taking part", taking_part),
    ("Each week", each_week),
    ("If you cannot come", cannot_come),
    ("Making up for a missed session", mending),
    ("What happens when something is missed", missed),
    ("Who decides", people_decide),
    ("If you think something is wrong", objecting),
)


def sheet(policy: Policy) -> str:
    """The policy in plain language, as Markdown."""
    program = "every program without rules of its own"
    if policy.program != "default":
        program = f"the program {_escaped(policy.program)}"
    parts = [
        "# Attendance: what we ask of you",
        f"These are the rules of {program}, version {_escaped(policy.version)}, for sessions from "
        f"{day(policy.effective_from)} on. Days and times are those of {_escaped(policy.zone)}.",
    ]
    for title, sentences in SECTIONS:
        parts.append(f"## {title}")
        parts.append("\n".join(f"- {sentence}" for sentence in sentences(policy)))
    return "\n\n".join(parts) + "\n"


def _escaped(text: str) -> str:
    """A name from the policy: never markup."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]<>#|" else c for c in text)
