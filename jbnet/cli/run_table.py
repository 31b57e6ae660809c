"""Records of many devices as one table of 80 columns, or as CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jbnet.cli.show_print import WIDTH, cells, pad
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.services.run_answer import Answer

WIDEST = 30
"""Columns on the terminal that one cell takes at most."""
DEVICE = "device"
TEXT = "text"
_GAP = "  "


@dataclass(frozen=True)
class Layout:
    """A table that fits: its lines, the header first; the names of columns that had no room, and of those that had."""

    lines: tuple[str, ...]
    left_out: tuple[str, ...]
    shown: tuple[str, ...]


def names_of(answers: Sequence[Answer]) -> list[str]:
    """Return the columns of all records, in the order in which they appear; those that are empty everywhere are not."""
    records = [record for answer in answers for record in answer.records]
    names = dict.fromkeys(name for record in records for name in record)
    return [name for name in names if any(record.get(name) for record in records)]


def by_worth(answers: Sequence[Answer], command: str) -> list[str]:
    """Return the columns of answers to a command, those first that identify a row or matter most; none twice."""
    from jbnet.cli.run_columns import ordered
    from jbnet.platforms.commands import main_columns

    preferred = main_columns(answers[0].platform, command) if answers else ()
    return ordered([record for answer in answers for record in answer.records], names_of(answers), preferred)


def chosen(wanted: str, answers: Sequence[Answer]) -> list[str]:
    """Return the columns that were asked for (``a,b``), all without a wish. Raises UsageError for one not there."""
    known = names_of(answers)
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError("no answer has the column {name}", name=name,
                             hint=text("there are: {names}", names=", ".join(known)))  # fmt: skip
    return names or known


def layout(answers: Sequence[Answer], names: Sequence[str], first: str = DEVICE) -> Layout:
    """Lay the records out, a line each; columns that do not fit beside those before them are left out.

    ``first`` stands above the devices.
    """
    rows = [
        [answer.device, *(_short(record.get(n, "")) for n in names)] for answer in answers for record in answer.records
    ]
    table = [[first, *names], *rows]
    widths = [max(cells(row[column]) for row in table) for column in range(len(table[0]))]
    fitting = _fitting(widths)
    lines = tuple(_GAP.join(pad(row[c], widths[c]) for c in fitting).rstrip() for row in table)
    left_out = tuple(name for c, name in enumerate(table[0]) if c not in fitting)
    return Layout(lines, left_out, tuple(table[0][c] for c in fitting))


def _fitting(widths: Sequence[int]) -> list[int]:
    """Return the columns that fit into 80, from the left; the device and the first one always do."""
    taken, used = [0], widths[0]
    for column in range(1, len(widths)):
        if len(taken) == 1 or used + len(_GAP) + widths[column] <= WIDTH:
            taken.append(column)
            used += len(_GAP) + widths[column]
    return taken


def _short(said: str) -> str:
    """Return a cell on one line, cut where it is too wide."""
    said = " ".join(said.split())
    if cells(said) <= WIDEST:
        return said
    kept = ""
    for character in said:
        if cells(kept + character) > WIDEST - 1:
            break
        kept += character
    return kept + "…"


def sheet(answers: Sequence[Answer], wanted: str) -> list[list[str]]:
    """Return all answers as rows, the header first: records a row each, text a row a line in the last column."""
    names = chosen(wanted, answers) if any(answer.records for answer in answers) else []
    as_text = any(not answer.records for answer in answers)
    rows = [row for answer in answers for row in _rows(answer, names, as_text=as_text)]
    return [[DEVICE, "form", *names, *([TEXT] if as_text else [])], *rows]


def _rows(answer: Answer, names: Sequence[str], *, as_text: bool) -> list[list[str]]:
    form = answer.template or answer.form.value
    if answer.records or not answer.said:
        return [_row(answer.device, form, record, names, as_text) for record in answer.records]
    return [[answer.device, form, *("" for _ in names), line] for line in answer.said.splitlines()]


def _row(device: str, form: str, record: Mapping[str, str], names: Sequence[str], as_text: bool) -> list[str]:
    return [device, form, *(record.get(name, "") for name in names), *([""] if as_text else [])]
