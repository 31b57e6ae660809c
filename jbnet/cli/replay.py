"""``jbnet replay``: what the monitor recorded, played again: it must come to the same incidents."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.cli.times import meant
from jbnet.model.errors import ExitCode, UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.monitor.again import Comparison


def command(
    ctx: typer.Context,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="RFC 3339 (default: all that is kept).")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help="RFC 3339 (default: the last round).")
    ] = None,
) -> None:
    """Play the recorded samples again and compare the incidents with those that were kept.

    The exit code is 1 where they differ, 3 where nothing is recorded of that time.

    Thresholds, opening hours and the network are those of the workspace: play an old record by the declaration of then.
    """
    from jbnet import wiring

    context: Context = ctx.obj
    found = wiring.replayed(context.directory, context.state_dir, _time(since), _time(until))
    nothing = found.played.begins is None
    context.emit(_as_data(found), ok=not (found.differences or nothing))
    if not context.json:
        _print(context, found)
    if nothing:  # nothing was compared: that is not "equal"
        raise typer.Exit(ExitCode.FAILED)
    if found.differences:
        raise typer.Exit(ExitCode.NO)


def _time(said: str | None) -> datetime | None:
    """Return a time as it was given; without an offset it is local. Raises UsageError."""
    if said is None:
        return None
    try:
        return meant(said)
    except (ValueError, OverflowError) as error:
        raise UsageError("{said} is no time", said=said, hint=text("such as 2026-11-22T08:30:00+08:00")) from error


def _as_data(found: Comparison) -> dict[str, object]:
    from jbnet.monitor.incidents import rfc3339

    played = found.played
    return {
        "rounds": played.rounds,
        "begins": rfc3339(played.begins),
        "ends": rfc3339(played.ends),
        "incidents": [incident.as_json() for incident in played.incidents.values()],
        "differences": [
            {"incident": one.incident, "part": one.part, "kept": _plain(one.kept), "played": _plain(one.played)}
            for one in found.differences
        ],
    }


def _plain(value: object) -> object:
    """Return a value as JSON has it."""
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)


def _print(context: Context, found: Comparison) -> None:
    from jbnet.cli.times import both

    played = found.played
    if played.begins is None or played.ends is None:
        context.wrapped("nothing is recorded of that time; jbnet replay without --from and --to plays all that is kept")
        return
    count, span = len(played.incidents), {"begins": both(played.begins), "ends": both(played.ends)}
    context.wrapped("{rounds} rounds, {begins} to {ends}: {count} incidents", rounds=played.rounds, count=count, **span)
    for one in found.differences:
        if one.part == "incident" and one.played is None:
            context.wrapped("#{id}: kept and not played: {cause}", id=one.incident, cause=one.kept)
        elif one.part == "incident":
            context.wrapped("#{id}: played and not kept: {cause}", id=one.incident, cause=one.played)
        else:
            context.wrapped("#{id}: {part} was {kept}, is {played}", id=one.incident, part=one.part,
                        kept=one.kept, played=one.played)  # fmt: skip
    if not found.differences:
        context.say("all as it was kept")
