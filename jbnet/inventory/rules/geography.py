"""Where sites are: positions, and whether they fit their parents'."""

from __future__ import annotations

from collections.abc import Mapping
from math import asin, cos, radians, sin, sqrt

from jbnet.inventory.rules.world import World
from jbnet.model.levels import Level
from jbnet.model.places import Site
from jbnet.model.text import text

REACH_KM: Mapping[Level, float] = {
    Level.PREFECTURE: 2500,
    Level.COUNTY: 900,
    Level.TOWNSHIP: 300,
    Level.COMMUNITY: 100,
}
"""How far from its parent's seat a site of a level may lie: wider than any administrative unit of China."""
_EARTH_KM = 6371.0


def distance_km(one: Site, other: Site) -> float | None:
    """Return the great-circle distance of two sites in kilometres, None where a position is unknown."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    lat1, lat2 = radians(one.lat), radians(other.lat)
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin(radians(other.lon - one.lon) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))


def check(world: World) -> None:
    """Report half positions, positions far from the parent's, and positions used twice at one level."""
    seen: dict[tuple[Level, float, float], Site] = {}
    for site in world.network.sites.values():
        if site.lon is None or site.lat is None:
            _check_half(site, world)
            continue
        _check_far(site, world)
        other = seen.setdefault((site.level, site.lon, site.lat), site)
        if other is not site:
            world.report.add(
                "JB283", "{name} has the position of {other}", world.placed(site, "lon"), [world.placed(other, "lon")],
                name=site.name, other=other.name,
            )  # fmt: skip


def _check_half(site: Site, world: World) -> None:
    if (site.lon is None) != (site.lat is None):
        have, lack = ("lon", "lat") if site.lat is None else ("lat", "lon")
        world.report.add("JB281", "{name} has {have} and no {lack}", world.placed(site, have),
                         name=site.name, have=have, lack=lack)  # fmt: skip


def _check_far(site: Site, world: World) -> None:
    parent = world.network.sites.get(site.parent or "")
    km = distance_km(site, parent) if parent else None
    limit = REACH_KM.get(site.level)
    if parent is not None and km is not None and limit is not None and km > limit:
        world.report.add(
            "JB280", "{name} lies {km} km from {parent}; no {level} lies more than {limit} km from its seat",
            world.placed(site, "lon"), [world.placed(parent, "lon")],
            name=site.name, km=round(km), parent=parent.name, level=text(site.level.value), limit=round(limit),
        )  # fmt: skip
