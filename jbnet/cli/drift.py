"""``jbnet drift``: what runs on devices and is not declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.plan import FEW_LINES, print_lines, print_unasked
from jbnet.cli.times import both, stamp
from jbnet.cli.unasked import unasked_json
from jbnet.model.errors import ExitCode
from jbnet.model.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jbnet.change.drift import Drift
    from jbnet.cli.context import Context
    from jbnet.model.text import Text
    from jbnet.services.drift import Found

FEW_NAMED = 5
"""Devices that a command is written out for; of more than these it is that for all."""


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
    from jbnet.inventory.select import select, some
    from jbnet.services.deploy.plan import managed
    from jbnet.services.drift import find_drift

    context: Context = ctx.obj
    enter(context)
    network = wiring.load_network(context.directory, context.state_dir)
    devices = some(managed(network, select(network, selector)), selector)
    sessions = wiring.device_sessions(context.directory, context.state_dir, network)
    records = wiring.change_records(context.state_dir)
    book = wiring.secret_book(context.directory, context.state_dir)
    found = find_drift(network, devices, sessions, records, Counting(context, (d.name for d in devices)), book=book)
    context.emit(_data(context, found), ok=not (found.drifts or found.unasked))
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
    _print_next(context, found)


def _print_next(context: Context, found: Found) -> None:
    """Say what the signs mean, and which commands go on from here."""
    if found.drifts:
        context.say("- runs and would go; + does not run and would come: by a plan, or by a restart")
    differing = [drift.device for drift in found.drifts if drift.diff]
    if differing:
        selector = "+".join(differing) if len(differing) <= FEW_NAMED else ""
        context.say("next: {command}", command=f"jbnet plan {selector}".rstrip())


def _print_drift(context: Context, drift: Drift, lines: int | None) -> None:
    if drift.diff:
        context.say("{device}: differs from the declaration", device=drift.device)
        for line in _history(drift):
            context.say("  {said}", said=line)
        print_lines(context, drift.diff, lines)
    if drift.unsaved:
        context.say("{device}: running differs from saved; a restart would take it back", device=drift.device)
        print_lines(context, drift.unsaved, lines)


def _history(drift: Drift) -> Iterator[Text]:
    """Yield which secrets are others, after which time it came, when it was first seen there, and through whom."""
    if drift.secrets:
        yield text("secrets that are not as their source has them: {names}", names=", ".join(drift.secrets))
    if drift.since is None:
        yield text("since when is not known: backups hold no secrets")
        return
    after = drift.since.after
    yield text("no backup from before it") if after is None else text("came after {time}", time=both(after))
    yield text("was there at {time}", time=both(drift.since.by))
    yield _author(drift)


def _author(drift: Drift) -> Text:
    if drift.author is None:
        return text("not through jbnet")
    return text("with change {change} of {owner}", change=drift.author.change[:12], owner=drift.author.owner)


def _data(context: Context, found: Found) -> dict[str, object]:
    return {
        "drifted": [_drift_json(drift) for drift in found.drifts],
        "right": list(found.right),
        "unasked": unasked_json(context, found.unasked),
        "observed": {device: list(lines) for device, lines in found.observed.items()},
    }


def _drift_json(drift: Drift) -> dict[str, object]:
    since, author = drift.since, drift.author
    return {
        "device": drift.device,
        "diff": list(drift.diff),
        "unsaved": list(drift.unsaved),
        "secrets": list(drift.secrets),
        "after": stamp(since.after) if since and since.after else None,
        "by": stamp(since.by) if since else None,
        "change": author.change if author else None,
        "owner": author.owner if author else None,
    }
