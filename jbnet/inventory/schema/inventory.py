"""What may be written down: the schema of the declaration, strict, unknown keys forbidden.

Only shapes and single values are judged here; what needs two places at once (references, overlaps,
loops) is judged afterwards, on the models.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from jbnet.inventory.schema.authentication import AuthenticationDecl as AuthenticationDecl
from jbnet.inventory.schema.business import AgencyDecl as AgencyDecl
from jbnet.inventory.schema.business import ApplicationDecl as ApplicationDecl
from jbnet.inventory.schema.business import DatabaseDecl as DatabaseDecl
from jbnet.inventory.schema.business import ObjectiveDecl as ObjectiveDecl
from jbnet.inventory.schema.business import PartnerDecl as PartnerDecl
from jbnet.inventory.schema.business import PartnerKindDecl as PartnerKindDecl
from jbnet.inventory.schema.business import ServiceDecl as ServiceDecl
from jbnet.inventory.schema.business import VrfDecl as VrfDecl
from jbnet.inventory.schema.dns import DnsZoneDecl as DnsZoneDecl
from jbnet.inventory.schema.hardware import HardwareFile as HardwareFile
from jbnet.inventory.schema.hardware import PortName as PortName
from jbnet.inventory.schema.hardware import PortsFile as PortsFile
from jbnet.inventory.schema.lines import CarrierDecl as CarrierDecl
from jbnet.inventory.schema.lines import CircuitDecl as CircuitDecl
from jbnet.inventory.schema.lines import ContactDecl as ContactDecl
from jbnet.inventory.schema.lines import LineDecl as LineDecl
from jbnet.inventory.schema.lines import PremisesDecl as PremisesDecl
from jbnet.inventory.schema.lines import SrlgDecl as SrlgDecl
from jbnet.inventory.schema.lines import UnderlayDecl as UnderlayDecl
from jbnet.inventory.schema.management import ManagementFile as ManagementFile
from jbnet.inventory.schema.naming import NamingFile as NamingFile
from jbnet.inventory.schema.permissions import PermissionDecl as PermissionDecl
from jbnet.inventory.schema.plan import AddressesFile as AddressesFile
from jbnet.inventory.schema.plan import AllocationsFile as AllocationsFile
from jbnet.inventory.schema.routes import RouteDecl as RouteDecl
from jbnet.inventory.schema.traffic import TrafficFile as TrafficFile
from jbnet.inventory.schema.values import (
    Asn,
    Code,
    Cost,
    Hours,
    Label,
    Latitude,
    LevelName,
    Longitude,
    Mbits,
    Nothing,
    Prefix,
    Serial,
    Some,
    Street,
)
from jbnet.inventory.schema.values import Declared as Declared


def _role_only(value: object) -> object:
    return {"role": value} if isinstance(value, str) else value


class DeviceDecl(Declared):
    """A device of a home; written as its role alone where nothing else differs.

    ``device_type`` is its model where it is not its role's; ``ports`` gives interfaces other ports than they would get.
    ``serial`` is the serial number of the box that stands there; ``jbnet replace`` writes it. ``routes`` are its static
    routes beside the derived ones; at a site they replace those of the archetype.
    """

    role: str | None = None
    platform: str | None = None
    device_type: str | None = None
    serial: Serial | None = None
    ports: dict[str, PortName] = {}
    routes: tuple[RouteDecl, ...] = Field(default=(), strict=False, max_length=256)


DeviceEntry = Annotated[DeviceDecl, BeforeValidator(_role_only, json_schema_input_type=str | DeviceDecl)]
Devices = dict[str, DeviceEntry]
Circuits = dict[str, CircuitDecl]
EachDevices = Annotated[Devices, Field(max_length=64)]
EachCircuits = Annotated[Circuits, Field(max_length=128)]
"""What every site of an archetype has: as often as there are sites."""


class ArchetypeDecl(Declared):
    """What sites of one kind have in common: devices, circuits, and which device carries the LAN."""

    level: LevelName
    lan: str | None = None
    demand: Mbits | None = None
    opening_hours: Hours | None = None
    devices: EachDevices = {}
    circuits: EachCircuits = {}


class SiteDecl(Declared):
    """A site. ``parent`` is written only where the site does not stand inside its parent.

    ``gateway`` names the device where its lines end when it has no equipment of its own. ``premises`` and
    ``extranet`` say what differs for agencies and partners at this site; ``null``: no line, no partner.
    """

    code: Code
    formerly: tuple[Code, ...] = Some
    """Codes that the site had before: what was recorded for them stays its own."""
    name_zh: Label
    parent: str | None = None
    status: Literal["register", "planned", "active"] | None = None
    phase: Annotated[int, Field(ge=1, le=9)] | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    address: Street | None = None
    contact: ContactDecl | None = None
    opening_hours: Hours | None = None
    demand: Mbits | None = None
    archetype: str | None = None
    gateway: str | None = None
    devices: Devices = Nothing
    circuits: dict[str, CircuitDecl | None] = Nothing
    premises: dict[str, PremisesDecl | None] = Nothing
    extranet: dict[str, PartnerDecl | None] = Nothing


class TownshipDecl(SiteDecl):
    """A township with its communities."""

    communities: dict[str, SiteDecl] = Nothing


class CountyDecl(SiteDecl):
    """A county with its townships."""

    townships: dict[str, TownshipDecl] = {}


class PrefectureDecl(SiteDecl):
    """A prefecture with its counties."""

    counties: dict[str, CountyDecl] = {}


class ProvinceDecl(SiteDecl):
    """A province; its prefectures stand in files of their own."""

    prefectures: dict[str, PrefectureDecl] = {}


class LocationDecl(Declared):
    """A data centre, the core or the NOC."""

    name_zh: Label
    site: str
    lan: str | None = None
    devices: Devices = {}
    circuits: Circuits = {}


class PeerDecl(Declared):
    """Somebody else's network and our circuits to it. ``asn`` None: routed statically."""

    name_zh: Label
    asn: Asn | None = None
    prefixes: tuple[Prefix, ...] = Field(default=(), strict=False)
    lan: str | None = None
    devices: Devices = {}
    circuits: Circuits = {}


class NetworkDecl(Declared):
    """The network itself. ``noc`` is the device on which jbnet runs."""

    name: Label
    name_zh: Label
    asn: Asn
    supernet: Prefix
    noc: str | None = None


class RoleDecl(Declared):
    """What devices of one kind have in common."""

    managed: bool = True
    monitored: bool = True
    snmp: Literal["v2c", "v3"] | None = None
    kind: Literal["router", "server"] = "router"
    platform: str = "frr"
    device_type: str | None = None


class InventoryFile(Declared):
    """A file below inventory/: any of these sections, in any file."""

    network: NetworkDecl | None = None
    carriers: dict[str, CarrierDecl] = {}
    underlays: dict[str, UnderlayDecl] = {}
    srlgs: dict[str, SrlgDecl] = {}
    vrfs: dict[str, VrfDecl] = {}
    agencies: Annotated[dict[str, AgencyDecl], Field(max_length=32)] = {}
    extranet: Annotated[dict[str, PartnerKindDecl], Field(max_length=64)] = {}
    permissions: Annotated[dict[str, PermissionDecl], Field(max_length=256)] = {}
    applications: dict[str, ApplicationDecl] = {}
    peers: dict[str, PeerDecl] = {}
    roles: dict[str, RoleDecl] = {}
    archetypes: dict[str, ArchetypeDecl] = {}
    locations: dict[str, LocationDecl] = {}
    databases: dict[str, DatabaseDecl] = {}
    services: dict[str, ServiceDecl] = {}
    dns: Annotated[dict[str, DnsZoneDecl], Field(max_length=64)] = {}
    provinces: dict[str, ProvinceDecl] = {}
    prefectures: dict[str, PrefectureDecl] = {}
    counties: dict[str, CountyDecl] = {}
    townships: dict[str, TownshipDecl] = {}
    communities: dict[str, SiteDecl] = {}


class RoleCosts(Declared):
    """A number for each role of a circuit."""

    primary: Cost
    backup: Cost


class AreasDecl(Declared):
    """OSPF areas: the backbone, the level that each makes an area, the levels that speak OSPF below it."""

    backbone: Literal["0.0.0.0"] = "0.0.0.0"  # noqa: S104  an area, not an address to bind
    level: LevelName = "prefecture"
    speakers: tuple[LevelName, ...] = Field(strict=False)


class RoutingFile(Declared):
    """topology/routing.yaml: the routing policy."""

    areas: AreasDecl
    costs: RoleCosts
    local_pref: RoleCosts
    authentication: AuthenticationDecl = AuthenticationDecl()


class ScaleDecl(Declared):
    """A lab scale: homes by name, whole levels; ``without``: roles that the live copy leaves out.

    ``partners``: partners of the extranet, by name, at the far end of whose line the live copy has a host.
    """

    locations: tuple[str, ...] = Field(default=(), strict=False)
    peers: tuple[str, ...] = Field(default=(), strict=False)
    sites: tuple[str, ...] = Field(default=(), strict=False)
    levels: tuple[LevelName, ...] = Some
    without: tuple[str, ...] = Some
    partners: tuple[str, ...] = Some


class LabFile(Declared):
    """topology/lab.yaml: the scales of the live copy."""

    scales: Annotated[dict[str, ScaleDecl], Field(max_length=32)] = {}
