"""Keys and rings for tests."""

from hypothesis import strategies as st

from streams.pseudonyms.ring import Key, Ring

YEAR_2026 = 1_767_225_600_000


def key(number: int) -> Key:
    """A key of the tests' own, in force from day `number` of 2026 on."""
    return Key.of(bytes([number]) * 32, YEAR_2026 + number * 86_400_000)


OLD, MIDDLE, NEW = key(1), key(2), key(3)
RING = Ring.of((OLD, MIDDLE, NEW))

keys = st.integers(0, 255).map(key)
rings = st.sets(st.integers(0, 255), min_size=1, max_size=5).map(
    lambda numbers: Ring.of(map(key, numbers))
)
names = st.text(st.characters(codec=None), min_size=1, max_size=40)
"""Anything that JSON or a command line can hold, lone surrogates as well."""
