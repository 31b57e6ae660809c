"""``jbnet watch``: the whole network on one screen, live, from the monitor's store; or a line for each change."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import UsageError
from jbnet.model.text import text


def command(
    ctx: typer.Context,
    incident: Annotated[str | None, typer.Argument(metavar="[ID]", help="Begin with this incident.")] = None,
    only: Annotated[
        str, typer.Option("--filter", metavar="TEXT|SELECTOR", help="Show only what this names or touches.")
    ] = "",
    since: Annotated[
        str | None, typer.Option(metavar="ID", help="Lines: go on behind this one; 0: all that is kept.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Lines: end when there are no more.")] = False,
) -> None:
    """Show what is wrong, live: move, filter, look into an incident, acknowledge it; ? shows the keys.

    Without a terminal, and with --json, --since or --once: a line for each change until Ctrl-C. It only reads what
    the monitor keeps: start jbnet monitor first.
    """
    from jbnet.cli.watch.source import Source

    context: Context = ctx.obj
    if context.json or since is not None or once or not _is_terminal():
        from jbnet.cli.watch.lines import follow

        if incident is not None or only:
            hint = text("for lines: jbnet incidents ID, or jbnet events SELECTOR --follow")
            raise UsageError("an incident or a filter is for the screen; lines have every change", hint=hint)
        source = Source(context)
        try:
            follow(context, source, since, once=once)
        finally:
            source.close()
        return
    from jbnet.cli.watch.loop import first_page, watch

    watch(context, first_page(incident), only)


def _is_terminal() -> bool:
    """Say whether there is somebody to press keys, and a terminal that can be drawn on."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")
