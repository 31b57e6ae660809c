"""``jbnet ack``: somebody is on an incident, and nobody else needs to be called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.monitor.incidents import Incident


def command(
    ctx: typer.Context,
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its number, as jbnet incidents shows it.")],
    comment: Annotated[str, typer.Option(metavar="TEXT", help="What is known or being done.")] = "",
    owner: Annotated[str, typer.Option(metavar="NAME", help="Who is on it (default: who says so).")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be noted.")] = False,
) -> None:
    """Acknowledge an incident: it is not escalated further. With who, when and why; kept for ever."""
    from datetime import UTC, datetime
    from uuid import uuid4

    from jbnet import wiring
    from jbnet.cli.people import print_notes
    from jbnet.monitor.actions import Action, Deed, take

    context: Context = ctx.obj
    view = wiring.monitor_view(context.state_dir)
    try:
        number = open_incident(view.incidents(only_open=True), incident)
        desk = wiring.desk_of(context.state_dir, view)
    finally:
        view.close()
    action = Action(
        uuid4().hex, datetime.now(UTC), wiring.operator(), Deed.ACKNOWLEDGE, number, comment.strip(), owner.strip()
    )
    notes = take(desk, action).of(number)
    if not dry_run:
        wiring.action_log(context.state_dir).append([action])
    context.emit({"incident": number, "dry_run": dry_run, **notes.as_json()})
    context.say("#{id} is acknowledged" if not dry_run else "#{id} would be acknowledged", id=number)
    print_notes(context, notes)


def open_incident(found: Iterable[Incident], said: str) -> str:
    """Return the id of an open incident. Raises UsageError where there is none of that number."""
    number = said.lstrip("#")
    ids = [incident.id for incident in found]
    if number not in ids:
        raise UsageError(
            "no incident {id} is open",
            id=said,
            hint=text("open are: {names}", names=", ".join(ids)) if ids else text("jbnet incidents lists them"),
        )
    return number
