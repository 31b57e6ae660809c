"""Where things are on a page and how wide text is, in user units of SVG (px at 96 dpi)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

_NARROW = frozenset("iljtfrI.,:;'|!()[]{} /\\·")
_WIDE = frozenset("mwMW@%&")


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle; ``x`` and ``y`` are its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Return the x of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Return the y of the lower side."""
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """Return the centre."""
        return self.x + self.width / 2, self.y + self.height / 2

    def overlaps(self, other: Box) -> bool:
        """Say whether the two have an area in common (touching is not overlapping)."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: Box) -> bool:
        """Say whether the other lies wholly inside."""
        across = self.x <= other.x and other.right <= self.right
        return across and self.y <= other.y and other.bottom <= self.bottom

    def grown(self, by: float) -> Box:
        """Return the box with that much more on every side."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)


def text_width(said: str, size: float) -> float:
    """Return about how wide a text is at a font size: Chinese characters are square, Latin ones narrower.

    A little more than Noto Sans takes, so that what fits here fits on paper.
    """
    return size * sum(_advance(character) for character in said)


def _advance(character: str) -> float:
    """Return the width of a character in em."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if unicodedata.combining(character):
        return 0.0
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.92
    return 0.68 if character.isupper() else 0.57


def fitted(said: str, room: float, size: float, least: float) -> tuple[str, float]:
    """Return a text and font size that fit into ``room``: smaller down to ``least``, then shortened."""
    while text_width(said, size) > room and size > least:
        size = max(least, size - 0.5)
    if text_width(said, size) <= room:
        return said, size
    while said and text_width(said + "…", size) > room:
        said = said[:-1]
    return said + "…", size
