"""``jbnet rollback``: the plan that takes a change back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.cli.context import Context

FEW = 3


def command(
    ctx: typer.Context,
    change: Annotated[
        str | None, typer.Argument(metavar="[CHANGE]", help="The hash of the plan that was applied; none: list all.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the plan to this file too.")
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show every line, not the first few of each device.")] = False,
) -> None:
    """Plan the way back: every device on which CHANGE was confirmed shall run again what it ran before.

    Without CHANGE, list what can be taken back.

    Nothing is sent: the plan is shown and kept, and `jbnet apply` carries it out with the same timers, looks and
    guards as any other. Exit codes: 0 the plan is made, or nothing is to be taken back; 2 CHANGE was not applied
    here; 3 a device could not be asked.
    """
    from jbnet import wiring
    from jbnet.cli.apply import read_plan
    from jbnet.cli.plan import conclude
    from jbnet.cli.progress import Counting
    from jbnet.cli.show_changes import change_to_take_back, known_changes, print_changes
    from jbnet.cli.vantage import enter
    from jbnet.services.rollback import plan_back, still_declared

    context: Context = ctx.obj
    if change is None:
        print_changes(context, [known for known in known_changes(context.state_dir).values() if known.kept])
        return
    known = change_to_take_back(context.state_dir, change)
    enter(context)
    undone = read_plan(context.state_dir, change if Path(change).is_file() else known.change)
    network = wiring.load_network(context.directory, context.state_dir)
    desk = wiring.deploy_desk(context.directory, context.state_dir, network, Counting(context, undone.changes))
    made = plan_back(undone, network, desk.journal.entries(), desk.backups, desk.sessions, desk.reporter)
    remarks = remarks_on_way_back(still_declared(made, network, desk.sessions))
    conclude(context, made, output, diff=diff, remarks=remarks)


def remarks_on_way_back(devices: Sequence[str]) -> list[Text]:
    """Return what is to be said where the declaration does not want on these devices what they shall run again.

    It may still have lines that go, or be without lines that come again: either way the rollback would not last.
    """
    if not devices:
        return []
    shown = ", ".join([*devices[:FEW], *(["..."] if len(devices) > FEW else [])])
    return [
        text(
            "the declaration is not what this goes back to ({devices}): change it as well, or the next plan undoes"
            " this rollback", devices=shown,
        )
    ]  # fmt: skip
