"""Surroundings: what the measures of everybody in a session share at one instant.

In flow order: the plan that holds, the course of the session, who is who, the hosts' presence,
the window. Presence of the others is worked out when somebody asks for it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from schemas.policy import Policies, Policy
from streams.intervals import Spans, union
from streams.session.attendee import Identity, identities, resolve
from streams.session.facts import Place, Plan, SessionFacts
from streams.session.presence import Horizon, Stay, hosting, stay
from streams.session.switches import known
from streams.session.window import Course, Window, course, effective, window


class Stays(dict[str, Stay]):
    """Everybody's presence, each worked out when it is first asked for."""

    def __init__(self, people: Mapping[str, Identity], horizon: Horizon) -> None:
        self._people = people
        self.horizon = horizon

    def __missing__(self, name: str) -> Stay:
        identity = self._people.get(name)
        found = self[name] = stay(identity.people if identity else (), self.horizon)
        return found

    def together(self) -> Spans:
        """When anybody was there."""
        return union(span for name in self._people for span in self[name].whole)


class Surroundings(NamedTuple):
    """A session at one instant, but for the measures of those who attend it.

    `hosted` is the union of the presence of `hosts`; `reported` are the signals that the source
    can report. `attending` are those to be measured, in order.
    """

    facts: SessionFacts
    plan: Plan | None
    policy: Policy
    course: Course
    window: Window
    people: Mapping[str, Identity]
    stays: Stays
    hosts: Mapping[str, Stay]
    hosted: Spans
    roster: Mapping[str, Place]
    reported: frozenset[str]
    attending: Sequence[str]
    unidentified_guests: bool


def surroundings(facts: SessionFacts, policies: Policies, now: int) -> Surroundings:
    """The session at `now` ms."""
    plan = effective(facts.plans)
    if plan is None:
        policy = policies.at(None, facts.first_signal or facts.heard_at)
    else:
        policy = policies.at(plan.program, plan.starts_at)
    where = course(facts, plan, policy, now)
    horizon = Horizon(now, where.end, where.over, policy.presence.missing_leave == "last_seen")
    people = identities(facts)
    stays = Stays(people, horizon)
    named = {resolve(host, facts.links) for host in plan.hosts} if plan else set()
    hosts = {
        name: stays[name]
        for name, each in people.items()
        if name in named or hosting(each.people, now)
    }
    hosted = union(span for each in hosts.values() for span in each.whole)
    places = plan.roster if plan else ()
    roster = {resolve(place.participant, facts.links): place for place in places}
    attending = sorted({*roster, *people} - hosts.keys() - named)
    return Surroundings(
        facts=facts,
        plan=plan,
        policy=policy,
        course=where,
        window=window(facts, where, policy, hosted, stays.together),
        people=people,
        stays=stays,
        hosts=hosts,
        hosted=hosted,
        roster=roster,
        reported=_reported(facts, now),
        attending=attending,
        unidentified_guests=any(
            stays[name].whole
            for name in attending
            if name not in roster and not people[name].identified
        ),
    )


def _reported(facts: SessionFacts, now: int) -> frozenset[str]:
    """Signals that the source can report: as it says, or as anyone ever produced them."""
    if facts.ability is not None:
        return frozenset(facts.ability.signals)
    everybody = facts.people.values()
    produced = {
        "polls": bool(facts.polls),
        "chat": any(person.chat for person in everybody),
        "reactions": any(person.reactions for person in everybody),
        "shared_work": any(person.shared_work for person in everybody),
        "camera": any(person.streams or known(person.camera, now) for person in everybody),
        "speaking": any(known(person.speech, now) for person in everybody),
    }
    return frozenset(signal for signal, seen in produced.items() if seen)
