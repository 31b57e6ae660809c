"""Where each value of a home comes from: file and line, and through what. Computed on demand, nothing is kept."""

from __future__ import annotations

from jbnet.inventory.declaration import Declaration
from jbnet.inventory.explain.equipment import circuit_facts, device_facts
from jbnet.inventory.explain.fact import Fact as Fact
from jbnet.inventory.explain.leased import partner_facts, premises_facts
from jbnet.inventory.explain.others import location_facts, peer_facts
from jbnet.inventory.explain.permissions import permission_facts as permission_facts
from jbnet.inventory.explain.site import site_facts
from jbnet.model.network import Network


def explain(declared: Declaration, network: Network, home: str) -> list[Fact]:
    """Return every value of a site, location or peer, of its devices, circuits, premises and partners.

    Raises KeyError: no such home.
    """
    if home in declared.sites:
        return _of_site(declared, network, home)
    if home in declared.locations:
        location = declared.locations[home]
        own = location_facts(declared, network, location)
        return [*own, *device_facts(declared, network, location), *circuit_facts(declared, network, location)]
    peer = declared.peers[home]
    return [
        *peer_facts(declared, peer),
        *device_facts(declared, network, peer),
        *circuit_facts(declared, network, peer),
    ]


def _of_site(declared: Declaration, network: Network, site: str) -> list[Fact]:
    item = declared.sites[site]
    return [
        *site_facts(declared, network, item),
        *device_facts(declared, network, item),
        *circuit_facts(declared, network, item),
        *premises_facts(declared, network, item),
        *partner_facts(declared, network, item),
    ]
