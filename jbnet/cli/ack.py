"""``jbnet ack``: somebody is on an incident, and nobody else needs to be called."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import UsageError
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.monitor.incidents import Incident

_FEW = 10
"""So many numbers are listed to whom wrote one that is not among them."""


def command(
    ctx: typer.Context,
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its number, as jbnet incidents shows it.")],
    comment: Annotated[str, typer.Option(metavar="TEXT", help="What is known or being done.")] = "",
    owner: Annotated[str, typer.Option(metavar="NAME", help="Who is on it (default: who says so).")] = "",
    hand_over: Annotated[
        str | None, typer.Option("--hand-over", metavar="NAME", help="Instead: somebody else is on it now.")
    ] = None,
    note: Annotated[bool, typer.Option("--note", help="Instead: only keep the comment; also of a closed one.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Instead: nobody is on it any more.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be noted.")] = False,
) -> None:
    """Acknowledge an incident: it is not escalated further. With who, when and why; kept for ever."""
    from datetime import UTC, datetime
    from uuid import uuid4

    from jbnet import wiring
    from jbnet.cli.people import print_notes
    from jbnet.monitor.actions import Action, Deed, take

    context: Context = ctx.obj
    deed = _deed(hand_over=hand_over, note=note, undo=undo, owner=owner, comment=comment)
    view = wiring.monitor_view(context.state_dir)
    try:
        number = open_incident(view.incidents(only_open=not note), incident)
        desk = wiring.desk_of(context.state_dir, view)
    finally:
        view.close()
    whose = (hand_over or owner).strip()
    action = Action(uuid4().hex, datetime.now(UTC), wiring.operator(), Deed(deed), number, comment.strip(), whose)
    notes = take(desk, action).of(number)
    if not dry_run:
        wiring.action_log(context.state_dir).append([action])
    context.emit({"incident": number, "dry_run": dry_run, **notes.as_json()})
    context.say(_WOULD[deed] if dry_run else _DONE[deed], id=number)
    print_notes(context, notes)


_DONE = {
    "acknowledge": text("#{id} is acknowledged").template,
    "own": text("#{id} is handed over").template,
    "comment": text("noted on #{id}").template,
    "release": text("#{id} is not acknowledged any more").template,
}
_WOULD = {
    "acknowledge": text("#{id} would be acknowledged").template,
    "own": text("#{id} would be handed over").template,
    "comment": text("would be noted on #{id}").template,
    "release": text("#{id} would not be acknowledged any more").template,
}


def _deed(*, hand_over: str | None, note: bool, undo: bool, owner: str, comment: str) -> str:
    """Return what is done. Raises UsageError where options exclude each other."""
    if sum((hand_over is not None, note, undo)) > 1 or (owner and (hand_over is not None or note or undo)):
        raise UsageError("--owner, --hand-over, --note and --undo exclude each other", hint=text("choose one"))
    if note and not comment.strip():
        raise UsageError("say what is to be noted, with --comment")
    if hand_over is not None and not hand_over.strip():
        raise UsageError("say to whom it is handed over")
    return "own" if hand_over is not None else "comment" if note else "release" if undo else "acknowledge"


def open_incident(found: Iterable[Incident], said: str) -> str:
    """Return the id of an open incident. Raises UsageError where there is none of that number."""
    number = said.lstrip("#")
    ids = [incident.id for incident in found]
    if number not in ids:
        raise UsageError(
            "no incident {id} is open",
            id=said,
            hint=_open_ones(ids),
        )
    return number


def _open_ones(ids: Sequence[str]) -> Text:
    """Return the numbers that there are, where they are few, and what lists them."""
    if not ids:
        return text("jbnet incidents lists them")
    if len(ids) <= _FEW:
        return text("open are: {names}", names=", ".join(ids))
    return text("{count} are open: jbnet incidents --open", count=len(ids))
