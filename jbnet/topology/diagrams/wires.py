"""Circuits in a picture of levels: straight down where one end hangs below the other, a curve elsewhere."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from jbnet.model.network import Circuit
from jbnet.topology.diagrams.carried import carried, spoken
from jbnet.topology.diagrams.drawing import Anchor, Detail, Drawing
from jbnet.topology.diagrams.extent import Box
from jbnet.topology.diagrams.ink import element
from jbnet.topology.diagrams.marks import cross, mark
from jbnet.topology.diagrams.page import Layer
from jbnet.topology.diagrams.palette import FAINT, PAPER, dashes

Point = tuple[float, float]
CLEAR = 8.0
"""Lines that pass the same bars are at least so many px apart."""


@dataclass(frozen=True, slots=True)
class Wire:
    """A circuit on the page: where it runs and where its marker and caption stand."""

    circuit: Circuit
    start: Point
    end: Point
    marker: Point
    straight: bool = True


def draw_wires(drawing: Drawing) -> None:
    """Draw all circuits of the subject whose two ends are on the page; those of the boxes above give way to others."""
    slots = _Slots(drawing)
    for circuit in sorted(drawing.subject.circuits, key=lambda c: _turn(drawing, c)):
        ends = drawing.anchors.get(circuit.a.device), drawing.anchors.get(circuit.z.device)
        if ends[0] is None or ends[1] is None or ends[0].box == ends[1].box:
            continue
        if ends[0].home == ends[1].home:
            _draw(drawing, _beside(circuit, ends[0].box, ends[1].box, slots.beside(ends[0].home)))
        else:
            lower, upper = _ordered(ends[0], ends[1])
            _draw(drawing, _down(drawing, circuit, upper, lower, slots.of(lower, upper)))


class _Slots:
    """At which x lines run: one beside the other at each home, and none on top of another's between the bars."""

    def __init__(self, drawing: Drawing):
        self._drawing = drawing
        found = (_hanging(drawing, circuit) for circuit in drawing.subject.circuits)
        self._total = Counter(anchor.home for anchor in found if anchor is not None)
        self._taken: Counter[str] = Counter()
        self._beside: Counter[str] = Counter()
        self._used: list[Point] = []
        self._own: dict[str, list[float]] = {}

    def beside(self, home: str) -> int:
        """Return the number of a line between two bars of a home, from 1 on."""
        self._beside[home] += 1
        return self._beside[home]

    def of(self, lower: Anchor, upper: Anchor) -> float:
        """Return at which x the next line of a home runs."""
        x = self._place(lower, self._taken[lower.home], self._total[lower.home])
        self._taken[lower.home] += 1
        own = self._own.setdefault(lower.home, [])
        # a line that ends above where this one begins is not in its way
        passing = [used for used, end in self._used if lower.tier == 0 or end > upper.box.bottom]
        while lower.tier != 2 and any(abs(x - used) < CLEAR for used in (*passing, *own)):
            x += 2
        if lower.tier == 3:
            own.append(x)
        else:
            self._used.append((x, lower.box.y))
        return x

    def _place(self, lower: Anchor, number: int, total: int) -> float:
        frame = self._drawing.frames[lower.home]
        if lower.tier == 2:
            return frame.x + 13 + number * self._drawing.slot_pitch
        step = min(60.0 if lower.tier == 0 else 15.0, frame.width / (total + 1))
        return frame.middle[0] + (number - (total - 1) / 2) * step


def _turn(drawing: Drawing, circuit: Circuit) -> int:
    """Return when a circuit gets its place: prefectures' first, then counties', then those of the boxes above."""
    found = _hanging(drawing, circuit)
    return (2, 0, 0, 1)[found.tier] if found is not None else 0


def _hanging(drawing: Drawing, circuit: Circuit) -> Anchor | None:
    """Return the end of a circuit that hangs on the other."""
    ends = drawing.anchors.get(circuit.a.device), drawing.anchors.get(circuit.z.device)
    if ends[0] is None or ends[1] is None or ends[0].home == ends[1].home:
        return None
    return _ordered(ends[0], ends[1])[0]


def _ordered(a: Anchor, z: Anchor) -> tuple[Anchor, Anchor]:
    """Return the end that hangs, a box above the bars or else the lower one, and the end that it hangs on."""
    if 0 in (a.tier, z.tier):
        return (z, a) if z.tier == 0 else (a, z)
    return (z, a) if z.tier >= a.tier else (a, z)


def _beside(circuit: Circuit, a: Box, z: Box, number: int) -> Wire:
    """Run a line between two bars of one home at their right end."""
    upper, lower = sorted((a, z), key=lambda box: box.y)
    x = upper.right - 10 * number
    middle = (upper.bottom + lower.y) / 2
    return Wire(circuit, (x, upper.bottom), (x, lower.y), (x, min(middle, upper.bottom + 15)))


def _down(drawing: Drawing, circuit: Circuit, upper: Anchor, lower: Anchor, x: float) -> Wire:
    frame = drawing.frames[lower.home]
    above = lower.tier > 0
    near = (x, lower.box.y if above else lower.box.bottom)
    edge = frame.y if above else frame.bottom
    marker = (x, edge - 15) if above else (x, edge + 15)
    spans = upper.box.x <= x <= upper.box.right
    if spans and upper.tier != lower.tier:
        far = (x, upper.box.bottom if above else upper.box.y)
        return Wire(circuit, far, near, marker)
    far = min(max(x, upper.box.x), upper.box.right), upper.box.bottom if upper.box.y < near[1] else upper.box.y
    return Wire(circuit, far, near, marker, straight=False)


def _draw(drawing: Drawing, wire: Wire) -> None:
    page, circuit = drawing.page, wire.circuit
    look = drawing.palette.of(circuit)
    dead = circuit.name in drawing.condition.dead
    d = _path(wire)
    width = 1.6 if drawing.anchors[circuit.z.device].tier == 3 else 2.4
    casing = element("path", d=d, stroke=PAPER, stroke_width=width + 3.5, fill="none")
    colour = FAINT if dead else look.colour
    line = element("path", d=d, stroke=colour, stroke_width=width, stroke_dasharray=dashes(circuit), fill="none")
    page.add(Layer.LINES, element("g", element("title", caption_of(circuit)), casing, line, data_circuit=circuit.name))
    page.add(Layer.LINES, element("circle", cx=wire.start[0], cy=wire.start[1], r=width + 0.8, fill=colour))
    if dead:
        page.add(Layer.SIGNS, cross(*wire.marker, 6))
    elif look.marked:
        page.add(Layer.MARKS, mark(look.shape, *wire.marker, 4.2, fill=look.colour, stroke=PAPER, stroke_width=1))
    _caption(drawing, wire)


def _path(wire: Wire) -> str:
    (x1, y1), (x2, y2) = wire.start, wire.end
    if wire.straight:
        return f"M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"
    bend = 40 if y1 >= y2 else (y2 - y1) / 2
    return f"M{x1:.1f} {y1:.1f}C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"


def caption_of(circuit: Circuit) -> str:
    """Return what a reader sees who points at a line."""
    said = [circuit.name, f"{circuit.a.device} {circuit.a.interface} - {circuit.z.device} {circuit.z.interface}"]
    said += [name for name in (circuit.carrier, circuit.underlay) if name]
    said += [f"{circuit.bandwidth} Mbit/s"] if circuit.bandwidth is not None else []
    return " · ".join([*said, str(circuit.role)])


def _caption(drawing: Drawing, wire: Wire) -> None:
    """Write the bandwidth beside the lines of the upper levels; the whole story where there is room for it."""
    circuit, tier = wire.circuit, min(drawing.anchors[d].tier for d in (wire.circuit.a.device, wire.circuit.z.device))
    if tier > 1 or not wire.straight or circuit.bandwidth is None or drawing.subject.detail is Detail.COMMUNITIES:
        return
    said = f"{circuit.bandwidth}M" + (f" {circuit.latency_ms:.0f}ms" if circuit.latency_ms >= 1 else "")
    if drawing.subject.captions:
        named = spoken(drawing.network, carried(drawing.network, circuit), drawing.speech)
        said = " · ".join(part for part in (circuit.name, said, named) if part)
    x, y = wire.marker
    if abs(wire.start[1] - wire.end[1]) < 40:  # between two bars: no room along the line
        drawing.page.text(x - 8, y + 4, said, 11, anchor="end", halo=True)
        return
    hangs = wire.start[1] < y and tier > 0
    drawing.page.text(
        x + 12, y - 10 if hangs else y + 9, said, 11, anchor="start" if hangs else "end", turned=True, halo=True
    )
