"""Switches: what happened to the connections of one person, as sorted arrays of integers.

A switch is `at << AT | number << 4 | move`, with the number of its connection: compact, quick to
append to, and one order for everything that happened.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from enum import IntEnum

AT = 10

NUMBER = 63
CONNECTION = NUMBER << 4
"""The bits of the number, before and after it is moved to where it stands."""

Codes = Sequence[int]


class Move(IntEnum):
    """What can happen to a connection. The order of equal instants follows the numbers.

    An off is the odd number after its on.
    """

    JOINED = 0
    JOINED_AS_HOST = 1
    LEFT = 2
    LEFT_BY_NETWORK = 3
    WAITING = 4
    ADMITTED = 5
    CAMERA_ON = 6
    CAMERA_OFF = 7
    SPEAKING_ON = 8
    SPEAKING_OFF = 9


def insert(codes: "array[int]", code: int) -> bool:
    """Add to a sorted array unless it is there; True if it was not."""
    if not codes or code > codes[-1]:
        codes.append(code)
        return True
    place = bisect_left(codes, code)
    if codes[place] == code:
        return False
    codes.insert(place, code)
    return True


def known(codes: Codes, now: int) -> Codes:
    """The switches up to `now`: clocks differ."""
    if codes and codes[-1] >> AT > now:
        return codes[: bisect_left(codes, (now + 1) << AT)]
    return codes


def uncancelled(codes: Codes) -> list[int]:
    """Switches of one camera or voice in order, without those on and off at one instant."""
    switches: list[int] = []
    for code in codes:
        if code & 1 and switches and switches[-1] == code - 1:
            switches.pop()
        else:
            switches.append(code)
    return switches
