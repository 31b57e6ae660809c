"""The picture of the four levels: bands from the core down to the communities, every site drawn in its place.

Prefectures are columns, counties cells, townships rows; their width is in proportion to what they hold. Lines run
straight down. The same drawing serves the backbone alone and the part below one site.
"""

from __future__ import annotations

from dataclasses import replace

from jbnet.model.network import Level, Network
from jbnet.model.text import Text, text
from jbnet.topology.diagrams.census import count_levels
from jbnet.topology.diagrams.columns import CELL_HEIGHT, cells_of, column_height, draw_cell, draw_column
from jbnet.topology.diagrams.condition import Condition
from jbnet.topology.diagrams.drawing import Detail, Drawing, Subject
from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.key import (
    carrier_entries,
    draw_key,
    figure_entries,
    role_entries,
    single_entry,
    site_entries,
    state_entries,
)
from jbnet.topology.diagrams.marks import rectangle
from jbnet.topology.diagrams.notes import toll
from jbnet.topology.diagrams.page import Layer, Page
from jbnet.topology.diagrams.palette import RED, SHADE, SHADE_2, SOFT, Palette
from jbnet.topology.diagrams.rows import draw_rows
from jbnet.topology.diagrams.speech import LEVELS, Speech
from jbnet.topology.diagrams.spread import LEFT, RIGHT, spread
from jbnet.topology.diagrams.trunk import draw_bars, draw_boxes
from jbnet.topology.diagrams.wires import draw_wires

WIDTH = 1920.0
LOWEST_BAND = 104.0
"""The least height of the band of townships and communities: it has two names."""
CELL_LEAST = {Detail.DOTS: 34.0, Detail.TOWNSHIPS: 190.0, Detail.COMMUNITIES: 1200.0}


def draw_levels(
    network: Network, subject: Subject, title: Text, *, speech: Speech, condition: Condition | None = None
) -> Page:
    """Return the picture of a subject. Its height follows from what it holds."""
    subject = _roomy(subject)
    places = spread(subject.columns, WIDTH, CELL_LEAST[subject.detail])
    page = Page(speech.say(title), speech.say(_described(network)), width=places.width)
    drawing = Drawing(page, network, subject, speech, Palette(network), condition or Condition())
    page.text(24, 44, page.title, 28, weight=700)
    if said := toll(network, drawing.condition, speech):
        page.text(24, 70, said, 16, weight=700, fill=RED)
    gap = 300.0 if subject.captions else 96.0
    y = draw_boxes(drawing, 84)
    y = draw_bars(drawing, y + (gap if subject.boxes else 30))
    y = _draw_columns(drawing, places.places, y + gap)
    draw_wires(drawing)
    page.height = _draw_key(drawing, y + 24) + 20
    return page


def _roomy(subject: Subject) -> Subject:
    """Return the subject with townships named where the page has room for their names."""
    if subject.detail is not Detail.DOTS or not any(column.cells for column in subject.columns):
        return subject
    fits = spread(subject.columns, WIDTH, CELL_LEAST[Detail.TOWNSHIPS]).width <= WIDTH
    return replace(subject, detail=Detail.TOWNSHIPS) if fits else subject


def _draw_columns(drawing: Drawing, places: tuple[tuple[float, float], ...], top: float) -> float:
    """Draw everything below the bars; return where it ends."""
    columns = drawing.subject.columns
    bars = max((len(drawing.housed.get(c.site.name, ())) for c in columns if c.site is not None), default=0)
    height = column_height(bars) if any(c.site is not None for c in columns) else 0.0
    cells_top = top + height + (66 if height else 0)
    end = rows_top = cells_top + CELL_HEIGHT[drawing.subject.detail] + 16
    for column, (x, width) in zip(columns, places, strict=True):
        place = Box(x, top, width, height)
        draw_column(drawing, column, place, bars)
        for cell, box in zip(column.cells, cells_of(place, column, cells_top, drawing.subject.detail), strict=True):
            draw_cell(drawing, cell, box)
            end = max(end, draw_rows(drawing, cell, replace(box, y=rows_top)))
    if not any(column.cells for column in columns):
        cells_top = rows_top = end = top + height + 12
    if any(cell.rows for column in columns for cell in column.cells):
        end = max(end, rows_top + LOWEST_BAND)
    _draw_bands(drawing, [top - 12, cells_top - 14, rows_top - 8, end + 6])
    return end + 6


def _draw_bands(drawing: Drawing, edges: list[float]) -> None:
    """Shade the bands and name them at the left, with how many sites each has."""
    shown = [s for s in drawing.network.sites.values() if s.name in drawing.page.spots]
    counts = count_levels(shown)
    bands = [[Level.PREFECTURE], [Level.COUNTY], [Level.TOWNSHIP, Level.COMMUNITY]]
    for i, levels in enumerate(bands):
        top, bottom = edges[i], edges[i + 1]
        if bottom - top < 40 or not any(counts[level] for level in levels):
            continue
        band = Box(0, top, drawing.page.width, bottom - top)
        drawing.page.add(Layer.GROUND, rectangle(band, fill=SHADE_2 if i % 2 else SHADE))
        for k, level in enumerate(levels):
            y = top + 34 + 58 * k
            drawing.page.text(12, y, drawing.speech.say(LEVELS[level]), 15, weight=700)
            drawing.page.text(12, y + 22, str(counts[level]), 17, fill=SOFT)


def _draw_key(drawing: Drawing, top: float) -> float:
    page, speech, network = drawing.page, drawing.speech, drawing.network
    shown = drawing.subject.circuits
    groups = [
        [*state_entries(drawing.condition, speech)],
        [*carrier_entries(network, drawing.palette, shown, speech)],
        [*role_entries(shown, speech), single_entry(speech)],
    ]
    if any(column.cells for column in drawing.subject.columns):
        figures = [*figure_entries(speech)] if drawing.subject.detail is Detail.DOTS else []
        groups += [[*site_entries(speech)], figures]
    place = Box(LEFT, top, page.width - LEFT - RIGHT, 0)
    for group in groups:
        place = replace(place, y=draw_key(page, group, place) + 4) if group else place
    return place.y


def _described(network: Network) -> Text:
    counts = count_levels(network.sites.values())
    return text(
        "{prefectures} prefectures, {counties} counties, {townships} townships, {communities} communities, "
        "{devices} devices, {circuits} circuits",
        prefectures=counts[Level.PREFECTURE],
        counties=counts[Level.COUNTY],
        townships=counts[Level.TOWNSHIP],
        communities=counts[Level.COMMUNITY],
        devices=len(network.devices),
        circuits=len(network.circuits),
    )
