"""Text in columns of a terminal, where a Chinese character takes two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_PIECE = re.compile(r"\s+|[!-~]+|.", re.DOTALL)
_NEVER_FIRST = frozenset("。，、；：！？）》」』”’…")
"""Signs that stay with what is before them."""


def cells(said: str) -> int:
    """Return how many columns a text takes."""
    return sum(_cells(character) for character in said)


def _cells(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(said: str, width: int) -> str:
    """Return a text filled with spaces up to a width in columns."""
    return said + padding(said, width)


def padding(said: str, width: int) -> str:
    """Return the spaces that a text lacks to a width in columns."""
    return " " * (width - cells(said))


def lines(said: str, room: int) -> list[str]:
    """Return a text in lines of at most ``room`` columns, broken at spaces and between Chinese characters.

    A word that is wider than ``room`` has a line of its own.
    """
    if cells(said) <= room:
        return [said]
    found, current = [], ""
    for piece in _pieces(said):
        if current and cells((current + piece).rstrip()) > room:
            found.append(current.rstrip())
            current = ""
        current += piece if current else piece.lstrip()
    return [*found, current.rstrip()]


def hanging(said: str, indent: int, room: int = 80) -> list[str]:
    """Return a text in lines of at most ``room`` columns; those after the first begin with ``indent`` blanks."""
    lead = len(said) - len(said.lstrip())
    first, *others = lines(said.lstrip(), room - lead) or [""]
    rest = "" if not others else said.lstrip()[len(first) :].lstrip()
    return [" " * lead + first, *(" " * indent + line for line in (lines(rest, room - indent) if rest else ()))]


def _pieces(said: str) -> Iterator[str]:
    """Yield what may not be broken: a word, a blank, a Chinese character with the signs that follow it."""
    held = ""
    for piece in _PIECE.findall(said):
        if piece in _NEVER_FIRST:
            held += piece
            continue
        if held:
            yield held
        held = " " if piece.isspace() else piece
    if held:
        yield held
