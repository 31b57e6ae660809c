"""``jbnet silence``: nobody is told of something for a time. Apart from acknowledging: nobody need be on it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.cli.times import meant
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.monitor.actions import Silence

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def command(
    ctx: typer.Context,
    target: Annotated[
        str | None, typer.Argument(metavar="[SELECTOR|INCIDENT]", help="Devices and their circuits, or one incident.")
    ] = None,
    lasts: Annotated[str | None, typer.Option("--for", metavar="TIME", help="How long: 30m, 2h, 1d.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Until when: 2026-11-23T06:00+08:00.")] = None,
    comment: Annotated[str, typer.Option(metavar="TEXT", help="Why; it has to be said.")] = "",
    end: Annotated[str | None, typer.Option(metavar="ID", help="End this silence now.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the silences in force.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be noted.")] = False,
) -> None:
    """Tell nobody of an incident, or of what befalls the selected devices, until a time. It always ends."""
    from jbnet import wiring
    from jbnet.monitor.actions import Action, Deed, take

    context: Context = ctx.obj
    if sum((target is not None, end is not None, listed)) != 1:
        raise UsageError("one of these: what to silence, --end ID, or --list")
    view = wiring.monitor_view(context.state_dir)
    try:
        desk, still_open = wiring.desk_of(context.state_dir, view), view.incidents(only_open=True)
    finally:
        view.close()
    now = datetime.now(UTC)
    if listed:
        _show(context, [silence for silence in desk.silences.values() if silence.holds(now)], now)
        return
    from uuid import uuid4

    name, who = uuid4().hex, wiring.operator()
    if end is not None:
        chosen = _one(end, [s for s in desk.silences.values() if s.holds(now)])
        action = Action(name, now, who, Deed.END_SILENCE, chosen.id, comment.strip())
    else:
        from jbnet.cli.ack import open_incident

        said = str(target)
        picked = open_incident(still_open, said) if said.lstrip("#").isdigit() else _selector(context, said)
        if not comment.strip():
            raise UsageError("say why, with --comment: who comes later has to know")
        action = Action(name, now, who, Deed.SILENCE, picked, comment.strip(), until=_until(lasts, until, now))
        chosen = take(desk, action).silences[name]
    if not dry_run:
        wiring.action_log(context.state_dir).append([action])
    shown = take(desk, action).silences[chosen.id]
    context.emit({"dry_run": dry_run, "silence": shown.as_json()})
    context.say(_done(end is not None, dry_run=dry_run), id=shown.id[:8])
    _line(context, chosen if dry_run and end is not None else shown, now)


def _done(ended: bool, *, dry_run: bool) -> str:
    if ended:
        return "the silence {id} would be ended" if dry_run else "the silence {id} is ended"
    return "the silence {id} would begin" if dry_run else "the silence {id} begins"


def _selector(context: Context, said: str) -> str:
    """Return a selector that can be read and picks something. Raises UsageError."""
    from jbnet import wiring
    from jbnet.inventory.select import select, some

    some(select(wiring.load_network(context.directory, context.state_dir), said), said)
    return said


def _until(lasts: str | None, until: str | None, now: datetime) -> datetime:
    """Return when it ends. Raises UsageError."""
    from jbnet.monitor.actions import LONGEST_SILENCE

    if (lasts is None) == (until is None):
        raise UsageError("say when it ends: --for 2h, or --until 2026-11-23T06:00+08:00")
    end = now + length_of(lasts) if lasts is not None else _moment(str(until))
    if not now < end <= now + LONGEST_SILENCE:
        raise UsageError(
            "it would end {end}; expected: after now, and within {days} days",
            end=end.isoformat(timespec="minutes"),
            days=LONGEST_SILENCE.days,
            hint=text("what is to be silent for longer belongs into the declaration"),
        )
    return end


def length_of(said: str) -> timedelta:
    """Return a length of time that is written as 30m, 2h or 1d. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,6})\s*([smhd])", said.strip())
    if found is None:
        raise UsageError("{said} is no length of time", said=said, hint=text("write 30m, 2h or 1d"))
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def _moment(said: str) -> datetime:
    try:
        return meant(said)
    except (ValueError, OverflowError) as error:
        hint = text("write 2026-11-23T06:00+08:00; without an offset it is the network's local time")
        raise UsageError("{said} is no time", said=said, hint=hint) from error


def _one(said: str, known: list[Silence]) -> Silence:
    """Return the silence whose id begins so. Raises UsageError."""
    found = [silence for silence in known if silence.id.startswith(said.lower())]
    if len(found) != 1 or not said:
        hint = text("jbnet silence --list shows those in force")
        raise UsageError(
            "{count} silences in force begin with {id}; expected one", count=len(found), id=said, hint=hint
        )
    return found[0]


def _show(context: Context, silences: list[Silence], now: datetime) -> None:
    context.emit({"silences": [silence.as_json() for silence in silences]})
    if not silences:
        context.say("no silence is in force")
    for silence in sorted(silences, key=lambda s: s.until):
        _line(context, silence, now)


def _line(context: Context, silence: Silence, now: datetime) -> None:
    from jbnet.cli.times import both, span

    target = f"#{silence.target}" if silence.target.isdigit() else silence.target
    common = {"id": silence.id[:8], "target": target, "until": both(silence.until), "comment": silence.comment}
    if silence.ended is not None:
        who, at = silence.ended
        context.wrapped(
            "{id} {target}: ended {at} by {who}, would have held until {until}: {comment}",
            who=who, at=both(at), **common,
        )  # fmt: skip
        return
    context.wrapped(
        "{id} {target}: until {until}, {left} left, by {who}: {comment}",
        left=span((silence.until - now).total_seconds()),
        who=silence.who,
        **common,
    )
