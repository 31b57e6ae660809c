"""What stands on a map: sites, data centres and other locations with coordinates; markers moved apart that would cover
one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from math import cos, hypot, pi, sin

from jbnet.model.network import Level, Location, Network, Site

Point = tuple[float, float]


class Rank(IntEnum):
    """How important a place is: what is labelled first and drawn last."""

    CORE = 0
    CENTRE = 1
    """A data centre or another location."""
    PREFECTURE = 2
    COUNTY = 3
    BELOW = 4
    """A township or community: drawn as a dot, not labelled."""


RADIUS = {Rank.CORE: 9.0, Rank.CENTRE: 7.5, Rank.PREFECTURE: 6.5, Rank.COUNTY: 4.5, Rank.BELOW: 1.8}
_BY_LEVEL = {Level.PREFECTURE: Rank.PREFECTURE, Level.COUNTY: Rank.COUNTY}


@dataclass(frozen=True, slots=True)
class Spot:
    """A home on the map; ``at`` is where its marker stands on the page."""

    home: str
    rank: Rank
    lon: float
    lat: float
    at: Point = (0.0, 0.0)

    @property
    def radius(self) -> float:
        """Return the radius of its marker."""
        return RADIUS[self.rank]


def spots(network: Network) -> tuple[Spot, ...]:
    """Return what has coordinates and is more than an entry of the register, most important first.

    A location stands where its site does; the province itself is drawn only where it houses devices.
    """
    roots = {d.home for d in network.devices.values() if d.uplink is None}
    housing = {d.home for d in network.devices.values()}
    found = [s for site in network.sites.values() if (s := _of_site(site, housing)) is not None]
    found += [s for place in network.locations.values() if (s := _of_location(network, place, roots)) is not None]
    return tuple(sorted(found, key=lambda spot: spot.rank))


def _of_site(site: Site, housing: set[str]) -> Spot | None:
    if site.lon is None or site.lat is None or (site.level is Level.PROVINCE and site.name not in housing):
        return None
    rank = Rank.CENTRE if site.level is Level.PROVINCE else _BY_LEVEL.get(site.level, Rank.BELOW)
    return Spot(site.name, rank, site.lon, site.lat)


def _of_location(network: Network, place: Location, roots: set[str]) -> Spot | None:
    site = network.sites.get(place.site)
    if site is None or site.lon is None or site.lat is None:
        return None
    return Spot(place.name, Rank.CORE if place.name in roots else Rank.CENTRE, site.lon, site.lat)


def apart(found: Sequence[Spot], gap: float = 3.0, rounds: int = 60) -> tuple[Spot, ...]:
    """Return the spots moved apart until no two markers are nearer than ``gap`` px; townships stay where they are."""
    at = [spot.at for spot in found]
    movable = [i for i, spot in enumerate(found) if spot.rank is not Rank.BELOW]
    for _ in range(rounds):
        if not _push(found, at, movable, gap):
            break
    return tuple(replace(spot, at=point) for spot, point in zip(found, at, strict=True))


def _push(found: Sequence[Spot], at: list[Point], movable: Sequence[int], gap: float) -> bool:
    """Move every pair that is too near half the missing way; say whether any was."""
    moved = False
    for n, i in enumerate(movable):
        for k in movable[n + 1 :]:
            across, down = at[k][0] - at[i][0], at[k][1] - at[i][1]
            distance = hypot(across, down)
            missing = found[i].radius + found[k].radius + gap - distance
            if missing <= 0.05:
                continue
            moved = True
            if distance < 0.5:  # on one another: leave in a direction of one's own
                across, down, distance = cos(k * 2 * pi / 7), sin(k * 2 * pi / 7), 1.0
            share = 0.25 if found[i].rank is Rank.CORE else 0.5
            step = missing / distance
            at[i] = at[i][0] - across * step * share, at[i][1] - down * step * share
            at[k] = at[k][0] + across * step * (1 - share), at[k][1] + down * step * (1 - share)
    return moved


def crowd(found: Iterable[Spot], near: float) -> tuple[Spot, ...]:
    """Return the largest group of spots each of which is within ``near`` px of another of the group."""
    left = [spot for spot in found if spot.rank is not Rank.BELOW]
    best: list[Spot] = []
    while left:
        group = [left.pop(0)]
        for spot in group:
            joined = [o for o in left if hypot(o.at[0] - spot.at[0], o.at[1] - spot.at[1]) <= near]
            group += joined
            left = [o for o in left if o not in joined]
        best = max(best, group, key=len)
    return tuple(best)
