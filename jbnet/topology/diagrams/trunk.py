"""The top of a picture of levels: boxes of data centres and peers, and the upper devices as bars across the page."""

from __future__ import annotations

from itertools import groupby

from jbnet.topology.diagrams.condition import State
from jbnet.topology.diagrams.drawing import Anchor, Drawing
from jbnet.topology.diagrams.extent import Box, fitted
from jbnet.topology.diagrams.ink import Paint
from jbnet.topology.diagrams.marks import cross, rectangle
from jbnet.topology.diagrams.page import Layer
from jbnet.topology.diagrams.palette import FILLS, INK, PAPER, SOFT
from jbnet.topology.diagrams.spread import LEFT, RIGHT, cut

BOX_HEIGHT = 64.0
BAR_HEIGHT = 18.0
BAR_PITCH = 36.0


def draw_boxes(drawing: Drawing, top: float) -> float:
    """Draw the homes above the bars in a row; return where the row ends."""
    homes = drawing.subject.boxes
    if not homes:
        return top
    row = Box(LEFT, top, drawing.page.width - LEFT - RIGHT, BOX_HEIGHT)
    for home, place in zip(_peers_in_the_middle(drawing, homes), cut(row, len(homes), 40), strict=True):
        width = min(place.width, 340.0)
        _draw_box(drawing, home, Box(place.middle[0] - width / 2, top, width, BOX_HEIGHT))
    return row.bottom


def _peers_in_the_middle(drawing: Drawing, homes: tuple[str, ...]) -> list[str]:
    peers = [home for home in homes if home in drawing.network.peers]
    others = [home for home in homes if home not in drawing.network.peers]
    half = (len(others) + 1) // 2
    return [*others[:half], *peers, *others[half:]]


def _draw_box(drawing: Drawing, home: str, box: Box) -> None:
    network, page = drawing.network, drawing.page
    state = drawing.condition.of(home)
    outline = "10 3" if home in network.peers else None
    attributes: Paint = {"fill": FILLS[state], "stroke": INK, "stroke_width": 1.5, "stroke_dasharray": outline}
    page.add(Layer.BOXES, rectangle(box, rx=6, **attributes))
    name, size = fitted(drawing.speech.home(network, home), box.width - 20, 17, 11)
    page.text(box.middle[0], box.y + 27, name, size, anchor="middle", weight=700, halo=True)
    housed = (device for device in drawing.housed.get(home, ()) if device not in drawing.subject.bars)
    said, size = fitted(" · ".join(device.removeprefix(f"{home}-") for device in housed), box.width - 16, 12, 10)
    page.text(box.middle[0], box.y + 49, said, size, anchor="middle", fill=SOFT, halo=True)
    drawing.anchor_home(home, box, 0)
    if state is State.CUT:
        page.add(Layer.SIGNS, cross(box.right - 4, box.y + 4, 8))


def draw_bars(drawing: Drawing, top: float) -> float:
    """Draw the upper devices, one bar below the other, grouped by home; return where the last one ends."""
    devices = [drawing.network.devices[name] for name in drawing.subject.bars]
    y = top
    for home, group in groupby(devices, key=lambda device: device.home):
        first = y
        for device in group:
            box = Box(LEFT, y, drawing.page.width - LEFT - RIGHT, BAR_HEIGHT)
            draw_bar(drawing, device.name, box, home, tier=1)
            y += BAR_PITCH
        frame = Box(LEFT, first, drawing.page.width - LEFT - RIGHT, y - BAR_PITCH + BAR_HEIGHT - first)
        if home not in drawing.frames:
            drawing.frames[home] = frame
            drawing.page.spots[home] = frame.middle
        _name_bars(drawing, home, frame)
    return y - BAR_PITCH + BAR_HEIGHT if devices else top


def _name_bars(drawing: Drawing, home: str, frame: Box) -> None:
    said, size = fitted(drawing.speech.home(drawing.network, home), LEFT - 24, 16, 10)
    drawing.page.text(LEFT - 12, frame.middle[1] + 5, said, size, anchor="end", weight=700)


def draw_bar(drawing: Drawing, device: str, box: Box, home: str, tier: int) -> None:
    """Draw a device as a bar with its name on it; lines to the device may end anywhere along it."""
    lost = drawing.condition.found is not None and device in drawing.condition.found.devices
    fill = FILLS[State.CUT] if lost else "#3a4652"
    drawing.page.add(Layer.BOXES, rectangle(box, rx=3, fill=fill, stroke=INK, stroke_width=0.8))
    _name_bar(drawing, device, box, fill=fill, ink=INK if lost else PAPER, tier=tier)
    drawing.anchors[device] = Anchor(box, home, tier)


def _name_bar(drawing: Drawing, device: str, box: Box, *, fill: str, ink: str, tier: int) -> None:
    """Write a device's name on its bar, over the lines that cross it."""
    x = box.x + drawing.slots + (18 if tier == 1 else -4)
    said, size = fitted(device, box.right - x - 22, min(13.0, box.height - 3), 9)
    label = drawing.page.text(x, box.y + box.height / 2 + size * 0.36, said, size, fill=ink)
    chip = Box(label.box.x - 4, box.y + 0.8, label.box.width + 8, box.height - 1.6)
    drawing.page.add(Layer.MARKS, rectangle(chip, fill=fill))
