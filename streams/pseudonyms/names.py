"""Names: what the door calls everybody and everything that a sender names.

A participant who is known by an alias, under whichever key of the ring, is the participant whom
the roster has. All else is a pseudonym under the key in force. For a session that runs while a
key comes into force, ask for the key of its planned start (without a plan, of the event's time):
then its connections and guests keep their ids to its end. A rotation had better begin at a quiet
hour all the same, because what has no plan changes ids then.
"""

from dataclasses import dataclass

from schemas.platforms.source import Naming, Thing
from streams.pseudonyms.identities import Identities
from streams.pseudonyms.naming import Pseudonyms, made_by
from streams.pseudonyms.ring import Ring


@dataclass(frozen=True)
class Names:
    """The names of one platform, or of one producer.

    `passing` is for a producer that makes pseudonyms under keys of the ring itself: these stay
    as they are. From anybody else they are names like any other, or a sender could write
    somebody else's.
    """

    ring: Ring
    identities: Identities
    platform: str
    passing: bool = False

    def at(self, ms: int) -> Naming:
        """The naming under the key that is in force at `ms`."""
        in_force = Pseudonyms(self.ring.at(ms), self.platform)

        def naming(thing: Thing, name: str) -> str:
            if self.passing and made_by(self.ring, thing, name):
                joined = self.identities.participant(name) if thing == "participant" else None
                return joined or name
            if thing == "participant" and (known := self.participant(name)):
                return known
            return in_force(thing, name)

        return naming

    def participant(self, name: str) -> str | None:
        """Whom the roster knows by `name`, if anybody; an alias of an alias is none.

        Of what was said under several keys the newest key's holds, also that it was withdrawn.
        """
        for key in self.ring.newest_first:
            alias = Pseudonyms(key, self.platform)("participant", name)
            said = self.identities.newest(alias)
            if said is not None:
                return None if said.withdrawn else said.participant
        return None
