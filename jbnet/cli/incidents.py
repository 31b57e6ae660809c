"""``jbnet incidents``: what is or was wrong, one entry a cause."""

from __future__ import annotations

from typing import Annotated

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import ExitCode, UsageError
from jbnet.model.text import text

LATEST = 20


def command(
    ctx: typer.Context,
    number: Annotated[str | None, typer.Argument(metavar="[ID]", help="Show this one whole.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 while one is open, 3 if it is not known.")
    ] = False,
) -> None:
    """List incidents, latest first, or show one; each has one root cause."""
    from datetime import UTC, datetime

    from jbnet import wiring
    from jbnet.cli.blindness import print_blind
    from jbnet.cli.incident_text import print_incident
    from jbnet.cli.people import people
    from jbnet.monitor.freshness import freshness

    context: Context = ctx.obj
    view = wiring.monitor_view(context.state_dir)
    try:
        found, summary = view.incidents(only_open=only_open), view.summary()
        noted = people(context, view, datetime.now(UTC))
    finally:
        view.close()
    if number is not None:
        found = [incident for incident in found if incident.id == number.lstrip("#")]
        if not found:
            raise UsageError(
                "there is no incident {id}", id=number, hint=text("jbnet incidents lists them with their numbers")
            )
    is_open = any(incident.state == "open" for incident in found)
    blind = [str(reason) for reason in freshness(summary, noted.now).blind]
    data = {"incidents": [noted.as_json(incident) for incident in found], "blind": blind}
    context.emit(data, ok=not (check and (is_open or blind)))
    if number is None:
        print_blind(context, blind)
    if not found:
        context.say("no incident")
    for incident in found[:LATEST]:
        print_incident(context, incident, noted.now, whole=number is not None)
        noted.print(context, incident, whole=number is not None)
    if len(found) > LATEST:
        context.say("and {count} earlier ones: --json lists all", count=len(found) - LATEST)
    if check and is_open:
        raise typer.Exit(ExitCode.NO)
    if check and blind:
        raise typer.Exit(ExitCode.FAILED)
