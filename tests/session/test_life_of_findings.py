"""The life of findings through successive checkpoints."""

import pytest

from streams.stage import Pacing
from tests.builders import (
    Log,
    camera,
    capable,
    chat,
    ended,
    joined,
    left,
    scheduled,
    stay,
)
from tests.live import Live, Told

EXACT = capable("camera", camera="exact")
CHAT = capable("chat")

Step = tuple[str, Log, str]
"""Look then, after these records arrived, and find the rule so."""


def state(told: Told, rule: str) -> str:
    """`none`, `open`, or `ended` of somebody's newest score; a silent look says nothing new."""
    if "a" not in told.scores:
        return "same"
    finding = told.found().get(rule)
    if finding is None:
        return "none"
    return "open" if any(e.until is None for e in finding.episodes) else "ended"


def follow(rule: str, steps: list[Step], *lines: str) -> None:
    live = Live(*lines, pacing=Pacing(assess_every=0))
    for now, log, expected in steps:
        assert state(live.take(log, appended_at=now).look(now), rule) == expected, now


FINDINGS: dict[str, tuple[str, list[Step]]] = {
    "no_show opens and ends on arrival": (
        "no_show",
        [
            ("09:00", [scheduled()], "none"),
            ("10:10", [chat("10:09", "g")], "open"),
            ("10:20:05", [joined("10:20", "a")], "ended"),
            ("12:00", [], "ended"),
            ("14:00", [], "ended"),
        ],
    ),
    "no_show opens and stands": (
        "no_show",
        [
            ("09:00", [scheduled()], "none"),
            ("10:10", [chat("10:09", "g")], "open"),
            ("12:00", [], "open"),
            ("14:00", [], "open"),
        ],
    ),
    "no_show never held, as a late record shows": (
        "no_show",
        [
            ("09:00", [scheduled()], "none"),
            ("10:10", [chat("10:09", "g")], "open"),
            ("10:12", [joined("10:04", "a")], "none"),
        ],
    ),
    "no_show never held, as is known after final": (
        "no_show",
        [
            ("09:00", [scheduled()], "none"),
            ("14:00", [chat("10:09", "g")], "open"),
            ("16:00", stay("10:04", "11:50", "a"), "none"),
        ],
    ),
    "late opens on arrival and stands": (
        "late",
        [
            ("09:00", [scheduled()], "none"),
            ("10:06", [chat("10:03", "g")], "none"),
            ("10:07", [joined("10:06:30", "a")], "open"),
            ("12:00", [], "open"),
            ("14:00", [], "open"),
        ],
    ),
    "late never held, as a late record shows": (
        "late",
        [
            ("10:07", [scheduled(), joined("10:06:30", "a")], "open"),
            ("10:10", [*stay("10:01", "10:02", "a", "c2")], "none"),
        ],
    ),
    "left_early opens, ends on return, opens again and stands": (
        "left_early",
        [
            ("10:31", [scheduled(), *stay("10:00", "10:30", "a")], "none"),
            ("10:35:01", [], "open"),
            ("10:40", [joined("10:39:59", "a", "c2")], "ended"),
            ("11:20", [left("11:00", "a", "c2")], "open"),
            ("12:00", [], "open"),
            ("14:00", [], "open"),
        ],
    ),
    "left_early never held, as a late record shows": (
        "left_early",
        [
            ("10:40", [scheduled(), *stay("10:00", "10:30", "a")], "open"),
            ("10:41", [joined("10:29", "a", "c2")], "none"),
        ],
    ),
    "left_early ends with an end that nobody knew of": (
        "left_early",
        [
            ("11:26", [scheduled(), *stay("10:00", "11:20", "a")], "open"),
            ("11:35", [ended("11:24")], "none"),
        ],
    ),
    "low_attendance opens when over and stands": (
        "low_attendance",
        [
            ("11:00", [scheduled(), *stay("10:00", "10:58", "a")], "none"),
            ("12:00", [], "open"),
            ("14:00", [], "open"),
        ],
    ),
    "low_attendance never held, as a late record shows": (
        "low_attendance",
        [
            ("12:00", [scheduled(), *stay("10:00", "10:58", "a")], "open"),
            ("12:30", [joined("10:58:30", "a", "c2")], "none"),
        ],
    ),
    "camera_off opens, ends, opens again and stays": (
        "camera_off",
        [
            ("10:05", [scheduled(), EXACT, joined("10:00", "a")], "none"),
            ("10:05:31", [], "open"),
            ("10:06", [camera("10:05:50", True)], "ended"),
            ("10:30", [camera("10:10", False)], "open"),
            ("12:00", [], "open"),
            ("14:00", [], "open"),
        ],
    ),
    "camera_off opens and is made good": (
        "camera_off",
        [
            ("10:06", [scheduled(), EXACT, joined("10:00", "a")], "open"),
            ("10:07", [camera("10:06:30", True)], "ended"),
            ("12:00", [], "ended"),
            ("14:00", [], "ended"),
        ],
    ),
    "camera_off never held, as a late record shows": (
        "camera_off",
        [
            ("10:06", [scheduled(), EXACT, joined("10:00", "a")], "open"),
            ("10:07", [camera("10:01", True)], "none"),
        ],
    ),
    "low_participation opens when over and stands": (
        "low_participation",
        [
            ("11:00", [scheduled(), CHAT, joined("10:00", "a")], "none"),
            ("12:00", [], "open"),
            ("14:00", [], "open"),
        ],
    ),
    "low_participation never held, as a late record shows": (
        "low_participation",
        [
            ("12:00", [scheduled(), CHAT, joined("10:00", "a")], "open"),
            ("12:30", [chat(f"10:{n}") for n in range(10, 15)], "none"),
        ],
    ),
}


@pytest.mark.parametrize("story", FINDINGS)
def test_findings(story: str) -> None:
    rule, steps = FINDINGS[story]

    follow(rule, steps, "participation.min_weight = 20")
