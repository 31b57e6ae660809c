"""``jbnet rollback``: the plan that takes a change back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from jbnet.cli.context import Context


def command(
    ctx: typer.Context,
    change: Annotated[str, typer.Argument(metavar="CHANGE", help="The hash of the plan that was applied.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the plan to this file too.")
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show every line, not the first few of each device.")] = False,
) -> None:
    """Plan the way back: every device on which CHANGE was confirmed shall run again what it ran before.

    Nothing is sent: the plan is shown and kept, and `jbnet apply` carries it out with the same timers, looks and
    guards as any other. Exit codes: 0 the plan is made, or nothing is to be taken back; 2 CHANGE was not applied
    here; 3 a device could not be asked.
    """
    from jbnet import wiring
    from jbnet.cli.apply import read_plan
    from jbnet.cli.plan import Notes, conclude
    from jbnet.cli.vantage import enter
    from jbnet.services.rollback import plan_back

    context: Context = ctx.obj
    enter(context)
    undone = read_plan(context.state_dir, change)
    network = wiring.load_network(context.directory, context.state_dir)
    desk = wiring.deploy_desk(context.directory, context.state_dir, network, Notes(context))
    made = plan_back(undone, network, desk.journal.entries(), desk.backups, desk.sessions, desk.reporter)
    conclude(context, made, output, diff=diff)
