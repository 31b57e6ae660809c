"""Availability as people read it, as CSV and as an HTML page."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from jbnet.cli.columns import cells, pad
from jbnet.cli.printing import echo
from jbnet.cli.times import offset, span, stamp
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.model.network import Network
    from jbnet.monitor.sla import Line, Outage, Period

Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of values for ``--json`` and CSV, with the heads of the columns; durations are in seconds."""

    rows: Sequence[Row]
    short: Sequence[str]
    """The columns that a terminal has room for."""
    title: str
    """What stands above them: a template with ``begins``, ``ends`` and ``offset``."""
    note: str = ""
    """What is to be said below them."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a table is of: its period in local time, and the same in UTC."""

    title: str
    in_utc: str


def report_table(network: Network, lines: Sequence[Line], by: str) -> Table:
    """Return availability by name; ``charged`` are the seconds lost by the level that caused it."""
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
                "charged": {level or "nobody": _seconds(time) for level, time in sorted(levels.items())},
            }
        )
    return Table(
        rows,
        (by, "count", "availability", "down", "maintenance", "unknown"),
        title=text("availability from {begins} to {ends} (local time, {offset})").template,
        note=text("availability is the share of the known time, planned work left out").template,
    )


def claim_table(network: Network, outages: Sequence[Outage]) -> Table:
    """Return each outage with what identifies the line to its carrier."""
    rows = []
    for found in outages:
        circuit = network.circuits[found.circuit]
        rows.append(
            {
                "circuit": found.circuit,
                "line": circuit.line_number or "",
                "from": stamp(found.begins),
                "to": stamp(found.ends),
                "down": _seconds(found.ends - found.begins),
                "incident": found.incident,
                "monthly_cost": circuit.monthly_cost,
            }
        )
    title = text("outages from {begins} to {ends} (local time, {offset})").template
    return Table(rows, ("circuit", "line", "from", "down", "incident"), title)


def heading(context: Context, table: Table, seen: Period, offset_min: int) -> Heading:
    """Return what stands above a table. ``offset_min``: minutes of the network's local time east of Greenwich."""
    begins, ends = (time.astimezone(timezone(timedelta(minutes=offset_min))) for time in (seen.begins, seen.ends))
    local = {"begins": f"{begins:%Y-%m-%d %H:%M}", "ends": f"{ends:%Y-%m-%d %H:%M}", "offset": offset(begins)}
    in_utc = context.tr("in UTC: {begins} to {ends}", begins=stamp(begins), ends=stamp(ends))
    return Heading(context.tr(table.title, **local), in_utc)


def show(context: Context, table: Table, heading: Heading, how: str) -> None:
    """Print a table as text, CSV or HTML."""
    if how == "csv":
        echo(_csv(table), nl=False)
        return
    heads = [context.tr(column) for column in table.short]
    rows = [[_cell(context, column, row[column]) for column in table.short] for row in table.rows]
    if how == "html":
        echo(_html(context.lang, heading, heads, rows))
        return
    for line in (heading.title, heading.in_utc):
        context.say("{line}", line=line)
    if not rows:
        context.say("nothing was down")
        return
    _columns([heads, *rows])
    if table.note:
        context.say(table.note)


def _seconds(time: timedelta) -> float:
    return round(time.total_seconds(), 3)


def _cell(context: Context, column: str, value: object) -> str:
    if value is None:
        return context.tr("unknown")
    if column == "level":
        return context.tr(str(value))
    if column == "availability" and isinstance(value, float):
        return f"{value * 100:.3f} %"
    if column in ("down", "maintenance", "unknown") and isinstance(value, float):
        return span(value) if value else "-"
    return str(value)


def _columns(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        echo("  ".join(pad(value, width) for value, width in zip(row, widths, strict=True)).rstrip())


def _csv(table: Table) -> str:
    out = io.StringIO()
    if table.rows:
        flat = [_flat(row) for row in table.rows]
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


def _html(lang: str, heading: Heading, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(tag: str, values: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(value)}</{tag}>" for value in values) + "</tr>"

    body = "\n".join([line("th", heads), *(line("td", row) for row in rows)])
    style = "table{border-collapse:collapse}th,td{border:1px solid #999;padding:.2em .6em;text-align:left}"
    title, in_utc = html.escape(heading.title), html.escape(heading.in_utc)
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    page = f"<h1>{title}</h1>\n<p>{in_utc}</p>\n<table>\n{body}\n</table>"
    return f'<!doctype html>\n<html lang="{lang}">{head}\n{page}\n</html>'
