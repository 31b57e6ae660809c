"""A sheet as text, for a terminal, a message or a printer without graphics."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from jbnet.config.sheet.cables import Cable, Wire, is_virtual
from jbnet.config.sheet.sheet import Sheet
from jbnet.model.text import Text, text

WIDTH = 80
"""Columns of a terminal, and about those of a page of A4."""
FEW_NUMBERS = 4
"""Line numbers of one cable that are written out."""


def plain(sheet: Sheet, catalogue: Mapping[str, str]) -> str:
    """Return the sheet as lines of text in the catalogue's language (empty: English)."""
    return "\n".join(line.rstrip() for line in _lines(sheet, catalogue)) + "\n"


def _lines(sheet: Sheet, catalogue: Mapping[str, str]) -> Iterator[str]:
    yield sheet.title.render(catalogue)
    yield "=" * width(sheet.title.render(catalogue))
    yield from _columns([(name.render(catalogue), value) for name, value in sheet.head])
    for call in sheet.calls:
        yield _said(call.why.render(catalogue), f"{call.who}  {call.phone}", catalogue)
    yield ""
    for number, step in enumerate(sheet.steps, 1):
        yield f"{number}. {step.title.render(catalogue)}"
        yield from (f"   {line.render(catalogue)}" for line in step.lines)
    yield ""
    yield from _table(list(rows(sheet, catalogue)), catalogue)
    yield ""
    yield from _columns([(name, shows.render(catalogue)) for name, shows in sheet.lamps])
    yield ""
    yield from (_said(blank.render(catalogue), "____________________", catalogue) for blank in sheet.blanks)


def rows(sheet: Sheet, catalogue: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Yield the table of cables, its heading first: number, port, line, carrier, line number, telephone."""
    yield tuple(heading.render(catalogue) for heading in HEADINGS)
    for cable in sheet.cables:
        yield (str(cable.number), _port(cable.port, catalogue), _what(cable, catalogue), *carried(cable, catalogue))


HEADINGS: tuple[Text, ...] = (
    text("no."), text("into port"), text("what it is"), text("carried by"),
    text("line number, hand-off port"), text("fault desk"),
)  # fmt: skip


def _port(name: str, catalogue: Mapping[str, str]) -> str:
    """Return a port as it is found on the box; a VLAN has no place there."""
    return text("any port marked LAN").render(catalogue) if is_virtual(name) else name


def _what(cable: Cable, catalogue: Mapping[str, str]) -> str:
    """Return what runs over a cable; several lines of one kind are counted."""
    kinds: dict[str, list[Wire]] = {}
    for wire in cable.wires:
        kinds.setdefault(wire.what.render(catalogue), []).append(wire)
    said = []
    for kind, wires in kinds.items():
        if len(wires) == 1:
            said.append(f"{kind} {wires[0].to}".strip())
        else:
            said.append(text("{kind}, {count} of them", kind=kind, count=len(wires)).render(catalogue))
    return "; ".join(said)


def carried(cable: Cable, catalogue: Mapping[str, str]) -> tuple[str, str, str]:
    """Return who carries what runs over a cable, under which numbers, and whom to call; each said once."""
    numbers = [part for wire in cable.wires for part in (wire.handoff, wire.line_number) if part]
    if len(numbers) > FEW_NUMBERS:
        more = text("and {count} more", count=len(numbers) - FEW_NUMBERS + 1).render(catalogue)
        numbers = [*numbers[: FEW_NUMBERS - 1], more]
    return _once(wire.carrier for wire in cable.wires), _once(numbers), _once(wire.phone for wire in cable.wires)


def _once(values: Iterator[str] | Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value))


def _said(name: str, value: str, catalogue: Mapping[str, str]) -> str:
    return text("{name}: {value}", name=name, value=value).render(catalogue)


def _table(table: Sequence[Sequence[str]], catalogue: Mapping[str, str]) -> Iterator[str]:
    """Yield a table as columns where it fits beside each other, else every row as a paragraph of its own."""
    lines = list(_columns(table))
    if all(width(line.rstrip()) <= WIDTH for line in lines):
        yield from lines
        return
    first, *rest = table[0]
    for number, *values in table[1:]:
        said = [_said(name, value, catalogue) for name, value in zip(rest, values, strict=True) if value]
        yield from _paragraph(f"{first} {number}  ", said)


def _paragraph(begin: str, pieces: Sequence[str]) -> Iterator[str]:
    """Yield pieces beside each other as far as they fit, further ones under the first."""
    line = begin
    for number, piece in enumerate(pieces):
        if number and width(line) + width(piece) > WIDTH:
            yield line
            line = " " * width(begin)
        line += piece + "  "
    yield line


def _columns(table: Sequence[Sequence[str]]) -> Iterator[str]:
    if not table:
        return
    widths = [max(width(row[column]) for row in table) for column in range(len(table[0]))]
    for row in table:
        yield "  ".join(cell + " " * (widths[at] - width(cell)) for at, cell in enumerate(row))


def width(shown: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese characters take two (UAX 11)."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in shown)
