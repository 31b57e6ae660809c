"""``jbnet backup``: keep what devices run, one version a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.plan import print_unasked
from jbnet.cli.times import stamp
from jbnet.cli.unasked import unasked_json
from jbnet.model.errors import ExitCode

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.services.backup import Backup

SHORT = 12
EVERYBODY = "all"


def command(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="[SELECTOR]", help="Which devices (default: all).")] = EVERYBODY,
) -> None:
    """Fetch what devices run and keep it in .jbnet/history, a git repository: a file a device, secrets masked.

    Exit codes: 0 everybody was fetched; 3 some device could not be asked; what came is kept all the same.
    """
    from jbnet import wiring
    from jbnet.cli.progress import Counting
    from jbnet.cli.vantage import enter
    from jbnet.inventory.select import select, some
    from jbnet.services.backup import back_up
    from jbnet.services.deploy.plan import managed

    context: Context = ctx.obj
    enter(context)
    network = wiring.load_network(context.directory, context.state_dir)
    devices = some(managed(network, select(network, selector)), selector)
    made = back_up(
        devices,
        wiring.device_sessions(context.directory, context.state_dir, network),
        wiring.config_history(context.state_dir),
        Counting(context, (d.name for d in devices)),
        keeper=wiring.operator(),
        everybody=selector == EVERYBODY,
    )
    context.emit(_data(context, made), ok=not made.unasked)
    _print(context, made)
    if made.unasked:
        raise typer.Exit(ExitCode.FAILED)


def _print(context: Context, made: Backup) -> None:
    if context.json:
        return
    print_unasked(context, made.unasked)
    if made.unsaved:
        context.say("running differs from saved: {devices}", devices=", ".join(made.unsaved))
    if made.version:
        counts = {"count": len(made.fetched), "changed": len(made.version.changed)}
        context.say(
            "kept as {version}: {count} devices, {changed} changed since", version=made.version.id[:SHORT], **counts
        )


def _data(context: Context, made: Backup) -> dict[str, object]:
    version = made.version
    return {
        "version": version.id if version else None,
        "time": stamp(version.time) if version else None,
        "fetched": list(made.fetched),
        "changed": list(version.changed) if version else [],
        "unsaved": list(made.unsaved),
        "unasked": unasked_json(context, made.unasked),
    }
