"""``jbnet audit``: what configurations show of the five aspects of security and of GB/T 22239 level 3, by site."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.printing import echo
from jbnet.model.errors import ExitCode

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.config.audit.observed import Origin
    from jbnet.standards.audit import Audit


class From(StrEnum):
    """Where configurations come from."""

    DEVICE = "device"
    BACKUP = "backup"


class By(StrEnum):
    """What the table has a line for."""

    ASPECT = "aspect"
    SITE = "site"
    CONTROL = "control"


def command(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="[SELECTOR]", help="Which devices (default: all).")] = "all",
    source: Annotated[From, typer.Option("--from", help="Ask the devices, or read their last backups.")] = From.DEVICE,
    rendered: Annotated[bool, typer.Option("--rendered", help="Judge what would be rendered; no device is asked.")] = (
        False
    ),
    by: Annotated[By | None, typer.Option(help="Only one table.")] = None,
    details: Annotated[bool, typer.Option("--details", help="List findings device by device, with their lines.")] = (
        False
    ),
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the report, to print and hand on.")] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write every judgement as CSV.")] = None,
    excel: Annotated[bool, typer.Option("--excel", help="CSV for a spreadsheet: with a byte order mark.")] = False,
) -> None:
    """Judge configurations by the rules on them (topology/standards/, evidence: configuration). Nothing is changed.

    What is not shown is never counted as fulfilled.

    Exit codes: 0 everything is shown and nothing is violated; 1 there are findings, or something is not shown; 3 some
    device could not be asked.
    """
    from jbnet.cli.audit_rows import data, findings

    context: Context = ctx.obj
    found = _make(context, selector, _origin(source, rendered=rendered))
    _write(context, found, html, csv, excel=excel)
    context.emit(data(context, found), ok=found.is_clean and not found.unasked, findings=findings(found))
    if not context.json:
        _print(context, found, by, details=details)
    if found.unasked:
        raise typer.Exit(ExitCode.FAILED)
    if not found.is_clean:
        raise typer.Exit(ExitCode.NO)


def _origin(source: From, *, rendered: bool) -> Origin:
    from jbnet.config.audit.observed import Origin
    from jbnet.model.errors import UsageError

    if rendered and source is From.BACKUP:
        raise UsageError("--rendered and --from backup: what is judged is either rendered or backed up")
    return Origin.RENDERED if rendered else Origin(source.value)


def _make(context: Context, selector: str, origin: Origin) -> Audit:
    from jbnet.cli.progress import Counting
    from jbnet.cli.vantage import enter
    from jbnet.wiring.audit import make_audit

    if origin == "device":
        enter(context)
    return make_audit(context.directory, context.state_dir, selector, origin, lambda whole: Counting(context, whole))


def _write(context: Context, found: Audit, html: Path | None, csv: Path | None, *, excel: bool) -> None:
    from jbnet import wiring

    if html is not None:
        from jbnet.cli.audit_page import page

        wiring.write_output(html, page(found))
    if csv is not None:
        from jbnet.cli.audit_rows import sheet
        from jbnet.inventory.exchange.csv_cells import write

        wiring.write_output(csv, write(sheet(context, found), spreadsheet=excel))
    for file in (html, csv):
        if file is not None and not context.json:
            context.note("written: {file}", file=file)


def _print(context: Context, found: Audit, by: By | None, *, details: bool) -> None:
    from jbnet.cli import audit_text as text
    from jbnet.cli.plan import print_unasked

    lines = [*text.heading(context, found)]
    tables = {By.ASPECT: text.by_aspect, By.SITE: text.by_site, By.CONTROL: text.by_control}
    chosen = [by] if by is not None else [By.ASPECT, By.CONTROL]
    for one in chosen:
        lines += ["", *tables[one](context, found)]
    if details:
        lines += text.details(context, found)
    lines += ["", *text.unshown(context, found)]
    echo("\n".join(lines))
    print_unasked(context, found.unasked)
    echo("\n".join(text.conclusion(context, found)))
