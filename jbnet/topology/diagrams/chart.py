"""One map: the outline, circuits as lines between places, markers, labels. A page has one, or two with an inset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot

from jbnet.model.network import Circuit, Network
from jbnet.topology.diagrams.condition import Condition, State
from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.ink import Element, Paint, element
from jbnet.topology.diagrams.marks import badge, cross, mark
from jbnet.topology.diagrams.outline import Outline
from jbnet.topology.diagrams.page import Layer, Page
from jbnet.topology.diagrams.palette import FAINT, FLAT, INK, PAPER, SHADE, Palette, Shape, dashes
from jbnet.topology.diagrams.placement import Segment, Wanted, place
from jbnet.topology.diagrams.projection import Projection
from jbnet.topology.diagrams.speech import Speech
from jbnet.topology.diagrams.spots import Point, Rank, Spot
from jbnet.topology.diagrams.wires import caption_of

WIDTHS = {Rank.CORE: 5.0, Rank.CENTRE: 5.0, Rank.PREFECTURE: 2.4, Rank.COUNTY: 1.3, Rank.BELOW: 0.8}
LONG = 150.0
"""Lines between centres longer than this, in px, are trunks: drawn broad, with their names."""
SIZES = {Rank.CORE: 17.0, Rank.CENTRE: 17.0, Rank.PREFECTURE: 17.0, Rank.COUNTY: 13.5}
SHAPES = {Rank.CORE: Shape.STAR, Rank.CENTRE: Shape.HEXAGON, Rank.PREFECTURE: Shape.SQUARE}


@dataclass(frozen=True, slots=True)
class Strand:
    """A circuit on the map; several between the same two places run side by side."""

    circuit: Circuit
    ends: Segment
    rank: Rank


@dataclass
class Chart:
    """A map under construction, inside ``area`` of the page. ``spots`` by home, on the page."""

    page: Page
    network: Network
    speech: Speech
    palette: Palette
    condition: Condition
    area: Box
    projection: Projection
    spots: Mapping[str, Spot]
    uplinks: Mapping[str, int]
    clip: str | None = None

    def draw_outline(self, outlines: Sequence[Outline]) -> None:
        """Draw the borders."""
        for outline in outlines:
            if not self._touches(outline):
                continue
            d = self.projection.path(outline.rings)
            attributes: Paint = {"fill": SHADE, "stroke": "#9aa5ae", "stroke_width": 1.0, "fill_rule": "evenodd"}
            self.page.add(Layer.GROUND, element("g", element("path", d=d, **attributes), clip_path=self.clip))

    def _touches(self, outline: Outline) -> bool:
        """Say whether any of an area may be on this map."""
        corners = [self.projection.point(lon, lat) for ring in outline.rings for lon, lat in ring[::8]]
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        extent = Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))
        return extent.grown(30).overlaps(self.area)

    def strands(self, fixed: Mapping[str, Point]) -> tuple[Strand, ...]:
        """Return all circuits between different places; ``fixed`` are homes beside the map (peers)."""
        ranks = {home: spot.rank for home, spot in self.spots.items()} | dict.fromkeys(fixed, Rank.PREFECTURE)
        at = {home: spot.at for home, spot in self.spots.items()} | dict(fixed)
        homes = {d.name: d.home for d in self.network.devices.values()}
        between: dict[tuple[str, str], list[Circuit]] = {}
        for circuit in self.network.circuits.values():
            pair = homes[circuit.a.device], homes[circuit.z.device]
            if pair[0] != pair[1] and pair[0] in at and pair[1] in at:
                between.setdefault(pair, []).append(circuit)
        return tuple(
            Strand(c, _beside((at[a], at[z]), n - (len(found) - 1) / 2), max(ranks[a], ranks[z]))
            for (a, z), found in between.items()
            for n, c in enumerate(found)
        )

    def draw_strands(self, strands: Sequence[Strand]) -> None:
        """Draw the circuits, the important ones on top."""
        for strand in sorted(strands, key=lambda s: -s.rank):
            self.page.add(Layer.LINES, element("g", *self._strand(strand), clip_path=self.clip))

    def _strand(self, strand: Strand) -> list[Element]:
        circuit, ((x1, y1), (x2, y2)) = strand.circuit, strand.ends
        dead = circuit.name in self.condition.dead
        trunk = strand.rank <= Rank.CENTRE and hypot(x2 - x1, y2 - y1) > LONG
        look, width = self.palette.of(circuit), WIDTHS[strand.rank] if trunk else min(2.4, WIDTHS[strand.rank])
        d = f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"
        colour = FAINT if dead else look.colour
        line = element("path", d=d, stroke=colour, stroke_width=width, stroke_dasharray=dashes(circuit), fill="none")
        found = [element("title", caption_of(circuit)), line]
        if trunk:
            found.insert(0, element("path", d=d, stroke=PAPER, stroke_width=width + 3, fill="none"))
        middle = x1 + (x2 - x1) * 0.55, y1 + (y2 - y1) * 0.55
        if dead:
            found.append(cross(*middle, 6))
        elif look.marked and hypot(x2 - x1, y2 - y1) > 30:
            radius = min(4.5, 2.6 + width * 0.5)
            found.append(mark(look.shape, *middle, radius, fill=look.colour, stroke=PAPER, stroke_width=0.8))
        return [element("g", *found, data_circuit=circuit.name)]

    def draw_spots(self, shown: Sequence[Spot], *, quiet: bool = False) -> None:
        """Draw markers; ``quiet`` ones are dots only (an inset shows them in full)."""
        for spot in sorted(shown, key=lambda s: -s.rank):
            self.page.add(Layer.MARKS, self._marker(spot, quiet=quiet))
            if not quiet or spot.home not in self.page.spots:
                self.page.spots[spot.home] = spot.at
            if not quiet:
                self._sign(spot)

    def _marker(self, spot: Spot, *, quiet: bool) -> Element:
        named = self.network.sites.get(spot.home) or self.network.locations[spot.home]
        title = element("title", f"{named.name} {named.name_zh}")
        state = self.condition.of(spot.home)
        fill = FLAT.get(state) or (INK if spot.rank <= Rank.PREFECTURE else PAPER)
        radius = min(spot.radius, 3.0) if quiet and spot.rank is not Rank.CORE else spot.radius
        shape = mark(SHAPES.get(spot.rank, Shape.CIRCLE), *spot.at, radius, fill=fill, stroke=INK, stroke_width=1.6)
        return element("g", title, shape, data_site=spot.home if spot.home in self.network.sites else None)

    def _sign(self, spot: Spot) -> None:
        state = self.condition.of(spot.home)
        (x, y), single = spot.at, spot.rank is Rank.COUNTY and self.uplinks.get(spot.home, 0) == 1
        if state is State.CUT:
            self.page.add(Layer.SIGNS, cross(x, y, spot.radius + 1.5))
        elif state is not State.FINE:
            self.page.add(Layer.SIGNS, badge(x, y, "B" if state is State.BACKUP else "!", FLAT[state]))
        elif single:
            self.page.add(Layer.SIGNS, badge(x, y, "1"))

    def draw_labels(
        self, labelled: Sequence[Spot], extra: Sequence[Wanted], obstacles: Sequence[Box], strands: Sequence[Strand]
    ) -> list[Wanted]:
        """Write the names of places and other labels without overlap; return those that found no room."""
        wanted = [*extra, *(self._wanted(spot) for spot in labelled if spot.rank in SIZES)]
        boxes = [*obstacles, *(marker_box(spot) for spot in self.spots.values() if spot.rank is not Rank.BELOW)]
        placed, left = place(wanted, self.area, boxes, [strand.ends for strand in strands])
        for label in placed:
            if label.leader is not None:
                (x1, y1), (x2, y2) = label.leader
                d = f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"
                self.page.add(Layer.LINES, element("path", d=d, stroke=INK, stroke_width=0.8, fill="none"))
            said, size = label.wanted.said, label.wanted.size
            self.page.text(label.box.x, label.box.y + size * 0.88, said, size, weight=label.wanted.weight, halo=True)
        return list(left)

    def _wanted(self, spot: Spot) -> Wanted:
        heavy = None if spot.rank is Rank.COUNTY else 700
        name = self.speech.home(self.network, spot.home)
        return Wanted(name, spot.at, max(spot.radius, 7.5), SIZES[spot.rank], heavy)


def marker_box(spot: Spot) -> Box:
    """Return the box of a marker with the sign that may stand on it."""
    radius = max(spot.radius, 7.5)
    return Box(spot.at[0] - radius, spot.at[1] - radius, 2 * radius, 2 * radius)


def _beside(ends: Segment, number: float) -> Segment:
    """Move a line sideways by its number among several between the same ends."""
    (x1, y1), (x2, y2) = ends
    length = hypot(x2 - x1, y2 - y1) or 1.0
    across, down = -(y2 - y1) / length * number * 6.5, (x2 - x1) / length * number * 6.5
    return (x1 + across, y1 + down), (x2 + across, y2 + down)


def at_scale(found: Sequence[Spot], projection: Projection) -> tuple[Spot, ...]:
    """Return the spots where a projection puts them."""
    return tuple(replace(spot, at=projection.point(spot.lon, spot.lat)) for spot in found)
