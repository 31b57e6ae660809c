"""CSV by RFC 4180, with the place of every cell. Cells that a spreadsheet would run as formulas are disarmed.

A spreadsheet runs a cell that begins with ``=``, ``+``, ``-`` or ``@``, in either width, or with a tab or line break
before one (OWASP, CSV Injection). Such a cell is written with an apostrophe before it, and cells with anything that a
spreadsheet may take for a separator stand in quotes. Reading takes one apostrophe away from a cell that has any number
of them before such a character; so a cell that is meant to begin that way is always written with one more, and every
text survives the round trip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from jbnet.inventory.report import Report
from jbnet.model.findings import Place

BOM = "\ufeff"
LIMIT = 32_000_000
"""Bytes of a file that is read: more is no table of sites."""
MOST_CELLS = 1_500_000
"""A table of 45,000 sites with every column has a million."""
MOST_ROWS = 250_000
_ARMED = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(f"[{_ARMED}]")
_DISARMED = re.compile(f"'+[{_ARMED}]")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z")
_SPECIAL = re.compile(r'[",;\t\r\n]|^\s|\s$')
_CELL = re.compile(r'"([^"]*(?:""[^"]*)*)"|([^",\r\n]*)')
_BREAKS = re.compile(r"[\r\n]+")
_LINE = re.compile(r"[^\r\n]*")
_TO_THE_COMMA = re.compile(r"[^,\r\n]*")


class Cell(NamedTuple):
    """A cell's text and where it begins; a table has a million of them, and few are ever pointed at."""

    text: str
    file: str
    line: int
    column: int

    @property
    def place(self) -> Place:
        """Where it begins."""
        return Place(self.file, self.line, self.column)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file as rows of cells, the header first. ``encoding`` is the one it was read in."""

    file: str
    encoding: str
    rows: tuple[tuple[Cell, ...], ...]


def write(rows: Iterable[Sequence[str]], *, spreadsheet: bool = False) -> str:
    """Return rows as CSV, disarmed. ``spreadsheet``: with a byte order mark, so that it is read as UTF-8."""
    lines = [",".join(_written(cell) for cell in row) for row in rows]
    return (BOM if spreadsheet else "") + "".join(f"{line}\r\n" for line in lines)


def _written(cell: str) -> str:
    runs = bool(_FORMULA.match(cell)) and not _NUMBER.match(cell)
    if runs or _DISARMED.match(cell):
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
    """Return a file's cells; what is not CSV is reported with its place. Empty lines are passed over.

    Of a file with more rows or cells than any table, the rest is not read, and it is reported.
    """
    decoded = decode(raw, file, report)
    if decoded is None:
        return None
    rows: list[tuple[Cell, ...]] = []
    cells = 0
    for row in _Parser(decoded[0], file, report).rows():
        cells += len(row)
        if cells > MOST_CELLS or len(rows) >= MOST_ROWS:
            report.add("JB190", "more than {rows} rows or {cells} cells; what follows is not read", row[0].place,
                       rows=MOST_ROWS, cells=MOST_CELLS)  # fmt: skip
            break
        rows.append(row)
    return Sheet(file, decoded[1], tuple(rows))


class _Parser:
    """Goes through the text once, line by line, and cell by cell where there are quotes."""

    def __init__(self, content: str, file: str, report: Report):
        self._content, self._file, self._report = content, file, report
        self._at, self._line, self._begin = 0, 1, 0

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        """Yield all rows that are not empty."""
        while self._at < len(self._content):
            end = self._end(_LINE)
            if self._content.find('"', self._at, end) < 0:
                row = self._plain(self._content[self._at : end])
                self._at = end
            else:
                row = tuple(self._cells())
            if len(row) > 1 or row[0].text.strip():
                yield row
            self._pass_breaks()

    def _plain(self, line: str) -> tuple[Cell, ...]:
        texts = line.split(",")
        columns = accumulate((len(text) + 1 for text in texts[:-1]), initial=1)
        file, number = self._file, self._line
        return tuple(Cell(_armed(text), file, number, column) for text, column in zip(texts, columns, strict=True))

    def _cells(self) -> Iterator[Cell]:
        yield self._cell()
        while self._content[self._at : self._at + 1] == ",":
            self._at += 1
            yield self._cell()

    def _cell(self) -> Cell:
        line, column = self._line, self._at - self._begin + 1
        match = _CELL.match(self._content, self._at)
        assert match is not None  # noqa: S101  the pattern matches nothing, too
        quoted, plain = match.groups()
        self._advance(match.end())
        if self._content[self._at : self._at + 1] not in ("", ",", "\r", "\n"):
            self._report.add(
                "JB192", "a quotation mark inside a cell; put the cell in quotes and double the mark",
                Place(self._file, line, column),
            )  # fmt: skip
            self._at = self._end(_TO_THE_COMMA)
        said = quoted.replace('""', '"') if quoted is not None else plain
        return Cell(_armed(said), self._file, line, column)

    def _pass_breaks(self) -> None:
        """Go to the next line that holds something."""
        end = self._end(_BREAKS)
        passed = self._content[self._at : end]
        self._line += passed.count("\n") + passed.count("\r") - passed.count("\r\n")
        self._at = self._begin = end

    def _end(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self._content, self._at)
        return found.end() if found else self._at

    def _advance(self, end: int) -> None:
        passed = self._content[self._at : end]
        breaks = passed.count("\n")
        if breaks:
            self._line += breaks
            self._begin = self._at + passed.rindex("\n") + 1
        self._at = end


def _armed(cell: str) -> str:
    """Take the apostrophe away that stands before a formula's first character."""
    return cell[1:] if cell.startswith("'") and _DISARMED.match(cell) else cell
