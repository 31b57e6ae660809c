"""From the cells of a CSV file to rows by name: the header judged, every row with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jbnet.inventory.exchange.csv_cells import Cell, Sheet
from jbnet.inventory.exchange.tables import Column, expected
from jbnet.inventory.report import Report
from jbnet.model.findings import Place

_SPOILT = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+\Z")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: its name, where it begins, and its cells by column."""

    name: str
    place: Place
    cells: Mapping[str, Cell]

    def said(self, column: str) -> str:
        """Return what a cell says; nothing where the file has no such column."""
        cell = self.cells.get(column)
        return cell.text.strip() if cell is not None else ""

    def at(self, column: str) -> Place:
        """Return where a cell stands, or the row where there is none."""
        cell = self.cells.get(column)
        return cell.place if cell is not None else self.place


@dataclass(frozen=True, slots=True)
class Wanted:
    """A cell that says something else than the declaration: the value in the words of the schema."""

    column: Column
    value: object
    place: Place


def entries(sheet: Sheet, known: Mapping[str, Column], report: Report) -> list[Entry]:
    """Return the rows of a file. Unusable headers and rows are reported and left out."""
    if not sheet.rows:
        report.add("JB191", "the file is empty; its first line names the columns", Place(sheet.file))
        return []
    header, *rows = sheet.rows
    names = _header(header, known, report)
    if names is None:
        return []
    found: dict[str, Entry] = {}
    for row in rows:
        entry = _entry(row, names, report)
        if entry is not None and entry.name in found:
            report.add("JB195", "{name} has two rows", entry.place, [found[entry.name].place], name=entry.name)
        elif entry is not None:
            found[entry.name] = entry
    return list(found.values())


def _header(header: tuple[Cell, ...], known: Mapping[str, Column], report: Report) -> list[str] | None:
    names = [cell.text.strip() for cell in header]
    if len(names) == 1 and any(mark in names[0] for mark in ";\t"):
        report.add("JB191", "the columns are not separated by commas", header[0].place)
        return None
    good = True
    met: set[str] = set()
    for name, cell in zip(names, header, strict=True):
        if name not in known:
            good = False
            like = report.nearest(name, known) or ", ".join(known)
            report.add("JB191", "there is no column {name}; did you mean {like}?", cell.place, name=name, like=like)
        elif name in met:
            good = False
            report.add("JB191", "the column {name} stands twice", cell.place, name=name)
        met.add(name)
    if "name" not in names:
        good = False
        report.add("JB191", "the column name is missing: it says which row is which", header[0].place)
    return names if good else None


def _entry(row: tuple[Cell, ...], names: list[str], report: Report) -> Entry | None:
    place = row[0].place
    if len(row) != len(names):
        report.add("JB192", "{count} cells, the header has {expected}", place, count=len(row), expected=len(names))
        return None
    cells = dict(zip(names, row, strict=True))
    name = cells["name"].text.strip()
    if not name:
        report.add("JB195", "a row without a name", cells["name"].place)
        return None
    return Entry(name, place, cells)


def wanted(entry: Entry, noun: object, known: Mapping[str, Column], report: Report, *, new: bool) -> Iterator[Wanted]:
    """Yield the cells that say something else than a noun; those that cannot be taken over are reported.

    An empty cell of a column that is not imported, and any of a ``new`` row, says nothing.
    """
    for name in entry.cells:
        column, said = known[name], entry.said(name)
        if said == column.cell(noun).strip() or (not said and (new or not column.editable)):
            continue
        place = entry.at(name)
        if not column.editable:
            _refuse(entry, column, noun, report)
        elif not said:
            report.add(
                "JB199", "an empty cell removes nothing: {column} of {name} is {now}", place,
                column=name, name=entry.name, now=column.cell(noun),
            )  # fmt: skip
        else:
            yield from _differing(column, said, noun, place, report)


def _differing(column: Column, said: str, noun: object, place: Place, report: Report) -> Iterator[Wanted]:
    try:
        value = column.read(said)
    except ValueError as error:
        report.add("JB193", "{column} must be {expected}, not {said}", place, column=column.name,
                   expected=expected(error), said=repr(said))  # fmt: skip
        return
    now = column.value(noun)
    if value != (list(now) if isinstance(now, tuple) else now):
        yield Wanted(column, value, place)


def _refuse(entry: Entry, column: Column, noun: object, report: Report) -> None:
    said, place = entry.said(column.name), entry.at(column.name)
    if _SPOILT.match(said):
        report.add("JB194", "{said} was the {column} {now} before a spreadsheet rounded it", place, said=said,
                   column=column.name, now=column.cell(noun))  # fmt: skip
        return
    report.add(
        "JB196", "{column} of {name} is {now} and is not changed by an import to {said}", place,
        column=column.name, name=entry.name, now=column.cell(noun) or "-", said=said,
    )  # fmt: skip
