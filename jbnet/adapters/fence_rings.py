"""Rings of routers around a host, as the declared circuits have them, and what each router is asked to filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jbnet.model.network import Network, Termination
from jbnet.services.database_cluster import Cluster


def facing(network: Network, host: str, ring: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return for each router of a ring its interfaces that lead inside, to the host."""
    inside = enclosed(network, host, ring)
    found: dict[str, list[str]] = {member: [] for member in ring}
    for near, far in _ends(network):
        if near.device in found and far.device in inside:
            found[near.device].append(near.interface)
    return {member: tuple(sorted(interfaces)) for member, interfaces in found.items()}


def enclosed(network: Network, host: str, ring: Sequence[str]) -> frozenset[str]:
    """Return the devices that a ring shuts in together with the host."""
    inside, waiting = {host}, [host]
    while waiting:
        device = waiting.pop()
        new = {far.device for near, far in _ends(network) if near.device == device} - inside - set(ring)
        inside |= new
        waiting += new
    return frozenset(inside)


def shuts_in(network: Network, host: str, ring: Sequence[str]) -> bool:
    """Say whether a ring lies between the host and all that is not of its own home.

    It is not enough that the other holders of its databases stand outside: a site shut in together with the host would
    go on writing to it.
    """
    home = network.devices[host].home
    return all(network.devices[device].home == home for device in enclosed(network, host, ring))


def _ends(network: Network) -> Iterator[tuple[Termination, Termination]]:
    for circuit in network.circuits.values():
        yield circuit.a, circuit.z
        yield circuit.z, circuit.a


@dataclass(frozen=True, slots=True)
class Filter:
    """What the routers of a ring filter for one database on one host."""

    name: str
    port: int
    host: tuple[str, ...]
    service: str

    @classmethod
    def around(cls, here: Cluster) -> Filter:
        """Return the filter of a cluster."""
        own = tuple(str(address) for address in here.addresses)
        return cls(f"{here.database.name}-{here.host}", here.database.port, own, str(here.database.service_address))

    def close(self, interfaces: Sequence[str]) -> tuple[str, ...]:
        """Return the request to the helper on a router that closes it."""
        words = (f"port={self.port}", f"host={','.join(self.host)}", f"service={self.service}")
        return ("close", self.name, *words, f"dev={','.join(interfaces)}")

    def held_by(self, shown: Mapping[str, Any], interfaces: Sequence[str]) -> bool:
        """Say whether a router's answer shows this very filter, in the kernel and on its disk."""
        wanted = {"port": self.port, "host": [*self.host], "service": [self.service], "dev": [*interfaces]}
        return bool(shown.get("holds")) and shown.get("recorded") == wanted
