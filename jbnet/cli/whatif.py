"""``jbnet whatif``: whom a failure would touch, from the declaration alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import UsageError
from jbnet.model.text import text

Names = list[str] | None


def command(
    ctx: typer.Context,
    circuit: Annotated[Names, typer.Option(metavar="NAME", help="A circuit that fails (may be repeated).")] = None,
    device: Annotated[Names, typer.Option(metavar="NAME", help="A device that fails.")] = None,
    site: Annotated[Names, typer.Option(metavar="NAME", help="A site, location or peer whose devices fail.")] = None,
    srlg: Annotated[Names, typer.Option(metavar="NAME", help="A shared risk whose circuits fail.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show which sites would be cut off or lose redundancy, what would run on backup, and the services touched."""
    from jbnet import wiring
    from jbnet.topology.graph import FailureSet
    from jbnet.topology.impact import impact

    context: Context = ctx.obj
    context.json = context.json or json
    failure = FailureSet.of(circuit or (), device or (), site or (), srlg or ())
    if failure == FailureSet():
        hint = text("for example: jbnet whatif --circuit NAME")
        raise UsageError("nothing fails: name at least one circuit, device, site or shared risk", hint=hint)
    found = impact(wiring.load_network(context.directory, context.state_dir), failure)
    context.emit(asdict(found))
    services = [f"{service.name} ({service.sites})" for service in found.services]
    shown = [
        _names(context, "sites cut off ({count}): {names}", found.cut_off),
        _names(context, "locations and peers cut off ({count}): {names}", found.others),
        _names(context, "sites without redundancy ({count}): {names}", found.degraded),
        _names(context, "on the backup line ({count}): {names}", found.on_backup),
        _names(context, "services, with the number of sites ({count}): {names}", services),
    ]
    if not any(shown):
        context.say("nobody is touched")


def _names(context: Context, template: str, names: Sequence[str]) -> bool:
    if names:
        context.say(template, count=len(names), names=", ".join(names))
    return bool(names)
