"""Blocks of sites: recorded once, never moved; new sites take the first free block of their parent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Network

from jbnet.inventory.declaration import LEVELS, Declaration, SiteItem
from jbnet.inventory.plan_schema import AddressesFile


class NoRoom(Exception):
    """The parent's block has no free block of that length."""

    def __init__(self, site: str, parent: str | None, length: int):
        self.site, self.parent, self.length = site, parent, length
        super().__init__(site)


def allocate(
    sites: Sequence[SiteItem], codes: Mapping[str, str], existing: Mapping[str, IPv4Network], plan: AddressesFile
) -> dict[str, IPv4Network]:
    """Return ``existing`` and a block for every site that has none, by code.

    ``codes`` maps names to codes. What exists is never changed, whether or not its site is still
    declared; new blocks are given level by level in the order of the codes. Raises NoRoom.
    """
    blocks = dict(existing)
    used: dict[str | None, list[IPv4Network]] = {}
    for site in sorted(sites, key=lambda s: (LEVELS.index(s.level), s.decl.code)):
        rule = plan.levels.get(site.level.value)
        if rule is None or site.decl.code in blocks:
            continue
        parent_code = codes.get(site.parent) if site.parent else None
        parent_code = parent_code if parent_code in blocks else None
        taken = used.setdefault(parent_code, _taken(parent_code, blocks, plan, sites))
        block = first_free(_pools(parent_code, blocks, plan), taken, rule.block)
        if block is None:
            raise NoRoom(site.name, site.parent, rule.block)
        taken.append(block)
        blocks[site.decl.code] = block
    return blocks


def _pools(code: str | None, blocks: Mapping[str, IPv4Network], plan: AddressesFile) -> tuple[IPv4Network, ...]:
    return plan.pools if code is None else (blocks[code],)


def _taken(
    code: str | None, blocks: Mapping[str, IPv4Network], plan: AddressesFile, sites: Sequence[SiteItem]
) -> list[IPv4Network]:
    """Return what is used within the pool of a code: its own part and every recorded block inside."""
    if code is None:
        return list(blocks.values())
    level = next((site.level for site in sites if site.decl.code == code), None)
    rule = plan.levels.get(level.value) if level else None
    pool = blocks[code]
    own = [own_prefix(pool, rule.own)] if rule else []
    inside = [block for other, block in blocks.items() if other != code and block.subnet_of(pool)]
    return own + [block for block in inside if block != pool]


def own_prefix(block: IPv4Network, length: int) -> IPv4Network:
    """Return the part of a block that its site uses itself: the first of that length."""
    return IPv4Network((int(block.network_address), max(length, block.prefixlen)))


def first_free(pools: Iterable[IPv4Network], taken: Iterable[IPv4Network], length: int) -> IPv4Network | None:
    """Return the lowest block of that length in the pools that overlaps nothing taken."""
    ranges = sorted((int(t.network_address), int(t.broadcast_address)) for t in taken)
    size = 1 << (32 - length)
    for pool in pools:
        start, end = int(pool.network_address), int(pool.broadcast_address)
        candidate = -(-start // size) * size
        for low, high in ranges:
            if high < candidate:
                continue
            if low >= candidate + size:
                break
            candidate = -(-(high + 1) // size) * size
        if candidate + size - 1 <= end:
            return IPv4Network((candidate, length))
    return None


def render(blocks: Mapping[str, IPv4Network], partners: Mapping[str, IPv4Network] | None = None) -> str:
    """Return the text of topology/allocations.yaml, each section ordered by key."""
    lines = [
        "# Blocks of sites by division code. Written by `jbnet address allocate`; a line never changes once written,",
        "# so adding or removing a site moves no other.",
        *_section("blocks", blocks),
    ]
    if partners:
        lines += ["# Hand-over links to partners: code of the site and kind of partner.", *_section("partners", partners)]
    return "\n".join(lines) + "\n"


def _section(name: str, found: Mapping[str, IPv4Network]) -> list[str]:
    return [f"{name}:", *(f'  "{key}": {found[key]}' for key in sorted(found))] if found else [f"{name}: {{}}"]


def recorded(declared: Declaration) -> Mapping[str, IPv4Network]:
    """Return the blocks that topology/allocations.yaml records."""
    return declared.allocations.decl.blocks if declared.allocations else {}
