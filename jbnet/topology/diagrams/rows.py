"""The two lowest levels: townships as rows of a county's cell, communities as marks (or names) beside them."""

from __future__ import annotations

from math import ceil

from jbnet.model.network import Site, Status
from jbnet.topology.diagrams.census import Cell, Row
from jbnet.topology.diagrams.columns import tooltip
from jbnet.topology.diagrams.condition import State
from jbnet.topology.diagrams.drawing import Detail, Drawing
from jbnet.topology.diagrams.extent import Box, fitted, text_width
from jbnet.topology.diagrams.ink import Element, element
from jbnet.topology.diagrams.marks import cross, mark
from jbnet.topology.diagrams.page import Layer
from jbnet.topology.diagrams.palette import FLAT, INK, PAPER, SOFT

PITCH = {Detail.DOTS: 12.5, Detail.TOWNSHIPS: 20.0, Detail.COMMUNITIES: 22.0}
STEP = {Detail.DOTS: 5.6, Detail.TOWNSHIPS: 10.0, Detail.COMMUNITIES: 150.0}
LINES = {Detail.DOTS: 2, Detail.TOWNSHIPS: 1, Detail.COMMUNITIES: 1}
"""How many lines of communities stand beside one another's townships within one pitch."""
NAME_SHARE = {Detail.DOTS: 0.0, Detail.TOWNSHIPS: 0.62, Detail.COMMUNITIES: 0.3}
"""What part of a cell's width the townships' names may take."""
NAME_SIZE = 14.0


def draw_rows(drawing: Drawing, cell: Cell, place: Box) -> float:
    """Draw a cell's townships below its box, from ``place``'s top; return where the last row ends."""
    y = place.y
    detail = drawing.subject.detail
    names = _names_width(drawing, cell, place.width)
    for row in cell.rows:
        x = place.x + 5 + (16 if detail else 8)
        if row.site is not None:
            _draw_township(drawing, cell, row.site, Box(place.x, y, names, PITCH[detail]))
            x += names
        else:
            x = place.x + 5
        y += _draw_communities(drawing, row, x, y, place.right) * PITCH[detail]
    return y


def _names_width(drawing: Drawing, cell: Cell, width: float) -> float:
    """Return the room for the names of a cell's townships: what the longest takes, within its share of the cell."""
    names = [drawing.speech.short(row.site, cell.site) for row in cell.rows if row.site is not None]
    longest = max((text_width(name, NAME_SIZE) for name in names), default=0.0)
    return min(NAME_SHARE[drawing.subject.detail] * width, longest + 14)


def _draw_township(drawing: Drawing, cell: Cell, site: Site, box: Box) -> None:
    detail = drawing.subject.detail
    radius = 4.2 if detail is Detail.DOTS else 5.5
    x, y = box.x + radius + 1, box.y + box.height / 2
    draw_site(drawing, site, x, y, radius)
    if detail is not Detail.DOTS:
        name = drawing.speech.short(site, cell.site)
        said, size = fitted(name, box.width - 6, NAME_SIZE, 9)
        drawing.page.text(x + 12, y + size * 0.36, said, size)


def _draw_communities(drawing: Drawing, row: Row, x: float, y: float, right: float) -> int:
    """Draw the communities of a township; return how many pitches they took."""
    detail = drawing.subject.detail
    across = max(1, int((right - x) // STEP[detail]))
    lines = LINES[detail]
    pitch = PITCH[detail] / lines
    for i, site in enumerate(row.communities):
        at = x + (i % across + 0.5) * STEP[detail], y + (i // across + 0.5) * pitch
        if detail is Detail.COMMUNITIES:
            _named(drawing, site, row, at[0] - STEP[detail] / 2 + 4, at[1])
        else:
            draw_site(drawing, site, *at, 1.8 if detail is Detail.DOTS else 3.2)
    return max(1, ceil(ceil(len(row.communities) / across) / lines))


def _named(drawing: Drawing, site: Site, row: Row, x: float, y: float) -> None:
    draw_site(drawing, site, x, y, 3.5)
    said, size = fitted(drawing.speech.short(site, row.site), STEP[Detail.COMMUNITIES] - 18, 12.5, 9)
    drawing.page.text(x + 8, y + size * 0.36, said, size, fill=SOFT)


def draw_site(drawing: Drawing, site: Site, x: float, y: float, radius: float) -> None:
    """Draw a township's or community's mark: shape and colour of its carrier, hollow while it is not in use."""
    look = drawing.palette.of(drawing.lines_up.get(site.name))
    state = drawing.condition.of(site.name)
    fill = FLAT.get(state) or (look.colour if site.status is Status.ACTIVE else PAPER)
    edge = INK if state is not State.FINE else look.colour
    dash = "1.5 1.5" if site.status is Status.REGISTER else None
    shape = mark(look.shape, x, y, radius, fill=fill, stroke=edge, stroke_width=0.9, stroke_dasharray=dash)
    drawing.page.add(Layer.MARKS, element("g", tooltip(site), shape, data_site=site.name))
    drawing.page.spots[site.name] = (x, y)
    if state is State.CUT and radius > 3:
        drawing.page.add(Layer.SIGNS, cross(x, y, radius * 0.9))
    elif drawing.uplinks[site.name] > 1:
        drawing.page.add(Layer.MARKS, _ring(x, y, radius))


def _ring(x: float, y: float, radius: float) -> Element:
    """Return the sign of a small site that hangs on more than one line."""
    return element("circle", cx=x, cy=y, r=radius + 2.2, fill="none", stroke=INK, stroke_width=0.9)
