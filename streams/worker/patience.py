"""Patience: when looks wait for folding, because a partition is far behind."""

CATCHING_UP_MS = 10_000
"""So far behind, catching up comes first: what a look would tell is overtaken anyway."""

SHARE = 5
LONGEST_S = 20.0
"""Looks wait until they cost a fifth of the time, yet never for longer."""

STEP_S = 0.1
"""How often it is asked again whether the partition is still behind."""


def waits(behind_ms: int, waited_s: float, cost_s: float) -> bool:
    """Whether looks that cost `cost_s` the last time go on waiting after `waited_s`."""
    return behind_ms > CATCHING_UP_MS and waited_s < min(cost_s * SHARE, LONGEST_S)
