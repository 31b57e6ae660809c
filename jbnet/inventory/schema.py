"""What may be written down: the schema of the declaration, strict, unknown keys forbidden.

Only shapes and single values are judged here; what needs two places at once (references, overlaps,
loops) is judged afterwards, on the models.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator
from pydantic_core import PydanticCustomError

AnyPrefix = IPv4Network


def _prefix(value: object) -> IPv4Network:
    if not isinstance(value, str) or "/" not in value:
        raise PydanticCustomError("jb_value", "an IPv4 prefix such as 10.8.0.0/13")
    try:
        return IPv4Network(value)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        if "host bits" in str(error):
            right = str(IPv4Network(value, strict=False))
            raise PydanticCustomError("jb_host_bits", "{right}", {"right": right}) from error
        raise PydanticCustomError("jb_value", "an IPv4 prefix such as 10.8.0.0/13") from error


def _address(value: object) -> IPv4Address:
    try:
        return IPv4Address(value) if isinstance(value, str) else _fail("an IPv4 address such as 10.3.0.1")
    except AddressValueError as error:
        raise PydanticCustomError("jb_value", "an IPv4 address such as 10.3.0.1") from error


def _fail(expected: Any) -> Any:
    raise PydanticCustomError("jb_value", expected)


def _code(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        raise PydanticCustomError("jb_code_number", "{code}", {"code": str(value)})
    if not isinstance(value, str) or not value.isascii() or not value.isdigit():
        raise PydanticCustomError("jb_code_text", "digits in quotes")
    return value


def _role_only(value: object) -> object:
    return {"role": value} if isinstance(value, str) else value


Prefix = Annotated[IPv4Network, PlainValidator(_prefix)]
Address = Annotated[IPv4Address, PlainValidator(_address)]
Code = Annotated[str, PlainValidator(_code)]
Label = Annotated[str, Field(min_length=1, max_length=60)]
Asn = Annotated[int, Field(ge=1, le=4294967294)]
Bandwidth = Annotated[int, Field(ge=1, le=400_000)]
Cost = Annotated[int, Field(ge=1, le=65535)]
Length = Annotated[int, Field(ge=1, le=30)]
Seconds = Annotated[float, Field(ge=0)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
LevelName = Literal["province", "prefecture", "county", "township", "community"]


class Declared(BaseModel):
    """Base of everything declared."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class DeviceDecl(Declared):
    """A device of a home; written as its role alone where nothing else differs."""

    role: str | None = None
    platform: Literal["frr"] | None = None


class CircuitDecl(Declared):
    """A circuit of a home; in a site it changes the archetype's circuit of that name, key by key."""

    from_: Annotated[str | None, Field(alias="from")] = None
    to: str | None = None
    role: Literal["primary", "backup"] | None = None
    carrier: str | None = None
    line_number: str | None = None
    bandwidth: Bandwidth | None = None
    media: Literal["fibre", "copper", "microwave", "satellite", "4g", "5g"] | None = None
    latency_ms: Annotated[float, Field(ge=0, le=2000)] | None = None
    srlgs: tuple[str, ...] | None = Field(default=None, strict=False)


DeviceEntry = Annotated[DeviceDecl, BeforeValidator(_role_only)]
Devices = dict[str, DeviceEntry]
Circuits = dict[str, CircuitDecl]


class ArchetypeDecl(Declared):
    """What sites of one kind have in common: devices, circuits, and which device carries the LAN."""

    level: LevelName
    lan: str | None = None
    devices: Devices = {}
    circuits: Circuits = {}


class SiteDecl(Declared):
    """A site. ``parent`` is written only where the site does not stand inside its parent."""

    code: Code
    name_zh: Label
    parent: str | None = None
    status: Literal["register", "planned", "active"] | None = None
    phase: Annotated[int, Field(ge=1, le=9)] | None = None
    lon: Longitude | None = None
    lat: Latitude | None = None
    archetype: str | None = None
    devices: Devices = {}
    circuits: dict[str, CircuitDecl | None] = {}


class TownshipDecl(SiteDecl):
    """A township with its communities."""

    communities: dict[str, SiteDecl] = {}


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
    """Somebody else's network and our circuits to it."""

    name_zh: Label
    asn: Asn
    prefixes: tuple[Prefix, ...] = Field(default=(), strict=False)
    lan: str | None = None
    devices: Devices = {}
    circuits: Circuits = {}


class NetworkDecl(Declared):
    """The network itself. ``noc`` is the device on which jbnet runs."""

    name: str
    name_zh: Label
    asn: Asn
    supernet: Prefix
    noc: str | None = None


class CarrierDecl(Declared):
    """A carrier and whom to call."""

    name_zh: Label
    phone: str | None = None


class RoleDecl(Declared):
    """What devices of one kind have in common."""

    managed: bool = True
    monitored: bool = True
    snmp: Literal["v2c", "v3"] | None = None
    platform: Literal["frr"] = "frr"


class DatabaseDecl(Declared):
    """A PostgreSQL cluster. Objectives are in seconds."""

    name_zh: Label
    service_address: Address
    port: Annotated[int, Field(ge=1024, le=65535)]
    primary: str
    standby: str
    replication: Literal["sync", "async"]
    rto_s: Seconds
    rpo_s: Seconds


class ServiceDecl(Declared):
    """A business service: what it needs and at which levels it is used."""

    name_zh: Label
    databases: tuple[str, ...] = Field(default=(), strict=False)
    needs: tuple[str, ...] = Field(default=(), strict=False)
    levels: tuple[LevelName, ...] = Field(default=(), strict=False)


class InventoryFile(Declared):
    """A file below inventory/: any of these sections, in any file."""

    network: NetworkDecl | None = None
    carriers: dict[str, CarrierDecl] = {}
    peers: dict[str, PeerDecl] = {}
    roles: dict[str, RoleDecl] = {}
    archetypes: dict[str, ArchetypeDecl] = {}
    locations: dict[str, LocationDecl] = {}
    databases: dict[str, DatabaseDecl] = {}
    services: dict[str, ServiceDecl] = {}
    provinces: dict[str, ProvinceDecl] = {}
    prefectures: dict[str, PrefectureDecl] = {}
    counties: dict[str, CountyDecl] = {}
    townships: dict[str, TownshipDecl] = {}
    communities: dict[str, SiteDecl] = {}


class LevelBlocks(Declared):
    """Prefix lengths for one level: ``block`` for the site and all below it, ``own`` for the site itself."""

    block: Length
    own: Length


class AddressesFile(Declared):
    """topology/addresses.yaml: the address plan."""

    pools: tuple[Prefix, ...] = Field(strict=False)
    services: Prefix
    levels: dict[LevelName, LevelBlocks]
    locations: dict[str, Prefix] = {}
    peers: dict[str, Prefix] = {}


class AllocationsFile(Declared):
    """topology/allocations.yaml: division code to block, written by ``jbnet address allocate``."""

    blocks: dict[str, Prefix] = {}


class RoleCosts(Declared):
    """A number for each role of a circuit."""

    primary: Cost
    backup: Cost


class AreasDecl(Declared):
    """OSPF areas: the backbone, the level that each makes an area, the levels that speak OSPF below it."""

    backbone: str = "0.0.0.0"  # noqa: S104  an area, not an address to bind
    level: LevelName = "prefecture"
    speakers: tuple[LevelName, ...] = Field(strict=False)


class RoutingFile(Declared):
    """topology/routing.yaml: the routing policy."""

    areas: AreasDecl
    costs: RoleCosts
    local_pref: RoleCosts


class ScaleDecl(Declared):
    """A lab scale: homes by name, whole levels, or ``all``."""

    locations: tuple[str, ...] = Field(default=(), strict=False)
    peers: tuple[str, ...] = Field(default=(), strict=False)
    sites: tuple[str, ...] = Field(default=(), strict=False)
    levels: tuple[LevelName, ...] = Field(default=(), strict=False)


class LabFile(Declared):
    """topology/lab.yaml: the scales of the live copy."""

    scales: dict[str, ScaleDecl] = {}
