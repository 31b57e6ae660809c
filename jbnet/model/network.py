"""The declared network: the nouns of all areas in one place, after archetypes and roles have been applied.

Terms are NetBox's (Site, Location, Device, Interface, Circuit, Prefix) and those of the RFCs.
Everything is frozen; a Network is built once by ``jbnet.inventory`` and only read afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network

from jbnet.model.authentication import Authentication
from jbnet.model.business import Agency, Application, BgpSession, Database, Objective, Peer, Premises, Service, Vrf
from jbnet.model.dns import DnsZone
from jbnet.model.encryption import EncryptionProfile
from jbnet.model.equipment import Device, Interface, Role
from jbnet.model.hardware import DeviceType
from jbnet.model.levels import CircuitRole, DeviceKind, InterfaceKind, Level, Status, Zone
from jbnet.model.lines import Carrier, Circuit, Line, Srlg, Termination, Underlay
from jbnet.model.management import Management
from jbnet.model.ownership import Ownership
from jbnet.model.permissions import Permission
from jbnet.model.places import Contact, Location, Site
from jbnet.model.routes import Route
from jbnet.model.traffic import Video

__all__ = [
    "Agency",
    "Application",
    "BgpSession",
    "Carrier",
    "Circuit",
    "CircuitRole",
    "Contact",
    "Database",
    "Device",
    "DeviceKind",
    "DeviceType",
    "Interface",
    "InterfaceKind",
    "Level",
    "Line",
    "Location",
    "Network",
    "Objective",
    "Peer",
    "Premises",
    "Role",
    "Service",
    "Site",
    "Srlg",
    "Status",
    "Termination",
    "Underlay",
    "Vrf",
    "Zone",
]


@dataclass(frozen=True, slots=True)
class Network:
    """The whole declared network. Mappings are keyed by name, in the order of the declaration."""

    name: str
    name_zh: str
    asn: int
    supernet: IPv4Network
    sites: Mapping[str, Site] = field(default_factory=dict)
    locations: Mapping[str, Location] = field(default_factory=dict)
    peers: Mapping[str, Peer] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    devices: Mapping[str, Device] = field(default_factory=dict)
    circuits: Mapping[str, Circuit] = field(default_factory=dict)
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    databases: Mapping[str, Database] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    applications: Mapping[str, Application] = field(default_factory=dict)
    agencies: Mapping[str, Agency] = field(default_factory=dict)
    vrfs: Mapping[str, Vrf] = field(default_factory=dict)
    premises: Mapping[str, Premises] = field(default_factory=dict)
    underlays: Mapping[str, Underlay] = field(default_factory=dict)
    srlgs: Mapping[str, Srlg] = field(default_factory=dict)
    device_types: Mapping[str, DeviceType] = field(default_factory=dict)
    ports: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By device and interface, the port of the real device; empty for devices of no known type."""
    management: Management | None = None
    video: Video | None = None
    encryption: Mapping[str, EncryptionProfile] = field(default_factory=dict)
    ownership: Mapping[str, Ownership] = field(default_factory=dict)
    """How the sections of devices are held, by device; of one that is not in it jbnet owns everything."""
    authentication: Authentication | None = None
    """By which keys routers know each other; None: by none."""
    permissions: Mapping[str, Permission] = field(default_factory=dict)
    dns: Mapping[str, DnsZone] = field(default_factory=dict)
    """Zones with the names that a recovery may move."""
    bgp_sessions: tuple[BgpSession, ...] = ()
    routes: Mapping[str, tuple[Route, ...]] = field(default_factory=dict)
    """Declared static routes by device; those that follow from the rest are not among them."""
    service_prefix: IPv4Network | None = None
    noc: str | None = None
    """Name of the device on which jbnet runs: the default vantage."""
