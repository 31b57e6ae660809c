"""How ``jbnet show`` prints: headings and values beside each other, then tables, all within 80 columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from jbnet.model.text import Text

if TYPE_CHECKING:
    from jbnet.cli.context import Context

Cell = str | Text
Rows = list[tuple[Cell, ...]]
Record = Mapping[str, object]
WIDTH = 80


@dataclass(frozen=True)
class Table:
    """A list under a heading: ``records`` with stable names for ``--json``, and how a record is said in cells.

    ``key`` is its name in JSON. Without ``cells`` every value of a record is a cell.
    """

    key: str
    heading: Text
    records: Sequence[Record]
    cells: Callable[[Any], tuple[object, ...]] = lambda record: tuple(record.values())

    @property
    def rows(self) -> Rows:
        """Return what is printed."""
        return [tuple(cell(value) for value in self.cells(record)) for record in self.records]


@dataclass(frozen=True)
class View:
    """What is shown: rows of heading and value (a list is joined by commas), then tables under headings.

    ``facts`` is what the rows say beyond the noun's own fields, by its name in JSON.
    """

    rows: list[tuple[Text, object]]
    tables: list[Table] = field(default_factory=list)
    facts: Mapping[str, object] = field(default_factory=dict)

    def as_json(self, found: object) -> dict[str, Any]:
        """Return the noun with all that is said of it: its own fields, what follows from others, the lists."""
        lists = {listed.key: plain(listed.records) for listed in self.tables}
        return {**plain(found), **plain(self.facts), **lists}


def cell(value: object) -> Cell:
    """Return a value as it stands in a table: nothing for None, a word of a closed set in the reader's language."""
    if value is None:
        return ""
    if isinstance(value, Enum):
        return Text(value.value)
    return value if isinstance(value, (str, Text)) else str(value)


def plain(value: Any) -> Any:
    """Return a noun as data for JSON: names of fields as keys, addresses and places as text."""
    if isinstance(value, Text):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        if type(value).__name__ == "Place":
            return str(value)
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def show(context: Context, found: object, view: View) -> None:
    """Print a noun: the envelope with ``--json``, else headings, values and tables."""
    context.emit(view.as_json(found))
    if context.json:
        return
    shown = [(context.tr(heading), value) for heading, value in view.rows if value not in (None, [], ())]
    width = max(cells(heading) for heading, _ in shown) + 2
    for heading, value in shown:
        context.out.print(pad(heading, width) + _wrap(_said(context, value), width), markup=False)
    for listed in view.tables:
        if listed.records:
            context.out.print(f"\n{context.tr(listed.heading)} ({len(listed.records)})", markup=False)
            table(context, listed.rows)


def records_of(known: Mapping[str, Any]) -> list[Record]:
    """Return nouns as records: their fields, and the name by which each is known."""
    records: list[Record] = []
    for name, noun in known.items():
        values = noun if isinstance(noun, Mapping) else {f.name: getattr(noun, f.name) for f in fields(noun)}
        records.append({**values, "name": name})
    return records


def show_records(context: Context, records: Sequence[Record], rows: Rows, headings: Sequence[Text]) -> None:
    """Print all of a kind: the envelope with ``--json``, else a line of each below the headings of its columns."""
    context.emit(plain(records))
    if context.json:
        return
    if rows:
        table(context, [tuple(headings), *rows])
    else:
        context.say("none is declared")


def joined(value: object) -> Cell:
    """Return a value as it stands in a list of nouns; several are joined by commas."""
    return ", ".join(map(str, value)) if isinstance(value, list) else cell(value)


def table(context: Context, entries: Rows) -> None:
    """Print columns as wide as needed; where 80 columns are not enough, what follows the first goes below it."""
    texts = [[_said(context, cell) for cell in entry] for entry in entries]
    widths = _widths(texts)
    for row in texts:
        padded = [pad(cell, width) for cell, width in zip(row, widths, strict=True)]
        line = "  " + "  ".join(padded).rstrip()
        if cells(line) > WIDTH:
            rest = "  ".join(cell for cell in row[1:] if cell)
            line = _wrap("  " + row[0], 4) + "\n    " + _wrap(rest, 4)
        context.out.print(line, markup=False)


def _widths(texts: list[list[str]]) -> list[int]:
    """Return the columns' widths: the first one's so that most rows fit on a line; the last one is not filled up."""
    sizes = [[cells(said) for said in row] for row in texts]
    widths = [max(row[column] for row in sizes) for column in range(len(sizes[0]))]
    between = 2 + sum(width + 2 for width in widths[1:-1])

    def fitting(width: int) -> int:
        room = WIDTH - between - width - 2
        return sum(row[0] <= width and (len(row) == 1 or row[-1] <= room) for row in sizes)

    first = max(sorted({row[0] for row in sizes}), key=fitting)
    return [first, *widths[1:]]


def _said(context: Context, value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_said(context, item) for item in value)
    return context.tr(value) if isinstance(value, Text) else str(value)


def _wrap(said: str, indent: int) -> str:
    """Break a text so that it stays within 80 columns beside its heading: at commas, else at spaces, else anywhere."""
    room = WIDTH - 1 - indent
    if cells(said) <= room:
        return said
    pieces = [piece for part in _split(said, ", ", ",") for piece in _fitting(part, room)]
    lines = _filled(pieces, room)
    return ("\n" + " " * indent).join(lines)


def _fitting(part: str, room: int) -> list[str]:
    if cells(part) <= room:
        return [part]
    words = _split(part, " ", "")
    return [piece for word in words for piece in ([word] if cells(word) <= room else _chopped(word, room))]


def _split(said: str, at: str, kept: str) -> list[str]:
    *parts, last = said.split(at)
    return [*(part + kept for part in parts), last]


def _chopped(word: str, room: int) -> list[str]:
    pieces, current = [], ""
    for character in word:
        if cells(current + character) > room:
            pieces.append(current)
            current = ""
        current += character
    return [*pieces, current]


def _filled(pieces: Sequence[str], room: int) -> list[str]:
    lines, current = [], ""
    for piece in pieces:
        joined = f"{current} {piece}" if current else piece
        if current and cells(joined) > room:
            lines.append(current)
            joined = piece
        current = joined
    return [*lines, current]


def cells(said: str) -> int:
    """Return how many columns a text takes on a terminal: a Chinese character takes two."""
    from rich.cells import cell_len

    return cell_len(said)


def pad(said: str, width: int) -> str:
    """Return a text filled with spaces up to a width in columns."""
    return said + " " * (width - cells(said))
