"""From longitude and latitude to the page: the equirectangular projection with one standard parallel.

x = scale * longitude * cos(standard parallel), y = -scale * latitude; the standard parallel is the middle latitude of
what is shown. Distances north to south are true; distances east to west are true at that parallel and, for a
province of 8 degrees' height at 35 degrees north, within 5 % elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians

from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.ink import number

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Bounds:
    """The least area of longitudes and latitudes that holds some points, in degrees."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def of(cls, points: Iterable[Point]) -> Bounds:
        """Return the bounds of points; a single one gets a tenth of a degree around it. Raises ValueError for none."""
        found = tuple(points)
        lons, lats = [p[0] for p in found], [p[1] for p in found]
        bounds = cls(min(lons), min(lats), max(lons), max(lats))
        flat = bounds.east - bounds.west < 0.02 or bounds.north - bounds.south < 0.02
        return bounds.grown(0.1) if flat else bounds

    def grown(self, by: float) -> Bounds:
        """Return the bounds with so many degrees more on every side."""
        return Bounds(self.west - by, self.south - by, self.east + by, self.north + by)

    def shaped(self, width: float, height: float) -> Bounds:
        """Return the least bounds around these with the proportions of a box."""
        across, high = self.size
        shape = width / height
        wider = max(0.0, (high * shape - across) / 2 / cos(radians(self.parallel)))
        higher = max(0.0, (across / shape - high) / 2)
        return Bounds(self.west - wider, self.south - higher, self.east + wider, self.north + higher)

    @property
    def parallel(self) -> float:
        """Return the middle latitude."""
        return (self.south + self.north) / 2

    @property
    def size(self) -> Point:
        """Return width and height in degrees of latitude (of the same length on the ground in both directions)."""
        return (self.east - self.west) * cos(radians(self.parallel)), self.north - self.south

    def holds(self, lon: float, lat: float) -> bool:
        """Say whether a point lies inside."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


@dataclass(frozen=True, slots=True)
class Projection:
    """``scale`` is in px a degree of latitude; (``west``, ``north``) lies at (``x``, ``y``)."""

    west: float
    north: float
    x: float
    y: float
    scale: float
    parallel: float

    def point(self, lon: float, lat: float) -> Point:
        """Return where a place is on the page."""
        across = (lon - self.west) * cos(radians(self.parallel))
        return self.x + across * self.scale, self.y + (self.north - lat) * self.scale

    def path(self, rings: Iterable[Iterable[Point]], least: float = 1.0) -> str:
        """Return rings as an SVG path; corners nearer to the last one than ``least`` px are left out."""
        return "".join(_steps(thinned([self.point(lon, lat) for lon, lat in ring], least)) for ring in rings)


def _steps(points: Sequence[Point]) -> str:
    """Return a closed path in relative steps, rounded so that errors do not add up."""
    x, y = round(points[0][0], 1), round(points[0][1], 1)
    written = [f"M{number(x)} {number(y)}l"]
    for to_x, to_y in points[1:]:
        across, down = round(to_x - x, 1), round(to_y - y, 1)
        x, y = x + across, y + down
        written.append(f"{number(across)} {number(down)} ")
    return "".join(written).rstrip() + "Z" if len(points) > 1 else ""


def thinned(points: list[Point], least: float) -> list[Point]:
    """Return the points without those nearer to the one kept before than ``least``."""
    kept = points[:1]
    for x, y in points[1:]:
        if hypot(x - kept[-1][0], y - kept[-1][1]) >= least:
            kept.append((x, y))
    return kept


def fit(bounds: Bounds, box: Box) -> Projection:
    """Return the projection that shows the bounds as large as the box allows, in its middle."""
    width, height = bounds.size
    scale = min(box.width / width, box.height / height)
    x = box.x + (box.width - width * scale) / 2
    y = box.y + (box.height - height * scale) / 2
    return Projection(bounds.west, bounds.north, x, y, scale, bounds.parallel)
