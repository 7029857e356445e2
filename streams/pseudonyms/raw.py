"""Raw: what planners and platforms call a person, where a pseudonym is meant.

`zoom:NAME` is an id on that platform, `own:NAME` one of the tenant's own systems,
`person-17@example.org` an address; what is neither is taken for a pseudonym that was made
already.
"""

from schemas.platforms.bigbluebutton_events import BIGBLUEBUTTON_EVENTS
from schemas.platforms.reports import REPORTS
from schemas.platforms.source import Report, Source
from schemas.platforms.webhooks import WEBHOOKS
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import Key

_SOURCES: tuple[Source | Report, ...] = (
    *WEBHOOKS.values(),
    *REPORTS.values(),
    BIGBLUEBUTTON_EVENTS,
)
OWN = "own"
"""The scope of what a tenant's own systems call somebody or something."""

PLATFORMS = frozenset({OWN, *(source.platform for source in _SOURCES)})
"""The names that ids are scoped by: several kinds of payload may be one platform's."""

KEYS_NEEDED = "an id or address becomes a pseudonym with --keys, and is not taken without"
NO_PLATFORM = f"before the `:` must be a platform: {', '.join(sorted(PLATFORMS))}"
NO_NAME = "there is nothing behind the `:`"


class RawError(Exception):
    """A text that is no alias; the message is the reason and holds nothing of the text."""


def alias(text: str, key: Key | None) -> str:
    """`text` as an alias under `key`; RawError for what cannot be one, or has no key to be."""
    platform, colon, name = text.partition(":")
    if not colon and "@" not in text:
        return text
    if key is None:
        raise RawError(KEYS_NEEDED)
    if not colon:
        return Pseudonyms(key, "")("participant", text)
    if platform.casefold() not in PLATFORMS:
        raise RawError(NO_PLATFORM)
    if not name:
        raise RawError(NO_NAME)
    return Pseudonyms(key, platform.casefold())("participant", name)
