"""``jbnet check``: every problem of the declaration at once, with file, line and column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.cli.context import Context
    from jbnet.model.findings import Finding
    from jbnet.model.network import Network


def command(
    ctx: typer.Context,
    explain: Annotated[str | None, typer.Option(metavar="CODE", help="Say what a finding code means.")] = None,
) -> None:
    """Check the declaration: every problem at once, with file, line and column.

    One line a finding, FILE:LINE:COLUMN SEVERITY CODE MESSAGE, sorted. Exit code 1 when there are errors.
    """
    context: Context = ctx.obj
    if explain is not None:
        _explain(context, explain)
        return
    from jbnet.wiring import check_workspace

    loaded = check_workspace(context.directory)
    ok = loaded.network is not None
    context.emit(_counts(loaded.network), ok=ok, findings=loaded.findings)
    if not context.json:
        _print(context, loaded.findings, loaded.network)
    if not ok:
        raise typer.Exit(1)


def _counts(network: Network | None) -> dict[str, int] | None:
    if network is None:
        return None
    parts = ("sites", "locations", "devices", "circuits", "databases", "services")
    return {part: len(getattr(network, part)) for part in parts}


def _print(context: Context, findings: Sequence[Finding], network: Network | None) -> None:
    lines = []
    for finding in findings:
        lines.append(f"{finding.place or '-'} {finding.severity} {finding.code} {context.tr(finding.text)}")
        lines += [f"    {context.tr('see {place}', place=place)}" for place in finding.related]
    errors = sum(f.severity == "error" for f in findings)
    others = len(findings) - errors
    lines.append(context.tr("errors: {errors}, other findings: {others}", errors=errors, others=others))
    if network is not None:
        lines.append(
            context.tr("{name}: {sites} sites, {devices} devices, {circuits} circuits",
                       name=network.name_zh if context.lang == "zh" else network.name, sites=len(network.sites),
                       devices=len(network.devices), circuits=len(network.circuits))
        )  # fmt: skip
    typer.echo("\n".join(lines))


def _explain(context: Context, code: str) -> None:
    from jbnet.inventory.codes import RULES
    from jbnet.inventory.report import nearest
    from jbnet.model.errors import UsageError
    from jbnet.model.text import text

    rule = RULES.get(code.upper())
    if rule is None:
        like = nearest(code.upper(), RULES) or ", ".join(RULES)
        raise UsageError("there is no finding code {code}", hint=text("did you mean {like}?", like=like), code=code)
    title, doc = context.tr(rule.title), context.tr(rule.doc)
    context.emit({"code": rule.code, "severity": str(rule.severity), "title": title, "doc": doc})
    if not context.json:
        typer.echo(f"{rule.code} {rule.severity}: {title}\n\n{doc}")
