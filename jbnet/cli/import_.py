"""``jbnet import``: what a spreadsheet says of sites and circuits, into the YAML files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.printing import echo

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.inventory.exchange.taking import Taken

app = typer.Typer(
    help="Take sites or circuits from CSV into the YAML files.", no_args_is_help=True, add_completion=False
)
File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV as `jbnet export` writes it; `name` is needed.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]


@app.command()
def sites(ctx: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Change and add sites as a CSV file says. Rows and columns that it lacks stay as they are; nothing is removed.

    Exit code 1, and nothing written, when any row cannot be taken over.
    """
    _import(ctx.obj, "sites", file, dry_run=dry_run)


@app.command()
def circuits(ctx: typer.Context, file: File, dry_run: DryRun = False) -> None:
    """Change and add circuits as a CSV file says. Rows and columns that it lacks stay as they are; nothing is removed.

    Exit code 1, and nothing written, when any row cannot be taken over.
    """
    _import(ctx.obj, "circuits", file, dry_run=dry_run)


def _import(context: Context, kind: str, file: Path, *, dry_run: bool) -> None:
    from jbnet import wiring

    sheet, taken = wiring.take_table(context.directory, kind, file)
    encoding = sheet.encoding if sheet is not None else None
    if encoding not in (None, "UTF-8"):
        context.note("{file} is read as {encoding}", file=file, encoding=encoding)
    good = not any(finding.severity == "error" for finding in taken.findings)
    written = good and bool(taken.files) and not dry_run
    if written:
        wiring.write_taken(context.directory, taken)
    context.emit(_data(taken, encoding, written=written), ok=good, findings=taken.findings)
    if not context.json:
        _print(context, taken, good=good, written=written)
    if not good:
        raise typer.Exit(1)


def _data(taken: Taken, encoding: str | None, *, written: bool) -> dict[str, object]:
    return {
        "encoding": encoding,
        "changes": [
            {"name": c.name, "column": c.column, "before": c.before, "after": c.after} for c in taken.changes
        ],
        "added": list(taken.added),
        "files": sorted(taken.files),
        "paste": dict(taken.paste),
        "written": written,
    }  # fmt: skip


def _print(context: Context, taken: Taken, *, good: bool, written: bool) -> None:
    for finding in taken.findings:
        echo(f"{finding.place or '-'} {finding.severity} {finding.code} {context.tr(finding.text)}")
        for place in finding.related:
            echo(f"    {context.tr('see {place}', place=place)}")
    for file, lines in taken.paste.items():
        echo(f"\n# {file}\n{lines}", nl=False)
    if not good:
        context.say("nothing was written: findings {count}", count=sum(finding.count for finding in taken.findings))
        return
    for change in taken.changes:
        if change.before is not None:
            context.say("{name} {column}: {before} -> {after}", name=change.name, column=change.column,
                        before=change.before or "-", after=change.after or "-")  # fmt: skip
    for name in taken.added:
        cells = [f"{c.column}={c.after}" for c in taken.changes if c.name == name and c.column != "name"]
        context.say("added: {name} ({cells})", name=name, cells=", ".join(cells))
    changed = sum(change.before is not None for change in taken.changes)
    context.say("cells changed: {changed}, rows added: {added}", changed=changed, added=len(taken.added))
    for file in sorted(taken.files):
        context.say("written: {file}" if written else "would be written: {file}", file=file)
