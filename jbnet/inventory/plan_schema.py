"""What may be written in topology/addresses.yaml and topology/allocations.yaml: the address plan and what came of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jbnet.inventory.values import Declared, Length, LevelName, Prefix


class LevelBlocks(Declared):
    """Prefix lengths for one level: ``block`` for the site and all below it, ``own`` for the site itself."""

    block: Length
    own: Length


class PartDecl(Declared):
    """A part of a home's own prefix: number ``part`` (from 1) of ``of`` equal ones."""

    part: Annotated[int, Field(ge=1, le=256)]
    of: Literal[1, 2, 4, 8, 16, 32, 64, 128, 256] = 4


class LanPart(PartDecl):
    """The site's own LAN. ``widest``: however large the part, the LAN is at most this wide."""

    part: Annotated[int, Field(ge=1, le=256)] = 1
    widest: Length = 24


class AgenciesPart(PartDecl):
    """The agencies at the site: ``slots`` equal prefixes, one per agency."""

    part: Annotated[int, Field(ge=1, le=256)] = 2
    slots: Literal[1, 2, 4, 8, 16, 32] = 8


class LinksPart(PartDecl):
    """A /31 per circuit (RFC 3021): room for ``up`` uplinks, then ``pair`` pairs, then cables."""

    part: Annotated[int, Field(ge=1, le=256)] = 3
    up: Annotated[int, Field(ge=1, le=64)] = 4
    pair: Annotated[int, Field(ge=0, le=64)] = 4


class LoopbacksPart(PartDecl):
    """A /32 per device: its loopback, which is its management address."""

    part: Annotated[int, Field(ge=1, le=256)] = 4


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
    """topology/addresses.yaml: the address plan. ``provinces`` gives the own prefixes of sites outside the pools."""

    pools: tuple[Prefix, ...] = Field(strict=False)
    services: Prefix
    levels: dict[LevelName, LevelBlocks]
    scheme: SchemeDecl = SchemeDecl()
    locations: dict[str, Prefix] = {}
    provinces: dict[str, Prefix] = {}
    peers: dict[str, Prefix] = {}
    extranet: ExtranetDecl | None = None


class AllocationsFile(Declared):
    """topology/allocations.yaml, written by ``jbnet address allocate``.

    ``blocks``: division code to block; ``partners``: site code, a slash and the partner's kind to its link.
    """

    blocks: dict[str, Prefix] = {}
    partners: dict[str, Prefix] = {}
