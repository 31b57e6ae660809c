"""Which declared device jbnet runs on, where that is certain.

A fence is proved from two places. What is looked at without a detour counts as seen from the device on which jbnet
runs: taken for another one, two looks from one place would pass for two.
"""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import IPv4Address

from jbnet.model.network import Network
from jbnet.services.database_cluster import own_addresses


def declared_addresses(network: Network) -> frozenset[IPv4Address]:
    """Return the addresses that tell a machine to be a declared device; service addresses move, and tell nothing."""
    return frozenset(address for device in network.devices.values() for address in own_addresses(device))


def device_here(network: Network, hostname: str, held: Collection[IPv4Address], said: str | None = None) -> str | None:
    """Return the device that a machine is, by its name and the addresses that it holds; None: that is not certain.

    Addresses decide. A name alone is enough only for a device that has no address declared. ``said``: what a person
    says it is; that chooses among the devices whose addresses it holds, and never goes against them (ADR 74).
    """
    found = [name for name, device in network.devices.items() if not set(own_addresses(device)).isdisjoint(held)]
    if found:
        return said if said in found else found[0] if len(found) == 1 else None
    named = network.devices.get(said or hostname.partition(".")[0])
    return named.name if named is not None and not own_addresses(named) else None
