"""Violations of the person in this session, as judged, and why others are not held (section 2)."""

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import to_builtins

from schemas.instants import milliseconds
from schemas.publication import Publication
from schemas.violation import Violation
from streams import wording
from streams.care.violations import RULES
from streams.explanation.view import Section, View

PUBLICATION = frozenset(Publication.__struct_fields__)
STATUSES = {
    "opened": "open",
    "updated": "open",
    "resolved": "resolved: every episode has ended",
    "stood": "stands: the session is final and it was not mended",
    "retracted": "taken back",
}


def violations(view: View) -> Section:
    """What is held against the person, and why other rules are not."""
    found = [finding.rule for finding in view.picture.found[view.participant].findings]
    lines = [line for violation in view.violations for line in _held(violation, view)]
    lines += _acquitted(found, view)
    if not lines:
        lines = ["none: nothing was found"]
    figures = {
        "violations": [_bare(each) for each in view.violations],
        "acquittals": view.acquittals,
    }
    return Section("violations", "Violations, as judged", lines, figures)


def _bare(violation: Violation) -> dict[str, Any]:
    """Without publication data, which belongs to this one look; always with a status."""
    figures = to_builtins(violation) | {"status": violation.status}
    return {key: value for key, value in figures.items() if key not in PUBLICATION}


def _held(violation: Violation, view: View) -> Iterator[str]:
    about = "" if violation.rule in RULES else ", about the session"
    until = "" if violation.until is None else f" until {view.clock(milliseconds(violation.until))}"
    yield (
        f"{violation.label} ({violation.rule}{about}): {violation.severity}, "
        f"{STATUSES[violation.status]}, since {view.clock(milliseconds(violation.since))}{until}"
    )
    if violation.excuse == "pending":
        yield "      an absence was announced, and staff have not yet decided"


def _acquitted(found: Sequence[str], view: View) -> Iterator[str]:
    """One line where one reason covers every rule, as an excuse does."""
    reasons = set(view.acquittals.values())
    if len(reasons) == 1 and len(view.acquittals) > 2:
        reason = wording.acquittal(reasons.pop())
        yield f"nothing is held against them: {reason}"
        if found:
            yield f"      found, but not held: {', '.join(found)}"
        return
    for rule, code in view.acquittals.items():
        was = "found, but not held" if rule in found else "would not be held"
        yield f"{rule}: {was}: {wording.acquittal(code)}"
