"""How wide each column of a picture is: in proportion to its counties, but wide enough for its heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jbnet.topology.diagrams.census import Column
from jbnet.topology.diagrams.extent import Box

LEFT = 126.0
"""Room for the names of the bands."""
RIGHT = 24.0
GAP = 12.0
HEADING = 168.0
"""The least width of a column: a prefecture's name and its lines."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Left edge and width of each column; ``width`` is that of the whole page."""

    places: tuple[tuple[float, float], ...]
    width: float


def spread(columns: Sequence[Column], page_width: float, cell_least: float, heading: float = HEADING) -> Spread:
    """Divide the page among the columns; it grows wider than asked for when cells would be narrower than the least."""
    counts = [max(1, len(column.cells)) for column in columns]
    room = page_width - LEFT - RIGHT - GAP * (len(columns) - 1)
    widths = _widths(counts, room, cell_least, heading)
    places = []
    x = LEFT
    for width in widths:
        places.append((x, width))
        x += width + GAP
    return Spread(tuple(places), max(page_width, x - GAP + RIGHT))


def _widths(counts: Sequence[int], room: float, cell_least: float, heading: float) -> list[float]:
    """Give narrow columns what their heading needs and share the rest by cells."""
    narrow: set[int] = set()
    while True:
        wide = sum(n for i, n in enumerate(counts) if i not in narrow)
        each = max(cell_least, (room - heading * len(narrow)) / wide) if wide else 0.0
        more = {i for i, n in enumerate(counts) if i not in narrow and n * each < heading}
        if not more:
            return [heading if i in narrow else n * each for i, n in enumerate(counts)]
        narrow |= more


def cut(box: Box, parts: int, gap: float) -> tuple[Box, ...]:
    """Cut a box into equal parts from left to right with a gap between them."""
    width = (box.width - gap * (parts - 1)) / parts
    return tuple(Box(box.x + i * (width + gap), box.y, width, box.height) for i in range(parts))
