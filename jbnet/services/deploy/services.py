"""The services' addresses as a device sees them: a change must not cost it the way to any of them."""

from __future__ import annotations

from collections.abc import Iterable

from jbnet.model.network import Network
from jbnet.ports import DeviceSession


def service_addresses(network: Network) -> tuple[str, ...]:
    """Return the addresses at which services are used, in the order of their declaration."""
    return tuple(dict.fromkeys(str(database.service_address) for database in network.databases.values()))


def routed(session: DeviceSession, addresses: Iterable[str]) -> frozenset[str]:
    """Return those of the addresses to which the device has a route, be it its default route.

    None where its driver cannot tell: what cannot be seen is not looked for afterwards.
    """
    try:
        return frozenset(address for address in addresses if session.get_route_to(address))
    except NotImplementedError:
        return frozenset()
