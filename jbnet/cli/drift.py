"""``jbnet drift``: what runs on devices and is not declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.plan import FEW_LINES, print_lines, print_unasked
from jbnet.cli.times import both
from jbnet.model.errors import ExitCode

if TYPE_CHECKING:
    from jbnet.change.drift import Drift, Window
    from jbnet.cli.context import Context
    from jbnet.services.drift import Found


def command(
    ctx: typer.Context,
    selector: Annotated[str, typer.Argument(metavar="[SELECTOR]", help="Which devices (default: all).")] = "all",
    diff: Annotated[bool, typer.Option("--diff", help="Show every line, not the first few of each device.")] = False,
) -> None:
    """Show what runs and is not declared, and what runs and is not saved; since when as far as backups tell.

    Exit codes: 0 everybody runs what is declared; 1 some do not; 3 some device could not be asked.
    """
    from jbnet import wiring
    from jbnet.cli.progress import Counting
    from jbnet.cli.vantage import enter
    from jbnet.inventory.select import select
    from jbnet.services.deploy import managed
    from jbnet.services.drift import find_drift

    context: Context = ctx.obj
    enter(context)
    network = wiring.load_network(context.directory, context.state_dir)
    devices = managed(network, select(network, selector))
    sessions = wiring.device_sessions(context.directory, context.state_dir, network)
    records = wiring.change_records(context.state_dir)
    found = find_drift(network, devices, sessions, records, Counting(context, len(devices)))
    context.emit(_data(found), ok=not (found.drifts or found.unasked))
    if not context.json:
        _print(context, found, None if diff else FEW_LINES)
    if found.unasked:
        raise typer.Exit(ExitCode.FAILED)
    if found.drifts:
        raise typer.Exit(ExitCode.NO)


def _print(context: Context, found: Found, lines: int | None) -> None:
    for drift in found.drifts:
        _print_drift(context, drift, lines)
    for device, said in found.observed.items():
        context.say("{device}: differs where it is only observed, lines: {count}", device=device, count=len(said))
        if lines is None:
            print_lines(context, said, None)
    print_unasked(context, found.unasked)
    counts = {"count": len(found.drifts), "same": len(found.right)}
    context.say("devices that drifted: {count}; as they should be: {same}", **counts)


def _print_drift(context: Context, drift: Drift, lines: int | None) -> None:
    if drift.diff:
        context.say("{device}: differs from the declaration", device=drift.device)
        context.say("  {since}; {author}", since=_since(context, drift.since), author=_author(context, drift))
        print_lines(context, drift.diff, lines)
    if drift.unsaved:
        context.say("{device}: running differs from saved; a restart would take it back", device=drift.device)
        print_lines(context, drift.unsaved, lines)


def _since(context: Context, since: Window | None) -> str:
    if since is None or since.after is None:
        return context.tr("no backup from before it")
    return context.tr("came after {time}", time=both(since.after))


def _author(context: Context, drift: Drift) -> str:
    if drift.author is None:
        return context.tr("not through jbnet")
    return context.tr("with change {change} of {owner}", change=drift.author.change[:12], owner=drift.author.owner)


def _data(found: Found) -> dict[str, object]:
    return {
        "drifted": [_drift_json(drift) for drift in found.drifts],
        "right": list(found.right),
        "unasked": list(found.unasked),
        "observed": {device: list(lines) for device, lines in found.observed.items()},
    }


def _drift_json(drift: Drift) -> dict[str, object]:
    since, author = drift.since, drift.author
    return {
        "device": drift.device,
        "diff": list(drift.diff),
        "unsaved": list(drift.unsaved),
        "after": since.after.isoformat() if since and since.after else None,
        "by": since.by.isoformat() if since else None,
        "change": author.change if author else None,
        "owner": author.owner if author else None,
    }
