"""Declared static routes: from the words of a next hop to an address on one of the device's links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import AddressValueError, IPv4Address, IPv4Network

from jbnet.inventory.addresses.connected import Connected, connected, far_address
from jbnet.inventory.building.equipment import DeviceSpec, RouteSpec
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.report import Report
from jbnet.inventory.schema.routes import DISCARD
from jbnet.model.lines import Circuit
from jbnet.model.network import Device, Network
from jbnet.model.routes import Route

_DOTTED = re.compile(r"[0-9.]+\Z")


def neighbour(network: Network, device: Device, said: str) -> IPv4Address | None:
    """Return the address of a next hop; None where it is on no link of the device. Not for ``discard``."""
    return _Hops(network, device).find(said)


class RouteReader:
    """Reads the routes of all devices of a network; one use."""

    def __init__(
        self, declared: Declaration, network: Network, parts: Mapping[str, DeviceSpec], report: Report
    ) -> None:
        self._declared = declared
        self._network = network
        self._parts = parts
        self._report = report

    def run(self) -> dict[str, tuple[Route, ...]]:
        """Return the routes by device, in the order of the declaration; report next hops that lead nowhere."""
        found: dict[str, tuple[Route, ...]] = {}
        for name, part in self._parts.items():
            if part.routes and name in self._network.devices:
                hops = _Hops(self._network, self._network.devices[name])
                found[name] = tuple(route for spec in part.routes for route in self._route(hops, spec))
        return found

    def _route(self, hops: _Hops, spec: RouteSpec) -> Iterator[Route]:
        decl = spec.decl
        via = hops.find(decl.next_hop) if decl.next_hop != DISCARD else None
        if via is None and decl.next_hop != DISCARD:
            self._refuse(hops, spec)
            return
        yield Route(
            hops.device.name, decl.prefix, via, decl.next_hop, decl.preference, decl.description or "", decl.announce,
            tuple((key, spec.at(key)) for key in decl.model_fields_set), spec.at(),
        )  # fmt: skip

    def _refuse(self, hops: _Hops, spec: RouteSpec) -> None:
        """Report a next hop that is on no link of the device, once for all sites of an archetype that say the same."""
        said, place = spec.decl.next_hop, spec.at("next_hop")
        if said in self._declared.doubtful:
            return
        if _DOTTED.match(said):
            template, links = hops.why_not(said)
            self._report.add("JB401", template, place, next_hop=said, device=hops.device.name,
                             links=", ".join(str(one.prefix) for one in links) or "-")  # fmt: skip
            return
        lines = hops.lines_to(said)
        if lines:
            self._report.add(
                "JB401", "{count} lines of {device} lead to {next_hop}: name one of them: {lines}", place,
                count=len(lines), device=hops.device.name, next_hop=said, lines=", ".join(lines),
            )  # fmt: skip
            return
        like = self._report.nearest(said, sorted(hops.names)) or "-"
        self._report.add(
            "JB401", "{device} has no line {next_hop}, and none leads to a peer of that name; most alike: {like}",
            place, device=hops.device.name, next_hop=said, like=like,
        )  # fmt: skip


@dataclass(frozen=True)
class _Hops:
    """What may be a next hop of one device."""

    network: Network
    device: Device

    @cached_property
    def links(self) -> tuple[Connected, ...]:
        """What is directly connected and may hold a next hop."""
        return tuple(one for one in connected(self.network, self.device) if one.prefix.prefixlen < 32)

    @cached_property
    def names(self) -> Mapping[str, IPv4Address | None]:
        """Names of circuits, short ones in the device's own home, and of partners, with the address at the far end."""
        found: dict[str, IPv4Address | None] = {}
        for circuit in self._circuits():
            address = far_address(self.network, self.device, circuit)
            found[circuit.name] = address
            short = circuit.name.removeprefix(f"{self.device.home}-")
            if short != circuit.name:
                found[short] = address
        found |= {one.owner: one.far for one in self.links if one.far is not None and one.owner in self.network.peers}
        return found

    def _circuits(self) -> Iterator[Circuit]:
        named = (self.network.circuits.get(interface.circuit or "") for interface in self.device.interfaces)
        return (circuit for circuit in named if circuit is not None)

    def lines_to(self, peer: str) -> list[str]:
        """Return the names of the circuits that lead to a peer."""
        return [
            circuit.name
            for circuit in self._circuits()
            if any(self.network.devices[end.device].home == peer for end in (circuit.a, circuit.z))
            and peer in self.network.peers
        ]

    def find(self, said: str) -> IPv4Address | None:
        """Return the address that is meant; None where there is none on a link of the device, or several."""
        if _DOTTED.match(said):
            return self._neighbour(said)
        lines = self.lines_to(said)
        return self.names.get(lines[0] if len(lines) == 1 else said)

    def why_not(self, said: str) -> tuple[str, Sequence[Connected]]:
        """Return what to say of an address that is no next hop, and the links that matter to it."""
        address = _address(said)
        if address is None:
            return "{next_hop} is no address", ()
        own = {interface.address.ip for interface in self.device.interfaces if interface.address is not None}
        if address in own | {one.own for one in self.links}:
            return "{next_hop} is {device}'s own address", ()
        around = [one for one in self.links if address in one.prefix]
        if around:
            return "{next_hop} is no host's address: it is the first or the last of {links}", around
        return "{next_hop} is no neighbour of {device}: it stands on none of its links ({links})", self.links

    def _neighbour(self, said: str) -> IPv4Address | None:
        address = _address(said)
        if address is None:
            return None
        near = (one.prefix for one in self.links if address in one.prefix and address != one.own)
        return address if any(_is_host(address, prefix) for prefix in near) else None


def _address(said: str) -> IPv4Address | None:
    try:
        return IPv4Address(said)
    except AddressValueError:
        return None


def _is_host(address: IPv4Address, prefix: IPv4Network) -> bool:
    """Say whether a host may have the address: not the network's own or its broadcast (RFC 3021: a /31 has neither)."""
    return prefix.prefixlen > 30 or address not in (prefix.network_address, prefix.broadcast_address)
