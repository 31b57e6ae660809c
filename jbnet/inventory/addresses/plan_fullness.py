"""How full blocks are, long before they are: what can still be given to sites below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from jbnet.inventory.addresses.allocation import Rooms, recorded
from jbnet.inventory.addresses.identity import identities
from jbnet.inventory.declaration import LEVELS, Declaration, SiteItem
from jbnet.inventory.report import Report
from jbnet.inventory.schema.plan import AddressesFile
from jbnet.model.findings import Place
from jbnet.model.levels import Level
from jbnet.model.text import Text, text


@dataclass(frozen=True, slots=True)
class Fullness:
    """Of ``total`` blocks of length ``length`` that a prefix has room for, ``free`` are left."""

    length: int
    total: int
    free: int

    @property
    def percent(self) -> int:
        """Return the share that is taken, in whole percent, rounded down."""
        return 100 * (self.total - self.free) // self.total


TELLING = 4
"""A share of fewer blocks than this says nothing: two of three are in use in a plan that fits."""


def next_length(plan: AddressesFile, level: Level | None) -> int | None:
    """Return the length of blocks given out below a site of that level (None: out of the pools); None for no more."""
    below = LEVELS if level is None else LEVELS[LEVELS.index(level) + 1 :]
    return next((plan.levels[lower.value].block for lower in below if lower.value in plan.levels), None)


def fullness(
    plan: AddressesFile, rooms: Rooms, code: str | None, block: IPv4Network | None, level: Level | None
) -> Fullness | None:
    """Return how full the block of a code is, or the pools (all three None); None where nothing is given out."""
    length = next_length(plan, level)
    if length is None:
        return None
    prefixes = plan.pools if block is None else (block,)
    total = sum(1 << (length - p.prefixlen) for p in prefixes if p.prefixlen <= length)
    return Fullness(length, total, rooms.of(code).free(length)) if total > 1 else None


def check_fullness(declared: Declaration, sites: list[SiteItem], report: Report) -> None:
    """Report blocks, and pools, that are full or nearly so."""
    if declared.addresses is None or declared.allocations is None:
        return
    plan, record, item = declared.addresses.decl, recorded(declared), declared.allocations
    known = identities(sites, record.blocks.keys())
    blocks: Mapping[str, IPv4Network] = {code: record.blocks[key] for code, key in known.keys.items()}
    used = frozenset(known.keys.values())
    others = {key: block for key, block in record.blocks.items() if key not in used}
    rooms = Rooms(sites, {**others, **blocks}, record, plan)
    pools = fullness(plan, rooms, None, None, None)
    _judge(text("the pools"), pools, declared.addresses.at("pools"), plan, report)
    parents = {site.parent for site in sites}
    for site in sites:
        block = blocks.get(site.decl.code)
        if block is None or site.name not in parents or site.level.value not in plan.levels:
            continue
        found = fullness(plan, rooms, site.decl.code, block, site.level)
        name = text("{block} of {name}", block=block, name=site.name)
        _judge(name, found, item.at("blocks", known.keys[site.decl.code]), plan, report)


def _judge(name: Text, found: Fullness | None, place: Place, plan: AddressesFile, report: Report) -> None:
    if found is None or found.total < TELLING or (found.free and found.percent < plan.nearly_full):
        return
    if found.free:
        report.add(
            "JB128", "{name}: {percent} % are given out, room for {free} more /{length}", place,
            name=name, percent=found.percent, free=found.free, length=found.length,
        )  # fmt: skip
    else:
        report.add("JB129", "{name}: full, no further /{length} fits", place, name=name, length=found.length)
