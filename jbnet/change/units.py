"""Changes that both ends of a link must share, and that are therefore made together.

Two routers lose each other when one of them has another address, OSPF area, timer, key or MTU on their link (RFC
2328, 9.5, 10.5, 10.6 and D.3), or encrypts it in another way. A change of such a line at both ends is one unit: the
devices that it joins, the far end first, stand in one wave, are judged together and end together. Which lines these
are is data of the platform (``Platform.shared``, ``Platform.encryption``).

A second key of OSPF that comes or goes beside one that stays is none, where both systems send with all keys that they
have until their neighbours have the newest (``Platform.ospf_rollover``): each end understands the other at any moment.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from jbnet.change.model import Unit
from jbnet.change.waves import depths, stand_ins
from jbnet.config import tunnels
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
    if not links:
        return ()
    import networkx as nx  # a tenth of a second, which a plan without units need not wait

    joined: nx.Graph[str] = nx.Graph((circuit.a.device, circuit.z.device) for circuit in links)
    depth = depths(network)
    found = []
    for group in nx.connected_components(joined):
        names = sorted((name for name in network.devices if name in group), key=lambda name: -depth[name])
        found.append(Unit(tuple(names), tuple(c.name for c in links if c.a.device in group)))
    return tuple(found)


def other_ends(network: Network, turns: Mapping[str, Turn]) -> frozenset[str]:
    """Return the devices without a turn at the other ends of links of which one end changes what both must share."""
    changed = [
        (here, there)
        for circuit in network.circuits.values()
        for here, there in ((circuit.a, circuit.z), (circuit.z, circuit.a))
        if here.device in turns and there.device not in turns and _is_changed(network, here, turns[here.device])
    ]
    return frozenset(there.device for _, there in changed)


def parted(network: Network, turns: Mapping[str, Turn], beyond: Mapping[str, Turn]) -> Iterator[tuple[str, Text]]:
    """Yield (device, what speaks against it) where a device of a plan would change without the other end of its link.

    ``beyond`` are devices that the plan leaves out. An end that is wrong alone is put right alone.
    """
    for circuit in network.circuits.values():
        for here, there in ((circuit.a.device, circuit.z.device), (circuit.z.device, circuit.a.device)):
            if here in turns and there in beyond and _is_changed_at_both_ends(network, circuit, {**turns, **beyond}):
                yield here, text(
                    "{device} and {partner} change {circuit} together or lose each other, and the plan leaves "
                    "{partner} out; plan both: jbnet plan device:{device}+device:{partner}",
                    device=here, partner=there, circuit=circuit.name,
                )  # fmt: skip


def headings(network: Network, unit: Unit, device: str) -> frozenset[str]:
    """Return the headings of the interfaces at which the device is an end of the unit's circuits."""
    ends = [end for name in unit.circuits for end in (network.circuits[name].a, network.circuits[name].z)]
    return frozenset(heading for end in ends if end.device == device for heading in _headings(network, end))


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
    if not all(end.device in turns and _is_changed(network, end, turns[end.device]) for end in ends):
        return False
    staying = [_staying_keys(network, end, turns[end.device]) for end in ends]
    return not frozenset.intersection(*staying)


def _staying_keys(network: Network, end: Termination, turn: Turn) -> frozenset[str]:
    """Return the ids of the keys of OSPF that stay where nothing else changes that both ends must share.

    None where the system takes one key at a time: there the second takes the place of the first.
    """
    pattern = platform(network.devices[end.device].platform).ospf_key_line
    if not pattern:
        return frozenset()
    before, after = _shared_lines(network, end, turn)
    known = {line: re.fullmatch(pattern, line[1]) for line in before | after}
    if not all(known[line] for line in before ^ after):
        return frozenset()
    if any(_is_under(path, _about_keys(network, end)) for path in turn.touched()):
        return frozenset()
    return frozenset(match["id"] for line in before & after if (match := known[line]))


def _is_changed(network: Network, end: Termination, turn: Turn) -> bool:
    """Say whether the end is addressed before and after, and changes a line that its other end must share."""
    before, after = _shared_lines(network, end, turn)
    alive = all(any(line.startswith(ADDRESS) for _, line in lines) for lines in (before, after))
    keys = _about_keys(network, end)
    return alive and (before != after or any(_is_under(path, keys) for path in turn.touched()))


def _shared_lines(network: Network, end: Termination, turn: Turn) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Return the lines of an end, each below its heading, that its other end must share: before and after."""
    known = platform(network.devices[end.device].platform)
    shared = (ADDRESS, *known.shared, *(known.encryption.lines if known.encryption else ()))
    headings = _headings(network, end)
    before, after = (
        {(heading, line) for heading in headings for line in tree.under(heading) if line.startswith(shared)}
        for tree in (turn.running, turn.intended)
    )
    return before, after


def _is_about_their_link(network: Network, one: str, other: str, turns: Mapping[str, Turn]) -> bool:
    ends = [end for c in _between(network.circuits.values(), {one, other}) for end in (c.a, c.z)]
    headings: dict[str, list[str]] = {one: [], other: []}
    for end in ends:
        headings[end.device] += [*_headings(network, end), *_about_keys(network, end)]
    return all(_is_under(path, headings[name]) for name in (one, other) for path in turns[name].touched())


def _is_under(path: Sequence[str], headings: Iterable[str]) -> bool:
    """Say whether a line stands under one of the headings, or is one; algorithms may stand behind its name."""
    return any(path[0] == heading or path[0].startswith(f"{heading} ") for heading in headings)


def _between(circuits: Iterable[Circuit], pair: Collection[str]) -> Iterator[Circuit]:
    return (circuit for circuit in circuits if {circuit.a.device, circuit.z.device} == pair)


def _headings(network: Network, end: Termination) -> tuple[str, ...]:
    """Return the headings under which an end is configured: its port, and the tunnel over it."""
    device = network.devices[end.device]
    return tunnels.headings(network, device, port_namer(network, device)(device.interface(end.interface)))


def _about_keys(network: Network, end: Termination) -> tuple[str, ...]:
    """Return the headings of what an end's encryption is made of, which the other end must share."""
    device = network.devices[end.device]
    interface = device.interface(end.interface)
    return tunnels.sections(network, device, interface, port_namer(network, device)(interface))
