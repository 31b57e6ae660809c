"""What may be written in topology/addresses.yaml and topology/allocations.yaml: the plan and what came of it."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Interface, NetmaskValueError
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from jbnet.inventory.schema.values import Declared, Length, LevelName, Prefix

Number = Annotated[int, Field(ge=1, le=256)]
Percent = Annotated[int, Field(ge=1, le=100)]


def _host(value: object) -> IPv4Interface:
    wanted = "an address with its prefix length, such as 10.8.192.1/31"
    if not isinstance(value, str) or "/" not in value:
        raise PydanticCustomError("jb_value", wanted)
    try:
        return IPv4Interface(value)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise PydanticCustomError("jb_value", wanted) from error


_AS_HOST = {"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"}
Host = Annotated[IPv4Interface, PlainValidator(_host), WithJsonSchema(_AS_HOST)]


class LevelBlocks(Declared):
    """Prefix lengths for one level: ``block`` for the site and all below it, ``own`` for the site itself."""

    block: Length
    own: Length


class PartDecl(Declared):
    """A part of a home's own prefix: number ``part`` (from 1) of ``of`` equal ones."""

    part: Number
    of: Literal[1, 2, 4, 8, 16, 32, 64, 128, 256] = 4


class LanPart(PartDecl):
    """The site's own LAN. ``widest``: however large the part, the LAN is at most this wide."""

    part: Number = 1
    widest: Length = 24


class AgenciesPart(PartDecl):
    """The agencies at the site: ``slots`` equal prefixes, one per agency."""

    part: Number = 2
    slots: Literal[1, 2, 4, 8, 16, 32] = 8


class LinksPart(PartDecl):
    """A /31 per circuit (RFC 3021): room for ``up`` uplinks, then ``pair`` pairs, then cables."""

    part: Number = 3
    up: Annotated[int, Field(ge=1, le=64)] = 4
    pair: Annotated[int, Field(ge=0, le=64)] = 4


class LoopbacksPart(PartDecl):
    """A /32 per device: its loopback, which is its management address."""

    part: Number = 4


class SchemeDecl(Declared):
    """How every home's own prefix is cut; what is not written is cut in quarters."""

    lan: LanPart = LanPart()
    agencies: AgenciesPart = AgenciesPart()
    links: LinksPart = LinksPart()
    loopbacks: LoopbacksPart = LoopbacksPart()


class ExtranetDecl(Declared):
    """The hand-over links to partners: one prefix of length ``link`` each, out of ``pool``."""

    pool: Prefix
    link: Annotated[int, Field(ge=24, le=31)] = 30


class AddressesFile(Declared):
    """topology/addresses.yaml: the address plan.

    ``provinces`` gives the own prefixes of sites whose level has no blocks. ``public`` lists public address space
    that is used on purpose. ``nearly_full`` is the share of a block, in percent, from which on a warning is given.
    ``exceptions`` gives interfaces, by device and interface, addresses that the plan would not give them.
    ``lans`` gives devices further LANs (lan2, lan3 and so on) with their own address there: what was there before the
    plan.
    """

    pools: tuple[Prefix, ...] = Field(strict=False)
    services: Prefix
    levels: dict[LevelName, LevelBlocks]
    scheme: SchemeDecl = SchemeDecl()
    locations: dict[str, Prefix] = {}
    provinces: dict[str, Prefix] = {}
    peers: dict[str, Prefix] = {}
    extranet: ExtranetDecl | None = None
    public: tuple[Prefix, ...] = Field(default=(), strict=False)
    nearly_full: Percent = 85
    exceptions: dict[str, dict[str, Host]] = {}
    lans: dict[str, dict[str, Host]] = {}


class AllocationsFile(Declared):
    """topology/allocations.yaml, written by ``jbnet address allocate``.

    ``blocks``: division code to block; ``partners``: site code, a slash and the partner's kind to its link;
    ``reserved``: a reason to a prefix that is given to nobody.
    """

    blocks: dict[str, Prefix] = {}
    partners: dict[str, Prefix] = {}
    reserved: dict[str, Prefix] = {}
