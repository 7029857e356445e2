"""Identities: whose alias a pseudonym is, from all that was said of it. Pure.

The order in which records come, and how often each, makes no difference: of one alias that with
the highest revision holds, and of two with the same revision always the same one.
"""

from collections import Counter
from collections.abc import Iterable

from schemas.identity import Identity


class Identities:
    """The table alias → participant; it grows with each record that is taken."""

    def __init__(self, records: Iterable[Identity] = ()) -> None:
        self._newest: dict[str, Identity] = {}
        self._aliases: Counter[str] = Counter()
        for record in records:
            self.take(record)

    def __len__(self) -> int:
        return len(self._newest)

    def take(self, record: Identity) -> bool:
        """Learn from `record`; whether that changed anything."""
        known = self._newest.get(record.alias)
        if known is not None and _order(record) <= _order(known):
            return False
        self._newest[record.alias] = record
        if known is not None and not known.withdrawn:
            self._aliases[known.participant] -= 1
        if not record.withdrawn:
            self._aliases[record.participant] += 1
        return True

    def newest(self, alias: str) -> Identity | None:
        """What was said last of `alias`, that it was withdrawn included."""
        return self._newest.get(alias)

    def participant(self, alias: str) -> str | None:
        """The participant that `alias` belongs to now."""
        known = self._newest.get(alias)
        return None if known is None or known.withdrawn else known.participant

    def person(self, pseudonym: str) -> str | None:
        """Whom the roster knows by `pseudonym`: their own, or one of their aliases."""
        if self._aliases.get(pseudonym, 0) > 0:
            return pseudonym
        return self.participant(pseudonym)

    def aliases(self) -> list[str]:
        """Every alias that belongs to somebody now."""
        return [alias for alias, known in self._newest.items() if not known.withdrawn]


def _order(record: Identity) -> tuple[int, bool, str]:
    """A taking back wins a tie: nobody is joined to a person on a doubt."""
    return record.revision, record.withdrawn, record.participant
