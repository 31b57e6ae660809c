"""How much comes of a declaration: a few lines about an archetype or an agency stand for things at every site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from jbnet.inventory.declaration import Declaration, SiteItem
from jbnet.inventory.report import Report
from jbnet.model.findings import Place

MOST: Final = 400_000
"""Devices, circuits, premises and partners; a network of all 44,703 townships of China has 240,000."""


def fits(declared: Declaration, sites: Sequence[SiteItem], report: Report) -> bool:
    """Say whether what comes of the declaration can be built within a few seconds; report it when it cannot."""
    count = _housed(declared, sites) + _leased(declared, sites)
    if count <= MOST:
        return True
    report.add(
        "JB189", "the declaration comes to {count} devices, circuits, premises and partners; {limit} are built at most",
        declared.network.place if declared.network else Place("inventory"), count=count, limit=MOST,
    )  # fmt: skip
    return False


def _housed(declared: Declaration, sites: Sequence[SiteItem]) -> int:
    """Return how many devices and circuits there are."""
    sizes = {name: len(item.decl.devices) + len(item.decl.circuits) for name, item in declared.archetypes.items()}
    each = sum(
        sizes.get(site.decl.archetype or site.level.value, 0) + len(site.decl.devices) + len(site.decl.circuits)
        for site in sites
    )
    locations = sum(len(item.decl.devices) + len(item.decl.circuits) for item in declared.locations.values())
    return each + locations + sum(len(item.decl.devices) + len(item.decl.circuits) for item in declared.peers.values())


def _leased(declared: Declaration, sites: Sequence[SiteItem]) -> int:
    """Return how many premises and partners there are where every site is in use."""
    at = Counter[str](site.level.value for site in sites)
    agencies = (level for item in declared.agencies.values() for level in set(item.decl.levels))
    kinds = (level for item in declared.extranet.values() for level in set(item.decl.levels))
    return sum(at[level] for level in (*agencies, *kinds))
