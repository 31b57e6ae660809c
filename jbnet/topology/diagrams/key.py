"""The legend: what colours, shapes, dashes and signs mean. Written from left to right, wrapped at the page's edge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from jbnet.model.network import Circuit, CircuitRole, Network
from jbnet.model.text import Text, text
from jbnet.topology.diagrams.carried import Carried, Kind, carried, spoken
from jbnet.topology.diagrams.condition import Condition, State
from jbnet.topology.diagrams.extent import Box, text_width
from jbnet.topology.diagrams.ink import Element, element
from jbnet.topology.diagrams.marks import badge, cross, mark, rectangle
from jbnet.topology.diagrams.page import Layer, Page
from jbnet.topology.diagrams.palette import FAINT, FILLS, FLAT, INK, PAPER, Look, Palette, Shape
from jbnet.topology.diagrams.speech import Speech

Draw = Callable[[float, float], Element]
"""Draws a sample whose left middle is at (x, y); it is 30 wide."""

SAMPLE = 30.0
PITCH = 26.0


@dataclass(frozen=True, slots=True)
class Entry:
    """A sample and what it means."""

    draw: Draw
    said: str


def draw_key(page: Page, entries: Iterable[Entry], place: Box, size: float = 14) -> float:
    """Write a legend into a box from its top on, wrapped at its width; return where it ends."""
    x, y = place.x, place.y
    for entry in entries:
        width = SAMPLE + 8 + text_width(entry.said, size) + 26
        if x > place.x and x + width > place.right + 26:
            x, y = place.x, y + PITCH
        page.add(Layer.MARKS, entry.draw(x, y + PITCH / 2))
        page.text(x + SAMPLE + 8, y + PITCH / 2 + size * 0.36, entry.said, size)
        x += width
    return y + PITCH


def carrier_entries(network: Network, palette: Palette, shown: Sequence[Circuit], speech: Speech) -> Iterator[Entry]:
    """Yield who carries the circuits shown, with how many each: carriers, underlays, nobody declared, ourselves."""
    counts = Counter(carried(network, circuit) for circuit in shown)
    for by, look in palette.looks.items():
        if count := counts[by]:
            yield Entry(_carrier(look), speech.say(_counted(by, spoken(network, by, speech), count)))


def _counted(by: Carried, named: str, count: int) -> Text:
    if by.kind is Kind.CABLE:
        return text("cable of our own: {count}", count=count)
    if by.kind is Kind.UNDERLAY:
        return text("over {underlay}: {count}", underlay=named, count=count)
    return text("{carrier}: {count}", carrier=named, count=count)


def role_entries(shown: Sequence[Circuit], speech: Speech) -> Iterator[Entry]:
    """Yield the roles of the circuits shown."""
    backups = sum(c.role is CircuitRole.BACKUP for c in shown)
    yield Entry(_line(INK, None), speech.say(text("primary line: {count}", count=len(shown) - backups)))
    yield Entry(_line(INK, "7 4"), speech.say(text("backup line: {count}", count=backups)))


def site_entries(speech: Speech) -> Iterator[Entry]:
    """Yield the marks of townships and communities."""
    yield Entry(_dot(4.2, INK), speech.say(text("township (shape and colour: its carrier)")))
    yield Entry(_dot(2.0, INK), speech.say(text("community")))
    yield Entry(_dot(4.2, PAPER), speech.say(text("hollow: not in use yet")))
    yield Entry(_dot(4.2, INK, ring=True), speech.say(text("ringed: more than one line")))


def map_entries(speech: Speech) -> Iterator[Entry]:
    """Yield the markers of a map."""
    yield Entry(_marker(Shape.STAR, 8, INK), speech.say(text("core")))
    yield Entry(_marker(Shape.HEXAGON, 7, INK), speech.say(text("data centre, operations centre")))
    yield Entry(_marker(Shape.SQUARE, 6, INK), speech.say(text("prefecture")))
    yield Entry(_marker(Shape.CIRCLE, 4.5, PAPER), speech.say(text("county")))


def figure_entries(speech: Speech) -> Iterator[Entry]:
    """Yield what the figures mean."""
    yield Entry(_figure("622M"), speech.say(text("bandwidth in Mbit/s, with the round trip in ms")))
    yield Entry(_figure("11|7"), speech.say(text("below a county's name: its townships, its communities")))


def single_entry(speech: Speech) -> Entry:
    """Return the sign of a county that hangs on one line."""

    def draw(x: float, y: float) -> Element:
        box = rectangle(Box(x, y - 7, 26, 17), rx=4, fill=PAPER, stroke=INK, stroke_width=2.6)
        return element("g", box, badge(x + 13, y - 6, "1"))

    return Entry(draw, speech.say(text("hangs on a single line")))


def state_entries(condition: Condition, speech: Speech) -> Iterator[Entry]:
    """Yield the states, where something was assumed to fail."""
    if condition.found is None:
        return
    words: dict[State, Text] = {
        State.CUT: text("cut off: {count}", count=condition.count(State.CUT)),
        State.BACKUP: text("on the backup line: {count}", count=condition.count(State.BACKUP)),
        State.DEGRADED: text("fewer ways to the core: {count}", count=condition.count(State.DEGRADED)),
    }
    for state, said in words.items():
        yield Entry(_state(state), speech.say(said))
    yield Entry(_dead, speech.say(text("line that failed: {count}", count=len(condition.dead))))


def _carrier(look: Look) -> Draw:
    def draw(x: float, y: float) -> Element:
        line = element("path", d=f"M{x:.1f} {y:.1f}h{SAMPLE:.0f}", stroke=look.colour, stroke_width=2.4)
        marker = mark(look.shape, x + SAMPLE / 2, y, 5, fill=look.colour, stroke=PAPER)
        return element("g", line, marker) if look.marked else line

    return draw


def _line(colour: str, dash: str | None) -> Draw:
    def draw(x: float, y: float) -> Element:
        d = f"M{x:.1f} {y:.1f}h{SAMPLE:.0f}"
        return element("path", d=d, stroke=colour, stroke_width=2.4, stroke_dasharray=dash)

    return draw


def _figure(said: str) -> Draw:
    def draw(x: float, y: float) -> Element:
        return element("text", said, x=x + SAMPLE / 2, y=y + 4, font_size=11, text_anchor="middle")

    return draw


def _marker(shape: Shape, radius: float, fill: str) -> Draw:
    def draw(x: float, y: float) -> Element:
        return mark(shape, x + SAMPLE / 2, y, radius, fill=fill, stroke=INK, stroke_width=1.6)

    return draw


def _dot(radius: float, fill: str, *, ring: bool = False) -> Draw:
    def draw(x: float, y: float) -> Element:
        dot = mark(Shape.SQUARE, x + SAMPLE / 2, y, radius, fill=fill, stroke=INK)
        around = element("circle", cx=x + SAMPLE / 2, cy=y, r=radius + 2.6, fill="none", stroke=INK, stroke_width=0.9)
        return element("g", dot, around) if ring else dot

    return draw


def _state(state: State) -> Draw:
    def draw(x: float, y: float) -> Element:
        box = rectangle(Box(x, y - 8, SAMPLE, 16), rx=3, fill=FILLS[state], stroke=INK)
        sign = badge(x + SAMPLE / 2, y, "B" if state is State.BACKUP else "!", FLAT[state])
        over = cross(x + SAMPLE / 2, y, 6) if state is State.CUT else sign
        return element("g", box, over)

    return draw


def _dead(x: float, y: float) -> Element:
    line = element("path", d=f"M{x:.1f} {y:.1f}h{SAMPLE:.0f}", stroke=FAINT, stroke_width=2.4)
    return element("g", line, cross(x + SAMPLE / 2, y, 6))
