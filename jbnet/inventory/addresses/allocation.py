"""Blocks of sites: recorded once, never moved; new sites take the first free block of their parent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network

from jbnet.inventory.addresses.blocks import Room, Taken, range_of
from jbnet.inventory.addresses.identity import identities
from jbnet.inventory.declaration import LEVELS, Declaration, SiteItem
from jbnet.inventory.schema.plan import AddressesFile, AllocationsFile


class NoRoom(Exception):
    """The parent's block has no free block of that length. ``parent`` None: the pools have none."""

    def __init__(self, site: str, parent: str | None, length: int):
        self.site, self.parent, self.length = site, parent, length
        super().__init__(site)


def allocate(sites: Sequence[SiteItem], record: AllocationsFile, plan: AddressesFile) -> dict[str, IPv4Network]:
    """Return what is recorded and a block for every site that has none, by code.

    What exists is never changed, whether or not its site is still declared; what is recorded under a site's former
    code is recorded under its present one. New blocks are given level by level in the order of the codes, so the
    order of files and keys plays no part. Raises NoRoom.
    """
    blocks = _rekeyed(sites, record.blocks)
    rooms = Rooms(sites, blocks, record, plan)
    for site in sorted(sites, key=lambda s: (LEVELS.index(s.level), s.decl.code)):
        rule = plan.levels.get(site.level.value)
        if rule is None or site.decl.code in blocks:
            continue
        block = rooms.of(rooms.owner(site)).take(rule.block)
        if block is None:
            raise NoRoom(site.name, site.parent if rooms.owner(site) else None, rule.block)
        blocks[site.decl.code] = block
    return blocks


def _rekeyed(sites: Sequence[SiteItem], recorded: Mapping[str, IPv4Network]) -> dict[str, IPv4Network]:
    codes = {key: code for code, key in identities(sites, recorded.keys()).keys.items()}
    return {codes.get(key, key): block for key, block in recorded.items()}


class Rooms:
    """The free room of each site's block, and of the pools, made when first asked for.

    ``blocks`` is looked at again for every new owner, so it may grow meanwhile.
    """

    def __init__(
        self, sites: Sequence[SiteItem], blocks: Mapping[str, IPv4Network], record: AllocationsFile, plan: AddressesFile
    ) -> None:
        self._codes = {site.name: site.decl.code for site in sites}
        levels = {site.decl.code: plan.levels.get(site.level.value) for site in sites}
        self._own = {code: rule.own for code, rule in levels.items() if rule is not None}
        self._blocks = blocks
        self._plan = plan
        self._taken = Taken([*blocks.values(), *record.reserved.values()])
        self._rooms: dict[str | None, Room] = {}

    def owner(self, site: SiteItem) -> str | None:
        """Return the code of the site in whose block this site's lies; None: in the pools."""
        code = self._codes.get(site.parent) if site.parent else None
        return code if code in self._blocks else None

    def of(self, code: str | None) -> Room:
        """Return the room in the block of that code, or in the pools."""
        if code not in self._rooms:
            self._rooms[code] = self._pools() if code is None else self._below(code)
        return self._rooms[code]

    def _pools(self) -> Room:
        return Room(self._plan.pools, [r for pool in self._plan.pools for r in self._taken.within(pool)])

    def _below(self, code: str) -> Room:
        block = self._blocks[code]
        own = [range_of(own_prefix(block, self._own[code]))] if code in self._own else []
        return Room([block], [*own, *self._taken.within(block, strictly=True)])


def own_prefix(block: IPv4Network, length: int) -> IPv4Network:
    """Return the part of a block that its site uses itself: the first of that length."""
    return block if length <= block.prefixlen else IPv4Network((int(block.network_address), length))


def render(record: AllocationsFile) -> str:
    """Return the text of topology/allocations.yaml, each section ordered by key."""
    lines = [
        "# Blocks of sites by division code. Written by `jbnet address allocate`; a line never changes once written,",
        "# so adding or removing a site moves no other.",
        *_section("blocks", record.blocks),
    ]
    if record.partners:
        lines += ["# Hand-over links to partners: code of the site and kind of partner."]
        lines += _section("partners", record.partners)
    if record.reserved:
        lines += ["# Given to nobody until the line is removed: jbnet address free PREFIX."]
        lines += _section("reserved", record.reserved)
    return "\n".join(lines) + "\n"


def _section(name: str, found: Mapping[str, IPv4Network]) -> list[str]:
    if not found:
        return [f"{name}: {{}}"]
    return [f"{name}:", *(f"  {json.dumps(key, ensure_ascii=False)}: {found[key]}" for key in sorted(found))]


def recorded(declared: Declaration) -> AllocationsFile:
    """Return what topology/allocations.yaml records."""
    return declared.allocations.decl if declared.allocations else AllocationsFile()
