"""``jbnet address ports``: record which port each line downwards has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jbnet.cli.context import Context

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")]
Prune = Annotated[bool, typer.Option("--prune", help="Take out ports of lines that are gone.")]


def ports(ctx: typer.Context, dry_run: DryRun = False, prune: Prune = False) -> None:
    """Give every line downwards a port number, recorded in topology/ports.yaml. Moves no other."""
    context: Context = ctx.obj
    from jbnet import wiring

    found = wiring.number_ports(context.directory, prune=prune, dry_run=dry_run)
    for name, number in found.freed.items():
        context.say("{name} {number} freed", name=name, number=number)
    for name, number in found.added.items():
        context.say("{name} {number}", name=name, number=number)
    said = "would record ports: {count}" if dry_run else "ports recorded: {count}"
    context.say(said, count=len(found.added))
    context.emit({"added": dict(found.added), "freed": dict(found.freed), "dry_run": dry_run})


def give_ports(context: Context, files: Mapping[str, str], dry_run: bool) -> dict[str, int] | None:
    """Record ports for lines that have none, and say how many; None where the declaration has other errors first."""
    from jbnet.adapters.workspace import write_file
    from jbnet.inventory.building.port_numbers import FILE, completed, render
    from jbnet.model.errors import AnswerIsNo

    try:
        found = completed(files)
    except AnswerIsNo:
        context.say("no ports are recorded while the declaration has errors; then: jbnet address ports")
        return None
    if found.added and not dry_run:
        write_file(context.directory, FILE, render(found.record))
    if found.added:
        said = "would record ports: {count}" if dry_run else "ports recorded: {count}"
        context.say(said, count=len(found.added))
    return dict(found.added)
