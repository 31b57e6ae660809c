"""What a lab consists of: devices with their daemons and accounts, and the lines between them.

A LabSpec is derived from the declaration and holds nothing else: the lab knows no other network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from jbnet.config.bootstrap import bootstrap
from jbnet.config.render import daemons, render
from jbnet.inventory.partner_hosts import ROLE as PARTNER
from jbnet.inventory.proofs import routing_secrets
from jbnet.lab.partners import filters_of, partner_config
from jbnet.lab.tunnels import LabTunnel, tunnels_of
from jbnet.model.levels import DeviceKind
from jbnet.model.network import Circuit, Device, InterfaceKind, Network, Termination

NETOPS = "netops"
POSTGRES = "postgres"
FENCE = "fence"
ALWAYS = ("zebra", "staticd")


@dataclass(frozen=True, slots=True)
class LabDevice:
    """One device. ``config`` is its configuration at its first boot, all of its parts.

    ``daemons`` are FRR's, in the order of their start; ``snmp`` is ``v3``, ``v2c`` or None (no agent);
    ``accounts`` are those that log in with a key; ``fence``: root runs the fence helper over SSH;
    ``lans`` are interfaces to the site's own network; ``addresses`` are all of its addresses, loopback first.
    ``server``: it is no router: all of /etc is its own, and ``netops`` may become root there (sudo), for playbooks.
    ``tunnels`` are the ends of encrypted lines. ``filters`` is what nft loads at each boot: the filters of partners.
    """

    name: str
    config: str
    daemons: tuple[str, ...] = ALWAYS
    snmp: str | None = "v3"
    accounts: tuple[str, ...] = (NETOPS,)
    fence: bool = False
    lans: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    location: str = ""
    server: bool = False
    tunnels: tuple[LabTunnel, ...] = ()
    filters: str = ""


@dataclass(frozen=True, slots=True)
class LabEnd:
    """A plug: a device, the name of the interface there, and its declared address, if it has one."""

    device: str
    interface: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class LabLink:
    """A circuit between two devices; ``latency_ms`` is the round trip (RFC 2681)."""

    name: str
    a: LabEnd
    z: LabEnd
    latency_ms: float = 0.0


@dataclass(frozen=True)
class LabSpec:
    """The whole lab. ``noc`` is the device from which jbnet works; ``trap_sink`` is where traps go.

    ``deployed``: managed devices boot with the configuration that is rendered for them, not out of their box.
    ``secrets`` names the keys that its routers share; configurations hold them by name.
    """

    scale: str
    devices: tuple[LabDevice, ...]
    links: tuple[LabLink, ...]
    noc: str | None = None
    trap_sink: str | None = None
    deployed: bool = False
    secrets: tuple[str, ...] = ()

    def interfaces(self, device: str) -> tuple[str, ...]:
        """Return the names of a device's interfaces: lines in the order of the declaration, then LANs."""
        lans = next(d.lans for d in self.devices if d.name == device)
        return (*(near.interface for near, _ in self._lines[device]), *lans)

    def neighbours(self, device: str) -> tuple[tuple[str, str], ...]:
        """Return (interface, address at the far end) of a device's lines whose far end has an address."""
        return tuple((near.interface, far.address) for near, far in self._lines[device] if far.address)

    @cached_property
    def _lines(self) -> Mapping[str, list[tuple[LabEnd, LabEnd]]]:
        """The lines of every device: its own end, the far end."""
        found: dict[str, list[tuple[LabEnd, LabEnd]]] = {device.name: [] for device in self.devices}
        for link in self.links:
            found[link.a.device].append((link.a, link.z))
            found[link.z.device].append((link.z, link.a))
        return found


def startup_config(network: Network, device: Device, *, deployed: bool = False) -> str:
    """Return the frr.conf with which a device boots first.

    What jbnet manages comes out of its box, or as ``deployed``; servers and routers of others were set up by
    their owners.
    """
    if device.role == PARTNER.name:
        return partner_config(network, device)
    out_of_its_box = network.roles[device.role].managed and not deployed
    return (bootstrap if out_of_its_box else render)(network, device)


def spec_from(network: Network, scale: str = "all", *, deployed: bool = False) -> LabSpec:
    """Return the lab of a declared network, as out of the box or as ``deployed``.

    Circuits with an end outside the network are left out: restrict the network for a small lab.
    """
    devices = tuple(_device(network, device, deployed) for device in network.devices.values())
    links = tuple(_link(network, circuit) for circuit in network.circuits.values() if _is_whole(network, circuit))
    noc = network.devices.get(network.noc or "")
    sink = str(noc.loopback) if noc is not None and noc.loopback is not None else None
    keys = tuple(dict.fromkeys((*routing_secrets(network), *_line_secrets(network))))
    return LabSpec(scale, devices, links, noc.name if noc else None, sink, deployed, keys)


def _line_secrets(network: Network) -> Iterable[str]:
    return (circuit.encryption.secret for circuit in network.circuits.values() if circuit.encryption is not None)


def _end(network: Network, end: Termination) -> LabEnd:
    address = network.devices[end.device].interface(end.interface).address
    return LabEnd(end.device, end.interface, str(address.ip) if address else "")


def _device(network: Network, device: Device, deployed: bool) -> LabDevice:
    role = network.roles[device.role]
    hosts_database = any(device.name in db.hosts for db in network.databases.values())
    return LabDevice(
        name=device.name,
        config=startup_config(network, device, deployed=deployed),
        daemons=daemons(network, device),
        snmp=role.snmp,
        accounts=(NETOPS, POSTGRES) if hosts_database else (NETOPS,),
        fence=role.managed and device.home in network.locations,
        lans=tuple(i.name for i in device.interfaces if i.kind is InterfaceKind.LAN),
        addresses=tuple(_addresses(device)),
        location=device.home,
        server=role.kind is DeviceKind.SERVER,
        tunnels=tunnels_of(network, device),
        filters=filters_of(network, device),
    )


def _addresses(device: Device) -> Iterable[str]:
    found = [device.loopback, *(i.address.ip for i in device.interfaces if i.address is not None)]
    return dict.fromkeys(str(address) for address in found if address is not None)


def _is_whole(network: Network, circuit: Circuit) -> bool:
    return circuit.a.device in network.devices and circuit.z.device in network.devices


def _link(network: Network, circuit: Circuit) -> LabLink:
    return LabLink(
        name=circuit.name,
        a=_end(network, circuit.a),
        z=_end(network, circuit.z),
        latency_ms=circuit.latency_ms,
    )
