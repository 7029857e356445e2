"""Names: what the door calls everybody and everything that a sender names.

A participant who is known by an alias, under whichever key of the ring, is the participant whom
the roster has. All else is a pseudonym under the key in force. For a session that runs while a
key comes into force, ask for the key of its planned start (without a plan, of the event's time):
then its connections and guests keep their ids to its end. A rotation had better begin at a quiet
hour all the same, because what has no plan changes ids then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from schemas.platforms.source import Naming, Thing
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.naming import Pseudonyms
from streams.pseudonyms.ring import Ring


@dataclass(frozen=True)
class Names:
    """The names of one platform, or of a tenant's own systems.

    A pseudonym that comes as a name is a name like any other, or a sender could write somebody
    else's.
    """

    ring: Ring
    identities: Identities
    platform: str

    def at(self, ms: int) -> Naming:
        """The naming under the key that is in force at `ms`."""
        in_force = self._under[self.ring.at(ms).id]

        def naming(thing: Thing, name: str) -> str:
            if thing == "participant" and (known := self.participant(name)):
                return known
            return in_force(thing, name)

        return naming

    def participant(self, name: str) -> str | None:
        """Whom the roster knows by `name`, if anybody; an alias of an alias is none.

        Of what was said under several keys the newest key's holds, also that it was withdrawn.
        """
        for naming in self._under.values():
            said = self.identities.newest(naming("participant", name))
            if said is not None:
                return None if said.withdrawn else said.participant
        return None

    @cached_property
    def _under(self) -> Mapping[str, Pseudonyms]:
        """The naming under each key, the newest first."""
        return {key.id: Pseudonyms(key, self.platform) for key in self.ring.newest_first}
