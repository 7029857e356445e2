"""The life of the session's own violations through successive checkpoints."""

import pytest

from tests.builders import (
    Log,
    admitted,
    identified,
    joined,
    left,
    scheduled,
    stay,
    waiting,
)
from tests.live import Live

HOSTED = scheduled(hosts=("h",))

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
