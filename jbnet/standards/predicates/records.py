"""What has to be written down: addresses, contacts, line numbers, phones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from jbnet.model.text import text
from jbnet.standards.predicates.base import Predicate, Verdict, violated
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import World

FACTS: Mapping[Kind, frozenset[str]] = {
    Kind.SITES: frozenset({"address", "contact", "opening_hours", "lon", "lat", "demand", "block"}),
    Kind.LOCATIONS: frozenset({"block"}),
    Kind.CIRCUITS: frozenset({"bandwidth", "carrier", "line_number", "monthly_cost", "payer", "underlay", "handoff"}),
    Kind.CARRIERS: frozenset({"phone"}),
    Kind.UNDERLAYS: frozenset({"operator", "phone"}),
    Kind.APPLICATIONS: frozenset({"hosts", "databases", "port"}),
    Kind.AGENCIES: frozenset({"levels"}),
    Kind.PREMISES: frozenset({"line", "address", "contact"}),
    Kind.PEERS: frozenset({"asn", "prefixes", "site", "services", "line"}),
}
"""What can be asked of each kind of subject."""


class States(Predicate):
    """These facts are written down: each is neither missing nor empty nor zero."""

    kinds: ClassVar = frozenset(FACTS)
    facts: tuple[str, ...] = Field(strict=False, min_length=1)

    def fits(self, kind: Kind) -> bool:
        """The facts must be facts of that kind."""
        return set(self.facts) <= FACTS.get(kind, frozenset())

    def known(self, kind: Kind) -> tuple[str, ...]:
        """Return the facts of that kind."""
        return tuple(sorted(FACTS.get(kind, ())))

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Name all that is missing."""
        missing = [fact for fact in self.facts if not getattr(subject.thing, fact)]
        if not missing:
            return None
        return violated(text("{name} has no {facts}", name=subject.name, facts=", ".join(missing)))
