"""Whom of the agencies a fault touches: those with an office at a site that is cut off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from jbnet.model.network import Network


@dataclass(frozen=True, slots=True)
class AgencyImpact:
    """An agency and the number of its offices at sites that are cut off."""

    name: str
    offices: int


def agencies_at(network: Network, sites: Collection[str]) -> tuple[AgencyImpact, ...]:
    """Return the agencies with offices at these sites, in the order of the declaration."""
    if not sites:
        return ()
    cut_off = frozenset(sites)
    offices = Counter(premises.agency for premises in network.premises.values() if premises.site in cut_off)
    return tuple(AgencyImpact(name, offices[name]) for name in network.agencies if offices[name])
