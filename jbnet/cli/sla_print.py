"""Availability as people read it, as CSV and as an HTML page."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from jbnet.cli.board_text import recognisable
from jbnet.cli.columns import cells, pad, terminal_width
from jbnet.cli.printing import echo
from jbnet.cli.sla_targets import NONE
from jbnet.cli.times import offset, span, stamp
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Network
    from jbnet.monitor.sla import Line, Period

Row = Mapping[str, object]
_DURATIONS = frozenset({"down", "maintenance", "unknown", "excluded", "over_allowed"})


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values for ``--json`` and CSV, with the heads of the columns; durations are in seconds."""

    rows: Sequence[Row]
    short: Sequence[str]
    """The columns that a terminal has room for."""
    title: str
    """What stands above them: a template with ``begins``, ``ends`` and ``offset``."""
    note: str | Text = ""
    """What is to be said below them."""
    wide: Sequence[str] = ()
    """The columns that a page has room for (none: those of a terminal)."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a table is of: its period in local time, and the same in UTC."""

    title: str
    in_utc: str


def report_table(
    network: Network, lines: Sequence[Line], by: str, targets: Mapping[str, Mapping[str, object]]
) -> Table:
    """Return availability by name; ``charged`` are the seconds lost by the level that caused it.

    ``targets``: the columns of those names that have one (``jbnet.cli.sla_targets.columns``).
    """
    from jbnet.monitor.sla import charged_to_levels

    rows = []
    for line in lines:
        account, levels = line.account, charged_to_levels(network, line.account)
        rows.append(
            {
                by: line.name,
                "count": line.subjects,
                "availability": account.availability,
                "down": _seconds(account.down),
                "maintenance": _seconds(account.maintenance),
                "unknown": _seconds(account.unknown),
                "due": _seconds(account.due),
                **targets.get(line.name, NONE),
                "charged": {level or "nobody": _seconds(time) for level, time in sorted(levels.items())},
            }
        )
    return Table(
        rows,
        (by, "availability", "target", "down", *(() if by == "site" else ("maintenance",)), "unknown"),
        title=text("availability from {begins} to {ends} (local time, {offset})").template,
        note=text("availability is the share of the known time, planned work left out").template,
        wide=(by, "count", "availability", "target", "over_allowed", "owed", "down", "maintenance", "unknown"),
    )


def heading(context: Context, table: Table, seen: Period, offset_min: int) -> Heading:
    """Return what stands above a table. ``offset_min``: minutes of the network's local time east of Greenwich."""
    begins, ends = (time.astimezone(timezone(timedelta(minutes=offset_min))) for time in (seen.begins, seen.ends))
    local = {"begins": f"{begins:%Y-%m-%d %H:%M}", "ends": f"{ends:%Y-%m-%d %H:%M}", "offset": offset(begins)}
    in_utc = context.tr("in UTC: {begins} to {ends}", begins=stamp(begins), ends=stamp(ends))
    return Heading(context.tr(table.title, **local), in_utc)


def show(context: Context, tables: Sequence[Table], heading: Heading, how: str) -> None:
    """Print tables as text, CSV or HTML; the first has the heading, the others stand under their own titles."""
    if how == "csv":
        echo(_csv(tables), nl=False)
        return
    if how == "html":
        echo(_html(context, tables, heading))
        return
    for line in (heading.title, heading.in_utc):
        context.say("{line}", line=line)
    if not tables[0].rows:
        context.say("nothing was down")
    for number, table in enumerate(tables):
        if table.rows:
            if number:
                context.say("\n{line}", line=context.tr(table.title))
            _columns(_cells(context, table, table.short))
            if table.note:
                context.wrapped(table.note, 2)


def _cells(context: Context, table: Table, columns: Sequence[str]) -> list[list[str]]:
    """Return the heads and the rows as they are printed."""
    rows = [[_cell(context, column, row) for column in columns] for row in table.rows]
    return [[context.tr(column.replace("_", " ")) for column in columns], *rows]


def _seconds(time: timedelta) -> float:
    return round(time.total_seconds(), 3)


def _cell(context: Context, column: str, row: Row) -> str:
    value = row[column]
    if column == "target":
        return "-" if not value else f"{value:g} {context.tr(str(row['verdict']))}"
    if column in ("owed", "over_allowed", "monthly_cost") and value is None:
        return "-"
    if value is None:
        return context.tr("unknown")
    if column == "level":
        return context.tr(str(value))
    if column == "line" and not value:
        return f"{row['circuit']} *" if row["circuit"] else context.tr("all lines")
    if column == "availability" and isinstance(value, float):
        return f"{value * 100:.3f} %"
    if column in _DURATIONS and isinstance(value, float):
        return span(value) if value else "-"
    return str(value)


def _columns(rows: Sequence[Sequence[str]]) -> None:
    """Print columns that are no wider than the terminal: names lose their middle where there is no room for them."""
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    over = sum(widths) + 2 * (len(widths) - 1) - terminal_width()
    widths[0] -= max(0, over)
    for name, *values in rows:
        shown = (recognisable(name, widths[0]), *values)
        echo("  ".join(pad(value, width) for value, width in zip(shown, widths, strict=True)).rstrip())


def _csv(tables: Sequence[Table]) -> str:
    """Return all rows under one head: what a row has no value for is empty."""
    out = io.StringIO()
    flat = [_flat(row) for table in tables for row in table.rows]
    if flat:
        keys = list(dict.fromkeys(key for row in flat for key in row))
        writer = csv.DictWriter(out, keys, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)
    return out.getvalue()


def _flat(row: Row) -> Row:
    """Return a row with what is in a mapping as columns of its own."""
    found: dict[str, object] = {}
    for key, value in row.items():
        found |= {f"{key}_{name}": part for name, part in value.items()} if isinstance(value, Mapping) else {key: value}
    return found


def _html(context: Context, tables: Sequence[Table], heading: Heading) -> str:
    style = (
        "body{font-family:sans-serif}table{border-collapse:collapse}@page{size:A4 landscape;margin:15mm}"
        "th,td{border:1px solid #999;padding:.2em .6em;text-align:left}thead{display:table-header-group}"
    )
    title, in_utc = html.escape(heading.title), html.escape(heading.in_utc)
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    parts = [f"<h1>{title}</h1>\n<p>{in_utc}</p>"]
    for number, table in enumerate(tables):
        if number:
            parts.append(f"<h2>{html.escape(context.tr(table.title))}</h2>")
        parts.append(_html_table(_cells(context, table, table.wide or table.short)))
        if table.note:
            parts.append(f"<p>{html.escape(context.tr(table.note))}</p>")
    page = "\n".join(parts)
    return f'<!doctype html>\n<html lang="{context.lang}">{head}\n{page}\n</html>'


def _html_table(rows: Sequence[Sequence[str]]) -> str:
    def line(tag: str, values: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(value)}</{tag}>" for value in values) + "</tr>"

    heads, *others = rows
    body = "\n".join(line("td", row) for row in others)
    return f"<table>\n<thead>{line('th', heads)}</thead>\n{body}\n</table>"
