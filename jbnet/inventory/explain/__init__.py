"""Where each value of a site comes from: file and line, and through what. Computed on demand, nothing is kept."""

from __future__ import annotations

from jbnet.inventory.declaration import Declaration
from jbnet.inventory.explain.equipment import circuit_facts, device_facts
from jbnet.inventory.explain.fact import Fact as Fact
from jbnet.inventory.explain.leased import partner_facts, premises_facts
from jbnet.inventory.explain.site import site_facts
from jbnet.model.network import Network


def explain(declared: Declaration, network: Network, site: str) -> list[Fact]:
    """Return every value of a site, its devices, circuits, premises and partners. Raises KeyError: no such site."""
    item = declared.sites[site]
    return [
        *site_facts(declared, network, item),
        *device_facts(declared, network, item),
        *circuit_facts(declared, network, item),
        *premises_facts(declared, network, item),
        *partner_facts(declared, network, item),
    ]
