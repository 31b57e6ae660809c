"""Changes that both ends of a link must share, and that are therefore made together.

Two routers lose each other when one of them has another address, OSPF area, timer, key or MTU on their link (RFC
2328, 9.5, 10.5, 10.6 and D.3). A change of such a line at both ends is one unit: the devices that it joins, the far end
first, stand in one wave, are judged together and end together. Which lines these are is data of the platform
(``Platform.shared``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import networkx as nx

from jbnet.change.model import Unit
from jbnet.change.waves import depths, stand_ins
from jbnet.config.naming import port_namer
from jbnet.config.tree import ConfigTree
from jbnet.model.network import Circuit, Network, Termination
from jbnet.model.text import Text, text
from jbnet.platforms.registry import platform

ADDRESS = "ip address "


@dataclass(frozen=True, slots=True)
class Turn:
    """What a device ran when it was asked, and what it shall run."""

    running: ConfigTree
    intended: ConfigTree

    def touched(self) -> frozenset[tuple[str, ...]]:
        """Return the lines that come or go."""
        return frozenset(self.running.paths) ^ frozenset(self.intended.paths)


def units(network: Network, turns: Mapping[str, Turn]) -> tuple[Unit, ...]:
    """Return the units among the devices that change; a device that has a part in two of them joins them to one.

    A link counts that has its addresses before and after, and of which both ends change a line that they must share.
    """
    links = [circuit for circuit in network.circuits.values() if _is_changed_at_both_ends(network, circuit, turns)]
    joined: nx.Graph[str] = nx.Graph((circuit.a.device, circuit.z.device) for circuit in links)
    depth = depths(network) if links else {}
    found = []
    for group in nx.connected_components(joined):
        names = sorted((name for name in network.devices if name in group), key=lambda name: -depth[name])
        found.append(Unit(tuple(names), tuple(c.name for c in links if c.a.device in group)))
    return tuple(found)


def headings(network: Network, unit: Unit, device: str) -> frozenset[str]:
    """Return the headings of the interfaces at which the device is an end of the unit's circuits."""
    ends = [end for name in unit.circuits for end in (network.circuits[name].a, network.circuits[name].z)]
    return frozenset(_heading(network, end) for end in ends if end.device == device)


def joint_dangers(network: Network, unit: Unit, turns: Mapping[str, Turn]) -> Iterator[tuple[str, Text]]:
    """Yield (device, what speaks against it) where stand-ins would be changed together for the sake of a unit.

    A pair may be: where all that changes on two stand-ins is their own link, no other way is touched.
    """
    apart = stand_ins(network)
    for one, other in combinations(unit.devices, 2):
        if other in apart[one] and not _is_about_their_link(network, one, other, turns):
            yield one, _together(one, other, unit)
            yield other, _together(other, one, unit)


def _together(device: str, partner: str, unit: Unit) -> Text:
    return text(
        "{device} and {partner} stand in for each other and would be changed together; at both ends change: {circuits}",
        device=device,
        partner=partner,
        circuits=", ".join(unit.circuits),
    )


def _is_changed_at_both_ends(network: Network, circuit: Circuit, turns: Mapping[str, Turn]) -> bool:
    ends = (circuit.a, circuit.z)
    return all(end.device in turns and _is_changed(network, end, turns[end.device]) for end in ends)


def _is_changed(network: Network, end: Termination, turn: Turn) -> bool:
    """Say whether the end is addressed before and after, and changes a line that its other end must share."""
    device = network.devices[end.device]
    heading = _heading(network, end)
    before, after = turn.running.under(heading), turn.intended.under(heading)
    alive = all(any(line.startswith(ADDRESS) for line in lines) for lines in (before, after))
    shared = platform(device.platform).shared
    return alive and any(line.startswith(shared) for line in {*before} ^ {*after})


def _is_about_their_link(network: Network, one: str, other: str, turns: Mapping[str, Turn]) -> bool:
    ends = [end for c in _between(network.circuits.values(), {one, other}) for end in (c.a, c.z)]
    headings = {(end.device, _heading(network, end)) for end in ends}
    return all((name, path[0]) in headings for name in (one, other) for path in turns[name].touched())


def _between(circuits: Iterable[Circuit], pair: Collection[str]) -> Iterator[Circuit]:
    return (circuit for circuit in circuits if {circuit.a.device, circuit.z.device} == pair)


def _heading(network: Network, end: Termination) -> str:
    device = network.devices[end.device]
    return f"interface {port_namer(network, device)(device.interface(end.interface)).name}"
