"""Lives: findings and violations through successive checkpoints, and corrections of them."""

import pytest

from streams.stage import Pacing
from tests.builders import (
    Log,
    admitted,
    camera,
    capable,
    chat,
    ended,
    identified,
    joined,
    left,
    scheduled,
    stay,
    waiting,
)
from tests.live import Live, Told

EXACT = capable("camera", camera="exact")
CHAT = capable("chat")
HOSTED = scheduled(hosts=("h",))

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


VIOLATIONS: dict[str, list[tuple[str, Log, list[str]]]] = {
    "silence that ends": [
        ("09:00", [HOSTED], []),
        ("10:10", [], ["no_signal opened 1"]),
        ("10:20", [], []),
        ("10:30:05", [joined("10:30", "h")], ["no_signal resolved 2"]),
        ("14:00", [], []),
    ],
    "silence that never ends": [
        ("10:10", [HOSTED], ["no_signal opened 1"]),
        ("12:00", [], []),
        ("14:00", [], ["no_signal stood 2"]),
    ],
    "silence that never was": [
        ("10:10", [HOSTED], ["no_signal opened 1"]),
        ("10:12", [joined("10:01", "h")], ["no_signal retracted 2"]),
    ],
    "silence known to be none after final": [
        ("14:00", [HOSTED], ["no_signal stood 1"]),
        ("16:00", stay("10:01", "12:00", "h"), ["no_signal retracted 2"]),
    ],
    "a host who comes late": [
        ("10:10", [HOSTED, joined("10:00", "a")], ["host_absent opened 1"]),
        ("10:15:01", [joined("10:15", "h")], ["host_absent resolved 2"]),
        ("14:00", [], []),
    ],
    "a host who never comes": [
        ("10:10", [HOSTED, joined("10:00", "a")], ["host_absent opened 1"]),
        ("14:00", [], ["host_absent stood 2"]),
    ],
    "a host who was there": [
        ("10:10", [HOSTED, joined("10:00", "a")], ["host_absent opened 1"]),
        ("10:11", [joined("10:09", "h")], ["host_absent retracted 2"]),
    ],
    "a silence that was shorter than known": [
        (
            "10:40",
            [HOSTED, joined("10:30", "a")],
            ["host_absent opened 1", "no_signal resolved 1"],
        ),
        (
            "10:41",
            [joined("10:20", "b")],
            ["host_absent updated 2", "no_signal resolved 2"],
        ),
    ],
    "somebody taken for the host": [
        ("10:10", [HOSTED, joined("10:00", "a")], ["host_absent opened 1"]),
        (
            "10:21",
            [joined("10:20", "x"), identified("x", "h", at="10:20")],
            ["host_absent resolved 2"],
        ),
        (
            "10:31",
            [identified("x", "h", at="10:30", revision=2, withdrawn=True)],
            ["host_absent opened 3"],
        ),
        ("14:00", [], ["host_absent stood 4"]),
    ],
    "kept waiting, then admitted": [
        ("10:06:01", [scheduled(), waiting("10:01", "a")], ["not_admitted a opened 1"]),
        ("10:06:30", [], []),
        ("10:07:01", [], ["not_admitted a updated 2"]),
        ("10:10:01", [admitted("10:10", "a")], ["not_admitted a resolved 3"]),
        ("14:00", [], []),
    ],
    "kept waiting for ever": [
        ("10:06:01", [scheduled(), waiting("10:01", "a")], ["not_admitted a opened 1"]),
        ("12:00", [], ["not_admitted a updated 2"]),
        ("14:00", [], ["not_admitted a stood 3"]),
    ],
    "admitted in time, as a late record shows": [
        ("10:06:01", [scheduled(), waiting("10:01", "a")], ["not_admitted a opened 1"]),
        ("10:06:30", [admitted("10:02", "a")], ["not_admitted a retracted 2"]),
    ],
    "too many, fewer, and too many again": [
        (
            "10:01",
            [scheduled(()), *(joined("10:00", f"p{n}") for n in range(13))],
            ["group_too_large opened 1"],
        ),
        ("10:30", [left("10:29", "p0")], ["group_too_large resolved 2"]),
        ("10:40", [joined("10:39", "p13")], ["group_too_large opened 3"]),
        ("12:00", [], ["group_too_large resolved 4"]),
        ("14:00", [], []),
    ],
    "never too many, as a late record shows": [
        (
            "10:31",
            [
                scheduled(()),
                *(joined("10:00", f"p{n}") for n in range(12)),
                joined("10:30", "p12"),
            ],
            ["group_too_large opened 1"],
        ),
        ("10:32", [left("10:29", "p0")], ["group_too_large retracted 2"]),
    ],
    "called off while the host was missed": [
        ("10:10", [HOSTED, joined("10:00", "a")], ["host_absent opened 1"]),
        (
            "10:21",
            [scheduled(hosts=("h",), status="cancelled", revision=2, at="10:20")],
            ["host_absent retracted 2"],
        ),
    ],
}


@pytest.mark.parametrize("story", VIOLATIONS)
def test_violations(story: str) -> None:
    live = Live()
    for now, log, expected in VIOLATIONS[story]:
        assert live.take(log, appended_at=now).look(now).words() == expected, now


def test_a_retraction_says_what_it_takes_back_and_why() -> None:
    live = Live().take(HOSTED, joined("10:00", "a"))
    opened = live.look("10:10").violations["host_absent"]

    retracted = live.take(joined("10:09", "h")).look("10:11").violations["host_absent"]

    assert retracted.id == opened.id
    assert retracted.reason == "later facts show that it did not hold"
    assert retracted.since == opened.since
    assert retracted.episodes == opened.episodes


def test_a_story_told_at_the_end_is_told_at_once() -> None:
    log = (HOSTED, joined("10:00", "a"), joined("10:15", "h"))

    assert Live().take(*log).look("15:00").words() == ["host_absent resolved 1"]


def test_phases_are_revisions_of_one_score() -> None:
    live = Live().take(scheduled(), stay("10:00", "12:00", "a"))

    told = [live.look(now).scores["a"] for now in ("09:00", "10:00", "12:00", "14:00")]

    assert [(score.phase, score.revision) for score in told] == [
        ("running", 1),
        ("running", 2),
        ("provisional", 3),
        ("final", 4),
    ]
    assert len({score.id for score in told}) == 1


class TestCorrection:
    def test_a_score_changed_after_final_is_a_correction(self) -> None:
        live = Live().take(scheduled(), stay("10:00", "11:00", "a"))
        assert not live.look("14:00").scores["a"].correction

        told = live.take(stay("11:00", "12:00", "a", "c2")).look("15:00")

        assert told.scores["a"].correction
        assert told.results["a"].correction
        assert told.scores["a"].standing == "attended"

    def test_a_change_before_final_is_none(self) -> None:
        live = Live().take(scheduled(), stay("10:00", "11:00", "a"))
        live.look("12:00")

        told = live.take(stay("11:00", "12:00", "a", "c2")).look("13:00")

        assert not told.scores["a"].correction
        assert not live.look("14:00").scores["a"].correction

    def test_a_violation_taken_back_after_final_is_a_correction(self) -> None:
        live = Live().take(HOSTED, joined("10:00", "a"))
        live.look("10:10")
        assert not live.look("14:00").violations["host_absent"].correction

        told = live.take(joined("10:09", "h")).look("15:00")

        assert told.violations["host_absent"].correction

    def test_a_violation_resolved_before_final_too(self) -> None:
        live = Live().take(HOSTED, joined("10:00", "a"), joined("10:15", "h"))
        live.look("10:30")
        assert live.look("14:00").violations == {}

        told = live.take(joined("10:09", "h")).look("15:00")

        assert told.violations["host_absent"].status == "retracted"
        assert told.violations["host_absent"].correction

    def test_a_violation_first_seen_after_final_is_a_correction(self) -> None:
        live = Live().take(scheduled(), stay("10:00", "12:00", "a"))
        live.look("14:00")

        told = live.take(waiting("10:00", "b"), admitted("10:30", "b")).look("15:00")

        assert told.violations["not_admitted b"].correction
        assert told.scores["b"].correction
