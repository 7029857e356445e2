"""Scheme: what a check of a webhook is given, and what may come of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple


class Request(NamedTuple):
    """One POST as it came.

    Names of headers are in lower case, and one that came twice never gets here. `url` is the
    callback URL as it is configured at the platform, without what the platform adds to it; `at`
    is when the request came (ms). `tail` is what follows that URL's path, for platforms that say
    what happened in the path: `events/occupant/joined`.
    """

    headers: Mapping[str, str]
    query: Mapping[str, str]
    url: str
    body: bytes
    at: int
    tail: str = ""

    def __repr__(self) -> str:
        """Without content: headers hold secrets, bodies hold names."""
        return f"Request({len(self.headers)} headers, {len(self.body)} bytes, at={self.at})"


class Verified(NamedTuple):
    """The platform sent it.

    `mark` is the same for a redelivery or a replay, signed anew or not: what a body says counts,
    not when it was said. It is a hash. `payloads` are what the platform's adapter converts.
    """

    mark: str
    payloads: tuple[bytes, ...]

    def __repr__(self) -> str:
        """Without content: payloads hold names."""
        return f"Verified({self.mark}, {len(self.payloads)} payloads)"


class Answer(NamedTuple):
    """To be answered at once, and nothing to store: a platform asks whether this is the door."""

    status: int
    body: bytes
    content_type: str


Code = Literal[
    "missing_signature",
    "malformed_signature",
    "wrong_signature",
    "too_old",
    "from_the_future",
    "malformed_challenge",
]


class Forged(NamedTuple):
    """Not to be believed, and `code` is why. That a time is wrong is only told of a signed one."""

    status: Literal[400, 401, 403]
    code: Code


Verdict = Verified | Answer | Forged
Scheme = Callable[[Request, Sequence[bytes]], Verdict]
