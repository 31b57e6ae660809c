"""Markers: small closed shapes around a point, and the signs that go over what is broken."""

from __future__ import annotations

from math import cos, pi, sin

from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.ink import Element, element, points
from jbnet.topology.diagrams.palette import INK, PAPER, RED, Shape

_CORNERS = {  # how many corners, the first one's angle in degrees, the radius that looks as large as a circle's
    Shape.SQUARE: (4, 45.0, 1.2),
    Shape.DIAMOND: (4, 0.0, 1.3),
    Shape.TRIANGLE: (3, -90.0, 1.35),
    Shape.HEXAGON: (6, 0.0, 1.1),
    Shape.DOWN: (3, 90.0, 1.35),
    Shape.PENTAGON: (5, -90.0, 1.2),
}
_ARM = ((0.45, -1.4), (0.45, -0.45), (1.4, -0.45))
_PLUS = [turned for n in range(4) for turned in ([(a, d), (-d, a), (-a, -d), (d, -a)][n] for a, d in _ARM)]
"""The corners of a plus of radius 1: an arm's, turned by four right angles."""


def mark(shape: Shape, x: float, y: float, radius: float, **attributes: str | float | None) -> Element:
    """Return a marker whose size is that of a circle of this radius."""
    if shape is Shape.CIRCLE:
        return element("circle", cx=x, cy=y, r=radius, **attributes)
    if shape is Shape.SQUARE:
        return element("rect", x=x - radius, y=y - radius, width=2 * radius, height=2 * radius, **attributes)
    return element("polygon", points=points(_outline(shape, x, y, radius)), **attributes)


def _outline(shape: Shape, x: float, y: float, radius: float) -> list[tuple[float, float]]:
    if shape is Shape.PLUS:
        return [(x + radius * across, y + radius * down) for across, down in _PLUS]
    if shape is Shape.STAR:
        turns = [(i * pi / 5 - pi / 2, radius * (1.5 if i % 2 == 0 else 0.65)) for i in range(10)]
    else:
        corners, first, scale = _CORNERS[shape]
        turns = [(first * pi / 180 + i * 2 * pi / corners, radius * scale) for i in range(corners)]
    return [(x + r * cos(angle), y + r * sin(angle)) for angle, r in turns]


def cross(x: float, y: float, radius: float) -> Element:
    """Return the sign for what is cut: a red cross with a white edge."""
    span = 2 * radius
    d = f"M{x - radius:.1f} {y - radius:.1f}l{span:.1f} {span:.1f}m-{span:.1f} 0l{span:.1f} -{span:.1f}"
    width = max(1.4, radius / 2.2)
    edge = element("path", d=d, stroke=PAPER, stroke_width=width + 2, fill="none")
    return element("g", edge, element("path", d=d, stroke=RED, stroke_width=width, fill="none"))


def badge(x: float, y: float, said: str, fill: str = INK) -> Element:
    """Return a sign of one letter or figure in a disc: black for what hangs on one line, coloured for a state."""
    ink, edge = (PAPER, PAPER) if fill == INK else (INK, INK)
    disc = element("circle", cx=x, cy=y, r=7.5, fill=fill, stroke=edge, stroke_width=1.5)
    figure = element("text", said, x=x, y=y + 4, font_size=11, font_weight=700, fill=ink, text_anchor="middle")
    return element("g", disc, figure)


def rectangle(box: Box, **attributes: str | float | None) -> Element:
    """Return a rectangle."""
    return element("rect", x=box.x, y=box.y, width=box.width, height=box.height, **attributes)
