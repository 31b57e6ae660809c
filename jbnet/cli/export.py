"""``jbnet export``: the declaration for other tools."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.inventory.exchange.tables import Column

app = typer.Typer(
    help="The declaration for other tools: spreadsheets, Ansible.", no_args_is_help=True, add_completion=False
)
Columns = Annotated[str | None, typer.Option("--columns", metavar="A,B", help="Only these columns, in this order.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to a file instead.")]
Excel = Annotated[
    bool, typer.Option("--excel", help="For spreadsheets: UTF-8 with its mark, no cell taken for a formula.")
]


@app.command()
def sites(ctx: typer.Context, columns: Columns = None, output: Output = None, excel: Excel = False) -> None:
    """Print all sites as CSV."""
    _table(ctx.obj, "sites", columns, output, excel=excel)


@app.command()
def circuits(ctx: typer.Context, columns: Columns = None, output: Output = None, excel: Excel = False) -> None:
    """Print all circuits as CSV."""
    _table(ctx.obj, "circuits", columns, output, excel=excel)


@app.command()
def devices(ctx: typer.Context, columns: Columns = None, output: Output = None, excel: Excel = False) -> None:
    """Print all devices as CSV."""
    _table(ctx.obj, "devices", columns, output, excel=excel)


@app.command()
def premises(ctx: typer.Context, columns: Columns = None, output: Output = None, excel: Excel = False) -> None:
    """Print the agencies' premises with their lines as CSV."""
    _table(ctx.obj, "premises", columns, output, excel=excel)


@app.command()
def ansible(
    ctx: typer.Context,
    list_: Annotated[bool, typer.Option("--list", help="The whole inventory (the default).")] = False,
    host: Annotated[str | None, typer.Option("--host", metavar="DEVICE", help="One device's variables.")] = None,
) -> None:
    """Print the inventory as Ansible wants it from an inventory script; with a lab up, of its devices alone.

    No secret is in it: it names the files with keys.
    """
    from jbnet import wiring

    context: Context = ctx.obj
    if list_ and host is not None:
        raise UsageError("--list and --host exclude each other", hint=text("leave one of them out"))
    found: dict[str, object] = wiring.ansible_inventory(context.directory, context.state_dir)
    if host is not None:
        found = _variables(found, host)
    context.emit(found)
    if not context.json:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))


def _variables(found: dict[str, object], host: str) -> dict[str, object]:
    from jbnet.cli.show import find

    meta = found["_meta"]
    assert isinstance(meta, dict)  # noqa: S101  our own format
    return dict(find("device", host, meta["hostvars"]))


def _table(context: Context, name: str, chosen: str | None, output: Path | None, *, excel: bool) -> None:
    from jbnet import wiring
    from jbnet.inventory.exchange.csv_cells import write
    from jbnet.inventory.exchange.tables import Kind, columns, rows

    kind = Kind(name)
    shown = _chosen(columns(kind), chosen)
    network = wiring.load_network(context.directory, context.state_dir, whole=True)
    table = [[column.cell(noun) for column in shown] for noun in rows(network, kind).values()]
    names = [column.name for column in shown]
    if output is not None:
        wiring.write_output(output, write([names, *table], spreadsheet=excel))
        context.say("rows written to {file}: {count}", file=output, count=len(table))
        context.emit({"file": str(output), "columns": names, "count": len(table)})
    elif context.json:
        context.emit({"columns": names, "rows": [dict(zip(names, row, strict=True)) for row in table]})
    else:
        sys.stdout.write(write([names, *table], spreadsheet=excel))


def _chosen(known: tuple[Column, ...], chosen: str | None) -> list[Column]:
    from jbnet.cli.show import find

    if chosen is None:
        return list(known)
    by_name = {column.name: column for column in known}
    return [find("column", name.strip(), by_name) for name in chosen.split(",")]
