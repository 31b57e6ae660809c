"""Labels that overlap nothing: each goes to the nearest free place around its point, the important ones first.

Greedy, over rings of places around the point; beyond the first ring a thin leader line joins label and point.
Overlapping another label or a marker is forbidden, covering lines only costs. What finds no place is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from jbnet.topology.diagrams.extent import Box, text_width

Point = tuple[float, float]
Segment = tuple[Point, Point]

RINGS = (0.0, 10.0, 22.0, 36.0, 54.0, 76.0, 102.0, 132.0, 166.0)
ANGLES = 16
CROSSING = 14.0
"""What covering one line costs, in px of distance."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label that wants a place: its text, font size and weight, its point and the radius of the marker there."""

    said: str
    at: Point
    radius: float
    size: float
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A label with its place. ``leader`` is the line from the marker to it, None where it stands beside."""

    wanted: Wanted
    box: Box
    leader: Segment | None


def place(
    wanted: Sequence[Wanted], area: Box, obstacles: Iterable[Box], lines: Sequence[Segment]
) -> tuple[tuple[Placed, ...], tuple[Wanted, ...]]:
    """Return the labels with places inside the area, and those for which there was none. The first come first."""
    taken = list(obstacles)
    found: list[Placed] = []
    left = []
    leaders = list(lines)
    for label in wanted:
        chosen = _best(label, area, taken, leaders)
        if chosen is None:
            left.append(label)
            continue
        taken.append(chosen.box.grown(1.5))
        leaders += [chosen.leader] if chosen.leader is not None else []
        found.append(chosen)
    return tuple(found), tuple(left)


def _best(label: Wanted, area: Box, taken: Sequence[Box], lines: Sequence[Segment]) -> Placed | None:
    """Return the cheapest free place: near, and over few lines."""
    best: tuple[float, Placed] | None = None
    reach = Box(label.at[0] - 400, label.at[1] - 260, 800, 520)
    near = [segment for segment in lines if crosses(segment, reach)]
    around = [box for box in taken if box.overlaps(reach)]
    for ring in RINGS:
        if best is not None and best[0] <= ring:
            break
        for candidate in _candidates(label, ring):
            if not area.holds(candidate.box) or any(candidate.box.overlaps(box) for box in around):
                continue
            cost = ring + CROSSING * sum(crosses(segment, candidate.box) for segment in near)
            cost += 0.6 * CROSSING * _tangled(candidate, around)
            if best is None or cost < best[0]:
                best = cost, candidate
    return best[1] if best is not None else None


def _candidates(label: Wanted, ring: float) -> Iterable[Placed]:
    """Yield places around a point, right first, so that the label's edge is ``ring`` px from the marker's."""
    width, height = text_width(label.said, label.size), label.size * 1.1
    for i in _order():
        angle = 2 * pi * i / ANGLES
        across, down = cos(angle), sin(angle)
        gap = label.radius + 3 + ring
        x = label.at[0] + across * gap + (across - 1) / 2 * width
        y = label.at[1] + down * gap + (down - 1) / 2 * height
        box = Box(x, y, width, height)
        yield Placed(label, box, _leader(label, box) if ring >= 10 else None)


def _order() -> Iterable[int]:
    """Yield the directions: right, left, then ever steeper ones."""
    half = ANGLES // 2
    yield from (0, half)
    for i in range(1, half // 2 + 1):
        yield from dict.fromkeys((i, ANGLES - i, half - i, half + i))


def _leader(label: Wanted, box: Box) -> Segment:
    """Return the line from the marker to the nearest point of the label's edge."""
    x = min(max(label.at[0], box.x), box.right)
    y = min(max(label.at[1], box.y), box.bottom)
    return label.at, (x, y)


def _tangled(candidate: Placed, boxes: Sequence[Box]) -> int:
    """Weigh the labels and markers that a label's own leader line would run through."""
    if candidate.leader is None:
        return 0
    own = [box for box in boxes if not _at(box, candidate.wanted.at)]
    return sum(crosses(candidate.leader, box) for box in own) * 4


def _at(box: Box, point: Point) -> bool:
    return box.x <= point[0] <= box.right and box.y <= point[1] <= box.bottom


def crosses(segment: Segment, box: Box) -> bool:
    """Say whether a segment touches a box (Liang and Barsky's clipping)."""
    (x1, y1), (x2, y2) = segment
    low, high = 0.0, 1.0
    for start, delta, least, most in ((x1, x2 - x1, box.x, box.right), (y1, y2 - y1, box.y, box.bottom)):
        if delta == 0:
            if not least <= start <= most:
                return False
            continue
        first, second = sorted(((least - start) / delta, (most - start) / delta))
        low, high = max(low, first), min(high, second)
    return low <= high
