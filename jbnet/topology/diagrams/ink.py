"""Elements of SVG 1.1 and how they are written: escaped, in a fixed order, to a tenth of a pixel."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 (section 2.2) allows nowhere, not even escaped."""


Paint = dict[str, str | float | None]
"""Attributes that several elements share."""


@dataclass(frozen=True, slots=True)
class Element:
    """An XML element; children are elements or text."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: tuple[Element | str, ...] = ()


def element(tag: str, *children: Element | str, **attributes: str | float | None) -> Element:
    """Build an element: ``element("text", "Xining", x=3, font_size=12)``; None leaves an attribute out.

    Underscores become hyphens; one at the end is dropped (``class_``).
    """
    written = (
        (name.rstrip("_").replace("_", "-"), value if isinstance(value, str) else number(value))
        for name, value in attributes.items()
        if value is not None
    )
    return Element(tag, tuple(written), children)


def number(value: float) -> str:
    """Return a number as it is written in attributes: at most one decimal, no negative zero."""
    said = f"{value:.1f}".removesuffix(".0")
    return "0" if said == "-0" else said


def points(pairs: list[tuple[float, float]]) -> str:
    """Return coordinates as the ``points`` attribute wants them."""
    return " ".join(f"{number(x)},{number(y)}" for x, y in pairs)


def escape(said: str) -> str:
    """Return a text that may stand in XML, as content and as a quoted value."""
    return _NOT_XML.sub("\ufffd", said).translate(_ESCAPES)


def write(found: Element, indent: str = "") -> Iterator[str]:
    """Yield the lines of an element. Text and its spans stay on one line: white space would show."""
    head = found.tag + "".join(f' {name}="{escape(value)}"' for name, value in found.attributes)
    if not found.children:
        yield f"{indent}<{head}/>"
    elif found.tag in ("text", "title", "desc", "tspan") or all(isinstance(c, str) for c in found.children):
        inner = "".join(escape(c) if isinstance(c, str) else "".join(write(c)) for c in found.children)
        yield f"{indent}<{head}>{inner}</{found.tag}>"
    else:
        yield f"{indent}<{head}>"
        for child in found.children:
            if isinstance(child, Element):
                yield from write(child, indent + " ")
        yield f"{indent}</{found.tag}>"
