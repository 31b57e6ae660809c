"""``jbnet events``: what happened and what devices said, as the monitor keeps it; and following it as it is written."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.cli.event_line import event_line
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.monitor.cursor import Cursor, Recorded
    from jbnet.monitor.state import Event

LATEST = 50
_SEARCHED = 100_000
"""Events of which the last of a selector are looked for."""


def command(
    ctx: typer.Context,
    selector: Annotated[
        str | None, typer.Argument(metavar="[SELECTOR]", help="Of which devices (default: all).")
    ] = None,
    last: Annotated[int, typer.Option("-n", "--last", metavar="N", min=0, max=10000, help="How many.")] = LATEST,
    messages: Annotated[bool, typer.Option("--messages", help="Only what devices said by syslog.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Go on with what happens, until Ctrl-C.")] = False,
    after: Annotated[str | None, typer.Option(metavar="CURSOR", help="Go on behind this event.")] = None,
) -> None:
    """List the latest events; with --follow go on with new ones, also over a restart of the monitor.

    With --json each event has a cursor: --after CURSOR goes on behind it, with nothing twice and nothing left out.
    """
    from jbnet import wiring

    context: Context = ctx.obj
    wanted = _wanted(context, selector, messages=messages)
    log = wiring.event_log(context.state_dir)
    cursor = _cursor(after) if after is not None else None
    if follow:
        _follow(context, cursor, wanted, 0 if after is not None else last)
        return
    found = (
        log.after(cursor, _SEARCHED) if cursor is not None else log.latest(_SEARCHED if selector or messages else last)
    )
    shown = [one for one in found if wanted(one.event)]
    shown = shown[:last] if cursor is not None else shown[max(0, len(shown) - last) :] if last else []
    context.emit({"events": [line_of(one) for one in shown], "cursor": str(shown[-1].cursor if shown else log.end())})
    for one in shown:
        _print(context, one)
    if not shown:
        context.say("no event")


def line_of(one: Recorded) -> dict[str, object]:
    """Return an event as ``--json`` has it: what ``jbnet monitor --json`` prints, with its cursor."""
    return event_line(one.event, cursor=str(one.cursor), gap=one.gap)


def _follow(context: Context, cursor: Cursor | None, wanted: Callable[[Event], bool], last: int) -> None:
    """Print the last few, and then whatever comes."""
    from jbnet import wiring

    log = wiring.event_log(context.state_dir)
    if cursor is None:
        cursor = log.end()
        _show(context, [one for one in log.latest(last) if wanted(one.event)] if last else [])
    for one in wiring.followed_events(context.state_dir, cursor):
        if one is not None and (one.gap or wanted(one.event)):
            _show(context, [one])


def _show(context: Context, found: Iterable[Recorded]) -> None:
    for one in found:
        if context.json:
            sys.stdout.write(json_module.dumps(line_of(one), ensure_ascii=False) + "\n")
        else:
            _print(context, one)
    sys.stdout.flush()


def _print(context: Context, one: Recorded) -> None:
    from jbnet.cli.event_text import event_text
    from jbnet.cli.times import moment

    if one.gap:
        context.wrapped("  events before this one are gone: they are older than is kept, or the store was damaged")
    event = one.event
    context.streamed(f"{moment(event.time)} {event_text(context.tr, event)}")


def _wanted(context: Context, selector: str | None, *, messages: bool) -> Callable[[Event], bool]:
    """Return what says whether an event is asked for: about a picked device, a circuit of one, or either's incident."""
    if selector is None:
        return lambda event: not messages or event.event == "message"
    from jbnet import wiring
    from jbnet.inventory.select import select, some

    network = wiring.load_network(context.directory, context.state_dir)
    some(select(network, selector), selector)  # raises where it picks nothing
    picked = wiring.picks(network)(selector)

    def wanted(event: Event) -> bool:
        if messages and event.event != "message":
            return False
        if event.subject.kind != "incident":
            return event.subject.device in picked
        cause, devices = event.data.get("root_cause"), event.data.get("devices")
        roots = [cause, *parts] if isinstance(parts := event.data.get("parts"), list) else [cause]
        names = {
            str(root.get("name", "")).rpartition(" ")[2].partition("/")[0] for root in roots if isinstance(root, dict)
        }
        named = not picked.isdisjoint(names)
        return named or (isinstance(devices, list) and not picked.isdisjoint(devices))

    return wanted


def _cursor(written: str) -> Cursor:
    from jbnet.monitor.cursor import parse_cursor

    try:
        return parse_cursor(written)
    except ValueError as error:
        raise UsageError(
            "{cursor} is no cursor", cursor=written, hint=text("take it from an event of jbnet --json events")
        ) from error
