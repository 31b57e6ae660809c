"""Devices, their roles and interfaces."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface

from jbnet.model.findings import Place
from jbnet.model.levels import DeviceKind, InterfaceKind


@dataclass(frozen=True, slots=True)
class Role:
    """What devices of one kind have in common. ``managed``: jbnet deploys its configuration.

    ``snmp`` is ``v2c`` or ``v3`` or None (no agent). ``monitored``: it is polled. ``platform`` is what its devices
    run where they do not say otherwise.
    """

    name: str
    managed: bool
    monitored: bool
    snmp: str | None
    kind: DeviceKind = DeviceKind.ROUTER
    platform: str = "frr"
    device_type: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """A port of a device. ``circuit`` names the circuit it terminates (kind ``circuit`` only).

    ``cost`` is the OSPF cost (RFC 2328), ``area`` the OSPF area in dotted form or None (not in OSPF);
    ``passive``: announced, no neighbour expected.
    """

    name: str
    kind: InterfaceKind
    address: IPv4Interface | None = None
    circuit: str | None = None
    description: str = ""
    area: str | None = None
    cost: int | None = None
    passive: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """A router or server. ``home`` is the name of the site, location or peer that houses it; ``site`` the site.

    For a peer's device ``site`` is the empty string. ``uplink`` is the interface through which the
    device is first reached (see ``jbnet.lab``): None for the root of the tree (the core).
    ``loopback`` is its management address once deployed. ``platform`` is what the real device runs
    (``jbnet.platforms``); its copy in a lab runs ``frr``. ``device_type`` is its model (``Network.device_types``).
    ``serial`` is the serial number of the box that stands there, as on its label; None: nobody wrote it down.
    """

    name: str
    home: str
    site: str
    role: str
    platform: str
    loopback: IPv4Address | None
    interfaces: tuple[Interface, ...]
    uplink: str | None = None
    asn: int | None = None
    device_type: str | None = None
    serial: str | None = None
    place: Place | None = None

    def interface(self, name: str) -> Interface:
        """Return the interface of that name. Raises KeyError."""
        for interface in self.interfaces:
            if interface.name == name:
                return interface
        raise KeyError(name)
