"""Invented codes in the place of identities."""

from random import Random


class Codes:
    """Gives out codes such as `par-8f3a21`; none comes twice. They depend on the seed alone."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"{seed}/codes")
        self._given: set[str] = set()

    def mint(self, prefix: str, digits: int = 6) -> str:
        """A new code: `prefix` and that many hexadecimal digits."""
        while True:
            code = f"{prefix}{self._random.getrandbits(4 * digits):0{digits}x}"
            if code not in self._given:
                self._given.add(code)
                return code
