"""Configurations of ports: who is let in and filtered, what is encrypted, what is shut."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from jbnet.model.errors import TargetError
from jbnet.model.findings import Place
from jbnet.model.network import Circuit, Device, Network
from jbnet.model.text import Text, text
from jbnet.platforms.registry import platform
from jbnet.standards.predicates.base import Verdict, unknown, violated
from jbnet.standards.predicates.configured import Configured, inapplicable, listed, passed, places, read_all
from jbnet.standards.world import World

if TYPE_CHECKING:  # as in ``configured``: a check never looks at a configuration
    from jbnet.config.audit.observed import Fact, Observed, Reading
    from jbnet.config.intent import Port


class ZonesFiltered(Configured):
    """Ports to agencies and partners are filtered both ways, by lists that end by refusing everything else."""

    CHAIN: ClassVar = ("policy_classes", "class_lists")

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """Which ports these are follows from the declaration; a port without an address lets nobody in."""
        expected = _zone_ports(world.network, device)
        if isinstance(expected, Verdict):
            return expected
        known, missing = read_all(seen, "addressed", "filters_in", "filters_out", "list_rules", *self.CHAIN)
        if missing is not None:
            return missing
        addressed = known["addressed"].by()
        ports = [port.name for port in expected if port.name in addressed]
        if not ports:
            return inapplicable(text("no port to an agency or partner is configured"))
        shown: list[Place] = []
        for name in ports:
            for side in ("filters_in", "filters_out"):
                found = known[side].by().get(name)
                problem = _open(name, found, known)
                if problem is not None:
                    return violated(problem, [*addressed[name].places, *(found.places if found else ())])
                shown += found.places if found else ()
        return passed(text("filtered both ways: {names}", names=listed(ports)), shown)


def _zone_ports(network: Network, device: Device) -> Sequence[Port] | Verdict:
    from jbnet.config.zones import zones

    known = platform(device.platform)
    if not known.zones and "zones" in known.lacks:
        return unknown(Text(known.lacks["zones"]))
    try:
        found = zones(network, device).ports
    except TargetError as error:
        return unknown(error.text)
    return found or inapplicable(text("no agency and no partner is connected to it"))


def _open(port: str, reading: Reading | None, known: Mapping[str, Fact]) -> Text | None:
    """Return why a port is open; None: its filter ends by refusing everything else."""
    if reading is None or reading.value is None:
        return text("{port} is not filtered both ways", port=port)
    name = reading.value
    for link in ZonesFiltered.CHAIN:
        step = known[link].by().get(name)
        name = step.value if step is not None and step.value else name
    rules = [one.value for one in known["list_rules"].readings if one.about == name]
    if not rules:
        return text("{port}: the list {name} has no rules", port=port, name=name)
    if rules[-1] != "closes":
        return text("{port}: the list {name} does not end by refusing everything else", port=port, name=name)
    return None


class UnusedPortsShut(Configured):
    """Physical ports that carry nothing are shut."""

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """Unused is a port without address, VLAN, bundle or part: nothing in the configuration makes use of it."""
        known, missing = read_all(seen, "ports", "port_uses", "port_off")
        if missing is not None:
            return missing
        used, state = known["port_uses"].by(), known["port_off"].by()
        idle = [one for one in known["ports"].readings if one.about not in used]
        up = [one for one in idle if state[one.about].value == "on"]
        if up:
            return violated(text("unused ports that are not shut: {names}", names=listed([one.about for one in up])),
                            places(up))  # fmt: skip
        unclear = [one.about for one in idle if state[one.about].value is None]
        if unclear:
            return unknown(text("no line says whether these unused ports are shut: {names}", names=listed(unclear)))
        said = text("ports: {count}; unused and shut: {idle}", count=len(known["ports"].readings), idle=len(idle))
        return passed(said, places([state[one.about] for one in idle]))


class LinesEncrypted(Configured):
    """Lines over networks of others (``underlay``), or all leased lines, are encrypted (IPsec, RFC 4301)."""

    over: Literal["underlay", "leased"]

    def look(self, world: World, device: Device, seen: Observed) -> Verdict:
        """Which ports these are follows from the declaration."""
        try:
            expected = dict(self._ports(world.network, device))
        except TargetError as error:
            return unknown(error.text)
        if not expected:
            return inapplicable(text("it has no such lines"))
        known, missing = read_all(seen, "port_encryption")
        if missing is not None:
            return missing
        found = known["port_encryption"].by()
        bare = [text("{port} ({circuit})", port=names[0], circuit=circuit.name)
                for names, circuit in expected.items() if not found.keys() & set(names)]  # fmt: skip
        if bare:
            return violated(text("lines without encryption: {names}", names=listed(bare)))
        shown = places([found[name] for names in expected for name in names if name in found])
        return passed(text("encrypted: {names}", names=listed([names[0] for names in expected])), shown)

    def _ports(self, network: Network, device: Device) -> Iterator[tuple[tuple[str, ...], Circuit]]:
        """Yield such lines by their ports, and by the tunnels that may run over them."""
        from jbnet.config.links import circuit_interfaces, far_end
        from jbnet.config.naming import port_namer
        from jbnet.config.tunnels import headings

        namer = port_namer(network, device)
        for interface in circuit_interfaces(device):
            far = far_end(network, device, interface)
            if far is not None and (far.circuit.underlay if self.over == "underlay" else far.circuit.carrier):
                said = headings(network, device, namer(interface))
                yield tuple(heading.split()[1] for heading in said), far.circuit
