"""A page under construction: layers of elements, the boxes of all labels, where each home and device stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from jbnet.topology.diagrams.extent import Box, text_width
from jbnet.topology.diagrams.ink import Element, Paint, element, write
from jbnet.topology.diagrams.palette import INK, PAPER

FONTS = (
    "'Noto Sans CJK SC','Noto Sans SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',"
    "'WenQuanYi Micro Hei',sans-serif"
)


class Layer(IntEnum):
    """What is drawn over what, lowest first."""

    GROUND = 0
    BOXES = 1
    LINES = 2
    MARKS = 3
    TEXT = 4
    SIGNS = 5


@dataclass(frozen=True, slots=True)
class Label:
    """A text on the page and the box it takes."""

    said: str
    box: Box


@dataclass
class Page:
    """A picture. ``labels`` are all its texts; ``spots`` the middle of every home's mark or box, by its name."""

    title: str
    description: str
    width: float = 1920.0
    height: float = 1080.0
    labels: list[Label] = field(default_factory=list)
    spots: dict[str, tuple[float, float]] = field(default_factory=dict)
    layers: dict[Layer, list[Element]] = field(default_factory=lambda: {layer: [] for layer in Layer})

    def add(self, layer: Layer, *elements: Element) -> None:
        """Put elements on a layer."""
        self.layers[layer].extend(elements)

    def text(
        self,
        x: float,
        y: float,
        said: str,
        size: float = 12,
        *,
        anchor: str = "start",
        weight: int | None = None,
        fill: str = INK,
        halo: bool = False,
        turned: bool = False,
    ) -> Label:
        """Write a line of text; ``y`` is its base line. ``turned`` runs it upwards from (x, y)."""
        label = Label(said, text_box(x, y, said, size, anchor=anchor, turned=turned))
        made = element(
            "text",
            said,
            x=x,
            y=y,
            font_size=size,
            text_anchor=None if anchor == "start" else anchor,
            font_weight=weight,
            fill=None if fill == INK else fill,
            stroke=PAPER if halo else None,
            stroke_width=3 if halo else None,
            class_="halo" if halo else None,
            transform=f"rotate(-90 {x:.1f} {y:.1f})" if turned else None,
        )
        self.labels.append(label)
        self.add(Layer.TEXT, made)
        return label

    def stacked(self, x: float, y: float, said: str, size: float) -> None:
        """Write a text downwards, one character below the other (Chinese); ``x`` is its middle, ``y`` its top."""
        step = size * 1.12
        spans = [element("tspan", c, x=x, y=y + step * i + size * 0.88) for i, c in enumerate(said)]
        self.labels.append(Label(said, Box(x - size / 2, y, size, step * len(said))))
        halo: Paint = {"stroke": PAPER, "stroke_width": 3, "class_": "halo"}
        self.add(Layer.TEXT, element("text", *spans, font_size=size, text_anchor="middle", **halo))

    def svg(self) -> str:
        """Return the picture as SVG 1.1: no script, nothing fetched from elsewhere."""
        head = [
            element("title", self.title, id="title"),
            element("desc", self.description, id="desc"),
            element("defs", *patterns()),
            element("style", ".halo{paint-order:stroke;stroke-linejoin:round}"),
            element("rect", width=self.width, height=self.height, fill=PAPER),
        ]
        groups = [element("g", *self.layers[layer]) for layer in Layer if self.layers[layer]]
        root = element(
            "svg",
            *head,
            *groups,
            xmlns="http://www.w3.org/2000/svg",
            width=self.width,
            height=self.height,
            viewBox=f"0 0 {self.width:.0f} {self.height:.0f}",
            role="img",
            aria_labelledby="title desc",
            font_family=FONTS,
            fill=INK,
        )
        return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', *write(root)]) + "\n"


def text_box(x: float, y: float, said: str, size: float, *, anchor: str = "start", turned: bool = False) -> Box:
    """Return the box of a line of text whose base line begins (or is centred, or ends) at (x, y)."""
    width = text_width(said, size)
    before = {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    if turned:
        return Box(x - size * 0.88, y - width + before, size * 1.1, width)
    return Box(x - before, y - size * 0.88, width, size * 1.1)


def patterns() -> tuple[Element, ...]:
    """Return the fills that states have, told apart without colour: dots, slanted lines, a grid."""
    dots = element("circle", cx=4, cy=4, r=1.0, fill="#b5a800")
    slanted = element("path", d="M-2 10L10 -2M-2 2L2 -2M6 10L10 6", stroke="#e09a2b", stroke_width=1.4)
    grid = element("path", d="M0 0L8 8M8 0L0 8", stroke="#d9834f", stroke_width=1.0)
    return (
        _pattern("degraded", "#fbf6bd", dots),
        _pattern("on-backup", "#ffe0a3", slanted),
        _pattern("cut-off", "#f9cdb4", grid),
    )


def _pattern(name: str, ground: str, drawing: Element) -> Element:
    paper = element("rect", width=8, height=8, fill=ground)
    return element("pattern", paper, drawing, id=name, width=8, height=8, patternUnits="userSpaceOnUse")
