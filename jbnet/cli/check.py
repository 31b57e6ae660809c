"""``jbnet check``: every problem of the declaration at once, with file, line and column."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.printing import echo
from jbnet.model.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.cli.context import Context
    from jbnet.inventory.loader import Loaded
    from jbnet.model.findings import Finding
    from jbnet.model.network import Network


class Format(StrEnum):
    """What findings are printed as."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def command(
    ctx: typer.Context,
    explain: Annotated[
        str | None, typer.Option(metavar="CODE", help="Say what a finding code means; `all` lists them.")
    ] = None,
    schema: Annotated[
        str | None, typer.Option(metavar="NAME", help="Print the JSON Schema of a kind of file; `all` lists them.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", metavar="FORMAT", help="text, json, sarif or github.")
    ] = Format.TEXT,
) -> None:
    """Check the declaration: every problem at once, with file, line and column.

    One line a finding, FILE:LINE:COLUMN SEVERITY CODE MESSAGE, sorted. Exit code 1 when there are errors.
    """
    context: Context = ctx.obj
    if explain is not None:
        from jbnet.cli.check_codes import explain as tell

        tell(context, explain)
    elif schema is not None:
        from jbnet.cli.check_schema import show

        show(context, schema)
    else:
        _check(context, form)


def _check(context: Context, form: Format) -> None:
    from jbnet.wiring import check_workspace
    from jbnet.wiring.collector import uncollected

    context.json = context.json or form is Format.JSON
    with uncollected(for_good=True):
        loaded = check_workspace(context.directory)
    ok = loaded.network is not None
    context.emit(ok=ok, findings=loaded.findings, counts=_counts(loaded.network))
    if not context.json:
        _print(context, form, loaded)
    if not ok:
        raise typer.Exit(1)


def _print(context: Context, form: Format, loaded: Loaded) -> None:
    if form is Format.TEXT:
        _print_text(context, loaded.findings, loaded.network)
        return
    from jbnet.cli.check_formats import github, sarif

    told = (sarif if form is Format.SARIF else github)(context, loaded.findings)
    if told:
        typer.echo(told)


def _counts(network: Network | None) -> dict[str, int] | None:
    if network is None:
        return None
    parts = ("sites", "locations", "devices", "circuits", "databases", "services")
    return {part: len(getattr(network, part)) for part in parts}


def _print_text(context: Context, findings: Sequence[Finding], network: Network | None) -> None:
    lines = []
    for finding in findings:
        severity = context.tr(Text(finding.severity.value))
        lines.append(f"{finding.place or '-'} {severity} {finding.code} {context.tr(finding.text)}")
        lines += [f"    {context.tr('see {place}', place=place)}" for place in finding.related]
    errors = sum(f.count for f in findings if f.severity == "error")
    others = sum(f.count for f in findings) - errors
    lines.append(context.tr("errors: {errors}, other findings: {others}", errors=errors, others=others))
    if network is not None:
        lines.append(
            context.tr("{name}: {sites} sites, {devices} devices, {circuits} circuits",
                       name=network.name_zh if context.lang == "zh" else network.name, sites=len(network.sites),
                       devices=len(network.devices), circuits=len(network.circuits))
        )  # fmt: skip
    echo("\n".join(lines))
