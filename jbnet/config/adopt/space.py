"""An address plan around what runs: every address is written as an exception, so the plan lies where nobody is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, collapse_addresses

from jbnet.config.adopt.blocks import known_blocks
from jbnet.config.adopt.draft import LOCATION, PEER, Draft, DraftHome
from jbnet.model.levels import Level

PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
"""RFC 1918 and RFC 6598."""
_LEVELS = tuple(Level)[:0:-1]
"""From the community up to the prefecture."""
SMALLEST = 8
"""Addresses of the smallest part of a home's own prefix."""


@dataclass(frozen=True, slots=True)
class Room:
    """The plan: the supernet, prefix lengths by level (block, own), prefixes by name, and what sites take theirs from.

    ``up`` and ``pair`` are how many lines of a kind a home has room for; ``known`` are blocks that sites have already.
    """

    supernet: IPv4Network
    levels: dict[Level, tuple[int, int]]
    locations: dict[str, IPv4Network]
    peers: dict[str, IPv4Network]
    services: IPv4Network
    pools: tuple[IPv4Network, ...]
    up: int
    pair: int
    known: Mapping[str, IPv4Network]


def room(draft: Draft, *, keep: bool) -> Room | None:
    """Return the plan; None: no private range has that much left. ``keep``: sites keep the blocks that they have."""
    up, pair = (_power(max(4, *(_most(home, word) for home in draft.homes.values()), 4)) for word in ("up", "pair"))
    own = {kind: _own(homes, up) for kind, homes in _by_kind(draft).items()}
    share = max((own[kind] for kind in (LOCATION, PEER) if kind in own), default=4 * SMALLEST)
    known = known_blocks(draft, own) if keep else {}
    blocks = _blocks(draft, own, known)
    fixed = [home for home in draft.homes.values() if home.kind in (LOCATION, PEER)]
    half = _power(max(_wanted(draft, known, blocks), share * (len(fixed) + 1)))
    supernet, region = _free([*draft.used(), *known.values()], 2 * half)
    if region is None or not all(block.subnet_of(supernet) for block in known.values()):
        return None
    low, pool = region.subnets(1)
    shares = low.subnets(new_prefix=_length(share))
    services, *prefixes = (next(shares) for _ in range(len(fixed) + 1))
    by_name = {home.name: prefix for home, prefix in zip(fixed, prefixes, strict=True)}
    return Room(
        supernet=supernet,
        levels={level: (_length(size), _length(own[level])) for level, size in blocks.items()},
        locations={home.name: by_name[home.name] for home in fixed if home.kind == LOCATION},
        peers={home.name: by_name[home.name] for home in fixed if home.kind == PEER},
        services=services,
        pools=(pool, *(known[home.name] for home in _tops(draft) if home.name in known)),
        up=up,
        pair=pair,
        known=known,
    )


def _by_kind(draft: Draft) -> dict[Level | str, list[DraftHome]]:
    found: dict[Level | str, list[DraftHome]] = {}
    for home in draft.homes.values():
        found.setdefault(home.kind, []).append(home)
    return found


def _own(homes: Sequence[DraftHome], up: int) -> int:
    """Return how many addresses the largest of these homes uses itself: four times its lines or its loopbacks."""
    pairs = max(_most(home, "pair") for home in homes)
    links = up + pairs if pairs else max(_most(home, "up") for home in homes)
    return 4 * _power(max(SMALLEST, 2 * links, *(len(home.devices) + 1 for home in homes)))


def _tops(draft: Draft) -> list[DraftHome]:
    """Return the sites that take their blocks from the pools."""
    return [home for home in draft.homes.values() if isinstance(home.kind, Level) and home.parent not in draft.homes]


def _wanted(draft: Draft, known: Mapping[str, IPv4Network], blocks: Mapping[Level, int]) -> int:
    """Return how many addresses the sites take from the pools that have no block yet."""
    new = [home.kind for home in _tops(draft) if home.name not in known]
    return max((blocks[kind] for kind in new if isinstance(kind, Level)), default=1) * (len(new) + 1)


def _most(home: DraftHome, word: str) -> int:
    numbers = [int(key.removeprefix(word)) for key in home.circuits if key.startswith(word)]
    return max(numbers, default=0)


def _blocks(draft: Draft, own: Mapping[Level | str, int], known: Mapping[str, IPv4Network]) -> dict[Level, int]:
    """Return how many addresses a site of each level has with all below it, from the bottom up.

    Where sites of a level have blocks already, it is the smallest of these.
    """
    found: dict[Level, int] = {}
    for level in _LEVELS:
        sites = draft.sites(level)
        if not sites:
            continue
        below = Counter(home.parent for home in draft.homes.values() if isinstance(home.kind, Level))
        largest = max(found.values(), default=0)
        most = max(below[home.name] for home in sites)
        has = [known[home.name].num_addresses for home in sites if home.name in known]
        found[level] = min(has) if has else _power(max(own[level], largest * (most + most // 3 + 2), 2 * largest))
    return found


def _free(used: list[IPv4Network], size: int) -> tuple[IPv4Network, IPv4Network | None]:
    """Return the private range with most of what runs that has ``size`` addresses left, and where they lie."""
    weight = Counter(next((r for r in PRIVATE if p.subnet_of(r)), PRIVATE[0]) for p in used)
    for supernet in sorted(PRIVATE, key=lambda r: (-weight[r], PRIVATE.index(r))):
        region = _gap(supernet, [p for p in used if p.overlaps(supernet)], _length(size))
        if region is not None:
            return supernet, region
    return PRIVATE[0], None


def _gap(supernet: IPv4Network, used: list[IPv4Network], length: int) -> IPv4Network | None:
    """Return the last aligned prefix of that length that nothing used overlaps."""
    if length < supernet.prefixlen:
        return None
    step = 1 << (32 - length)
    taken = {n for p in collapse_addresses(used) for n in range(int(p[0]) // step, int(p[-1]) // step + 1)}
    first, last = int(supernet[0]) // step, int(supernet[-1]) // step
    place = next((n for n in range(last, first - 1, -1) if n not in taken), None)
    return IPv4Network((place * step, length)) if place is not None else None


def _power(number: int) -> int:
    """Return the smallest power of two that is not less."""
    return 1 << (number - 1).bit_length()


def _length(size: int) -> int:
    return 33 - size.bit_length()
