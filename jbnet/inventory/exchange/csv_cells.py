"""CSV by RFC 4180, with the place of every cell. Cells that a spreadsheet would run as formulas are disarmed.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@`` (or a tab or carriage return before one).
For spreadsheets such a cell is written with an apostrophe before it. Reading takes one apostrophe away from a cell
that has any number of them before such a character; so a cell that is meant to begin that way is always written
with one more, for a spreadsheet or not, and every text survives the round trip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jbnet.inventory.report import Report
from jbnet.model.findings import Place

BOM = "\ufeff"
LIMIT = 32_000_000
"""Bytes of a file that is read: more is no table of sites."""
_FORMULA = re.compile(r"[=+\-@\t\r]")
_DISARMED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")
_SPECIAL = re.compile(r'[",\r\n]|^\s|\s$')
_CELL = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's text and where it begins."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as rows of cells, the header first. ``encoding`` is the one it was read in."""

    file: str
    encoding: str
    rows: tuple[tuple[Cell, ...], ...]


def write(rows: Iterable[Sequence[str]], *, spreadsheet: bool = False) -> str:
    """Return rows as CSV. ``spreadsheet``: with a byte order mark, so that it is read as UTF-8, and disarmed."""
    lines = [",".join(_written(cell, spreadsheet) for cell in row) for row in rows]
    return (BOM if spreadsheet else "") + "".join(f"{line}\r\n" for line in lines)


def _written(cell: str, spreadsheet: bool) -> str:
    runs = bool(_FORMULA.match(cell)) and not _NUMBER.match(cell)
    if _DISARMED.match(cell) or (spreadsheet and runs):
        cell = f"'{cell}"
    return '"' + cell.replace('"', '""') + '"' if _SPECIAL.search(cell) else cell


def decode(raw: bytes, file: str, report: Report) -> tuple[str, str] | None:
    """Return a file's text and encoding: UTF-8 with or without its mark, else GB 18030; None when it is neither."""
    if len(raw) > LIMIT:
        report.add("JB190", "the file has more than {limit} bytes, too many for a table", Place(file), limit=LIMIT)
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            content = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in content:
            named = {"utf-8-sig": "UTF-8", "gb18030": "GB 18030"}
            return content, named[encoding]
    report.add("JB190", "the file is neither UTF-8 nor GB 18030 text", Place(file))
    return None


def read(raw: bytes, file: str, report: Report) -> Sheet | None:
    """Return a file's cells; what is not CSV is reported with its place. Empty lines are passed over."""
    decoded = decode(raw, file, report)
    if decoded is None:
        return None
    rows = tuple(_Parser(decoded[0], file, report).rows())
    return Sheet(file, decoded[1], rows)


class _Parser:
    """Goes through the text once, cell by cell."""

    def __init__(self, content: str, file: str, report: Report):
        self._content, self._file, self._report = content, file, report
        self._at, self._line, self._begin = 0, 1, 0

    def rows(self) -> list[tuple[Cell, ...]]:
        """Return all rows that are not empty."""
        found: list[tuple[Cell, ...]] = []
        row: list[Cell] = []
        while True:
            row.append(self._cell())
            ending = self._content[self._at : self._at + 1]
            if ending == ",":
                self._at += 1
                continue
            if len(row) > 1 or row[0].text.strip():
                found.append(tuple(row))
            row = []
            if not ending:
                return found
            self._at += 2 if self._content.startswith("\r\n", self._at) else 1
            self._line, self._begin = self._line + 1, self._at

    def _cell(self) -> Cell:
        place = Place(self._file, self._line, self._at - self._begin + 1)
        match = _CELL.match(self._content, self._at)
        assert match is not None  # noqa: S101  the pattern matches nothing, too
        quoted, plain = match.groups()
        self._advance(match.end())
        if self._content[self._at : self._at + 1] not in ("", ",", "\r", "\n"):
            self._report.add(
                "JB192", "a quotation mark inside a cell; put the cell in quotes and double the mark", place
            )
            rest = re.compile(r"[^,\r\n]*").match(self._content, self._at)
            self._advance(rest.end() if rest else self._at)
        said = quoted.replace('""', '"') if quoted is not None else plain
        return Cell(_armed(said), place)

    def _advance(self, end: int) -> None:
        passed = self._content[self._at : end]
        breaks = passed.count("\n")
        if breaks:
            self._line += breaks
            self._begin = self._at + passed.rindex("\n") + 1
        self._at = end


def _armed(cell: str) -> str:
    """Take the apostrophe away that stands before a formula's first character."""
    return cell[1:] if _DISARMED.match(cell) else cell
