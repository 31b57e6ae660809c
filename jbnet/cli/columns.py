"""Text in columns of a terminal, where a Chinese character takes two."""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator

_PIECE = re.compile(r"\s+|[!-~]+|.", re.DOTALL)
_LEAST, _USUAL = 40, 80
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


def terminal_width() -> int:
    """Return how many columns a line may take: those of the terminal (or ``COLUMNS``); 80 where there is none."""
    return max(_LEAST, shutil.get_terminal_size((_USUAL, 24)).columns)


def on_terminal() -> bool:
    """Say whether there is a width to keep to: a terminal, or ``COLUMNS``. A program that reads lines has none."""
    return sys.stdout.isatty() or "COLUMNS" in os.environ


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


def listing(said: str, indent: int, room: int = 80) -> list[str]:
    """Return a list with commas in lines of at most ``room`` columns, broken between its items where they fit a line.

    The lines after the first begin with ``indent`` blanks.
    """
    lead = " " * (len(said) - len(said.lstrip()))
    made, current = list[str](), lead
    for item in said.lstrip().replace(", ", ",\n").split("\n"):
        for piece in lines(item, room - max(indent, len(lead))):
            joined = f"{current} {piece}" if current.strip() else current + piece
            if cells(joined) > room:
                made.append(current)
                joined = " " * indent + piece
            current = joined
    return [*made, current]


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
