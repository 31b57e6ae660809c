"""The columns of a picture of levels: prefectures with their routers as bars, counties below them."""

from __future__ import annotations

from jbnet.model.network import Site
from jbnet.model.text import text
from jbnet.topology.diagrams.census import Cell, Column
from jbnet.topology.diagrams.condition import State
from jbnet.topology.diagrams.drawing import Detail, Drawing
from jbnet.topology.diagrams.extent import Box, fitted
from jbnet.topology.diagrams.ink import Element, element
from jbnet.topology.diagrams.marks import badge, cross, rectangle
from jbnet.topology.diagrams.page import Layer
from jbnet.topology.diagrams.palette import FILLS, FLAT, INK, SOFT
from jbnet.topology.diagrams.spread import cut
from jbnet.topology.diagrams.trunk import draw_bar

HEAD_HEIGHT = 62.0
COLUMN_BAR = 15.0
COLUMN_PITCH = 23.0
CELL_GAP = 4.0
CELL_HEIGHT = {Detail.DOTS: 172.0, Detail.TOWNSHIPS: 58.0, Detail.COMMUNITIES: 58.0}


def draw_column(drawing: Drawing, column: Column, place: Box, bars: int) -> None:
    """Draw a prefecture's frame, name, counts and routers; ``bars`` is how many routers the frame has room for."""
    if column.site is None:
        return
    site, page = column.site, drawing.page
    frame = Box(place.x, place.y, place.width, column_height(bars))
    fill = FILLS[drawing.condition.of(site.name)]
    page.add(
        Layer.BOXES,
        element(
            "g", tooltip(site), rectangle(frame, rx=5, fill=fill, stroke=INK, stroke_width=1.5), data_site=site.name
        ),
    )
    for i, device in enumerate(drawing.housed.get(site.name, ())):
        bar = Box(frame.x + 5, frame.y + HEAD_HEIGHT + i * COLUMN_PITCH, frame.width - 10, COLUMN_BAR)
        draw_bar(drawing, device, bar, site.name, tier=2)
    drawing.frames[site.name] = frame
    page.spots[site.name] = frame.middle
    _head(drawing, column, site, frame)
    sign_state(drawing, site.name, frame.right - 6, frame.y + 6)


def column_height(bars: int) -> float:
    """Return the height of a column's frame with so many routers in it."""
    return HEAD_HEIGHT + bars * COLUMN_PITCH + 2


def _head(drawing: Drawing, column: Column, site: Site, frame: Box) -> None:
    x = frame.x + drawing.slots
    room = frame.right - x - 4
    name, size = fitted(drawing.speech.name(site), room, 17, 10)
    drawing.page.text(x, frame.y + 23, name, size, weight=700, halo=True)
    captions = drawing.subject.captions
    counties = sum(cell.site is not None for cell in column.cells)
    townships, communities = sum(c.townships for c in column.cells), sum(c.communities for c in column.cells)
    lines = [text("{count} counties", count=counties)] if counties else []
    if townships or communities:
        lines.append(text("{townships} tn · {communities} comm", townships=townships, communities=communities))
    if captions:
        lines = [text("{device}: {address}", device=d, address=a) for d, a in _loopbacks(drawing, site.name)]
    for i, line in enumerate(lines):
        said, size = fitted(drawing.speech.say(line), room, 12, 9)
        drawing.page.text(x, frame.y + 40 + 15 * i, said, size, fill=SOFT, halo=True)


def _loopbacks(drawing: Drawing, home: str) -> list[tuple[str, str]]:
    devices = (drawing.network.devices[name] for name in drawing.housed.get(home, ()))
    return [(d.name.removeprefix(f"{home}-"), str(d.loopback)) for d in devices if d.loopback is not None]


def draw_cell(drawing: Drawing, cell: Cell, box: Box) -> None:
    """Draw a county's box: name, how many townships and communities it has, whether it hangs on one line."""
    site = cell.site
    if site is None:
        return
    state = drawing.condition.of(site.name)
    single = drawing.uplinks[site.name] == 1
    shape = rectangle(box, rx=4, fill=FILLS[state], stroke=INK, stroke_width=2.6 if single else 1.1)
    drawing.page.add(Layer.BOXES, element("g", tooltip(site), shape, data_site=site.name))
    drawing.anchor_home(site.name, box, 3)
    if drawing.subject.detail is Detail.DOTS:
        _upright(drawing, cell, site, box)
    else:
        _level(drawing, cell, site, box)
    if single:
        drawing.page.add(Layer.SIGNS, badge(box.middle[0], box.y - 1, "1"))
    sign_state(drawing, site.name, box.middle[0], box.bottom + 2)


def _upright(drawing: Drawing, cell: Cell, site: Site, box: Box) -> None:
    """Write the name downwards in Chinese, turned in Latin letters; the counts below it."""
    x = box.middle[0]
    name, room = drawing.speech.name(site), box.height - 54
    if drawing.speech.chinese:
        size = min(15.0, room / (1.12 * max(1, len(name))))
        drawing.page.stacked(x, box.y + 12, name, size)
    else:
        said, size = fitted(name, room, 15, 9)
        drawing.page.text(x + size * 0.36, box.y + 13, said, size, anchor="end", turned=True, halo=True)
    drawing.page.text(x, box.bottom - 25, str(cell.townships), 12, anchor="middle", halo=True)
    drawing.page.text(x, box.bottom - 11, str(cell.communities), 12, anchor="middle", fill=SOFT, halo=True)


def _level(drawing: Drawing, cell: Cell, site: Site, box: Box) -> None:
    x = box.middle[0]
    name, size = fitted(drawing.speech.name(site), box.width - 12, 16, 10)
    drawing.page.text(x, box.y + 26, name, size, anchor="middle", weight=700, halo=True)
    counts = text("{townships} tn · {communities} comm", townships=cell.townships, communities=cell.communities)
    said, size = fitted(drawing.speech.say(counts), box.width - 10, 12, 9)
    drawing.page.text(x, box.y + 45, said, size, anchor="middle", fill=SOFT, halo=True)


def cells_of(place: Box, column: Column, top: float, detail: Detail) -> tuple[Box, ...]:
    """Return the boxes of a column's counties, below the column."""
    row = Box(place.x, top, place.width, CELL_HEIGHT[detail])
    return cut(row, len(column.cells), CELL_GAP) if column.cells else ()


def sign_state(drawing: Drawing, home: str, x: float, y: float) -> None:
    """Put the sign of what a home's state is at a point: a cross when it is cut off, B on backup, - when weakened."""
    state = drawing.condition.of(home)
    if state is State.CUT:
        drawing.page.add(Layer.SIGNS, cross(x, y, 8))
    elif state is not State.FINE:
        drawing.page.add(Layer.SIGNS, badge(x, y, "B" if state is State.BACKUP else "!", FLAT[state]))


def tooltip(site: Site) -> Element:
    """Return what a reader sees who points at a site's mark."""
    return element("title", f"{site.name} {site.name_zh} {site.code}")
