"""``jbnet status``: what is wrong now, grouped by cause, and the count of the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from jbnet.cli.context import Context

if TYPE_CHECKING:
    from jbnet.cli.people import People
    from jbnet.monitor.incidents import Incident


WHOLE = 3
"""So many incidents are shown with all that they touch; more in a line each."""
WIDTH = 80


def command(ctx: typer.Context) -> None:
    """Show what is wrong now. The exit code is 0 whatever is shown: ``jbnet incidents --check`` asks."""
    from jbnet import wiring
    from jbnet.cli.people import people
    from jbnet.monitor.freshness import freshness

    context: Context = ctx.obj
    view = wiring.monitor_view(context.state_dir)
    try:
        summary, incidents = view.summary(), view.incidents(only_open=True)
        noted = people(context, view, datetime.now(UTC))
    finally:
        view.close()
    fresh = freshness(summary, noted.now)
    age = None if fresh.age_s is None else round(fresh.age_s, 1)
    shown = {**(summary or {}), "age_s": age, "stale": fresh.stale, "blind": [str(reason) for reason in fresh.blind]}
    context.emit({**shown, "incidents": [noted.as_json(i) for i in incidents]})
    if not context.json:
        _print(context, shown, incidents, noted)


def _print(context: Context, summary: Mapping[str, Any], incidents: Sequence[Incident], noted: People) -> None:
    from jbnet.cli.blindness import print_blind
    from jbnet.cli.incident_text import MOST_NAMES, listed, print_incident
    from jbnet.cli.names import declared_names
    from jbnet.cli.times import clock_time, span

    if "as_of" not in summary:
        context.say("nothing was polled yet")
        return
    print_blind(context, summary["blind"])
    if summary["stale"]:
        context.wrapped("STALE: the last poll was {span} ago; what follows was true then", span=span(summary["age_s"]))
    context.say(
        "sites {reachable} of {total} reachable, as of {time} ({span} ago)",
        reachable=summary["sites"]["reachable"],
        total=summary["sites"]["total"],
        time=clock_time(datetime.fromisoformat(summary["as_of"])),
        span=span(summary["age_s"]),
    )
    if closed := summary["sites"].get("closed"):
        context.say("sites dark because they are closed: {count}", count=closed)
    if len(incidents) > WHOLE:
        _print_board(context, incidents, noted)
    elif incidents:
        names_here = declared_names(context)
        for incident in noted.by_urgency(incidents):
            print_incident(context, incident, noted.now, names_here)
            noted.print(context, incident)
    if summary["unexplained"]:
        names = listed(summary["unexplained"], MOST_NAMES)
        context.wrapped(
            "silent, cause not known yet ({count}): {names}", count=len(summary["unexplained"]), names=names
        )
    _print_redundancy(context, summary.get("alarms", ()))
    if not incidents:
        context.say("no incident is open")
    devices = summary["devices"]
    context.say("devices {answering} of {total} answer", answering=devices["answering"], total=devices["total"])


def _print_board(context: Context, incidents: Sequence[Incident], noted: People) -> None:
    """Print many incidents in what one screen has room for: a line each, or groups by cause and the worst of them."""
    from jbnet.cli import board_text
    from jbnet.cli.names import declared_names
    from jbnet.monitor.board import by_severity, by_urgency, entries, grouped

    network = declared_names(context).network
    found = by_urgency(entries(incidents, noted.desk, noted.now, noted.picks, network))
    counts = {severity: count for severity, count in by_severity(found).items() if count}
    said = ", ".join(f"{context.tr(str(severity))} {count}" for severity, count in counts.items())
    calling = sum(entry.calls for entry in found)
    context.wrapped(
        "incidents open: {count} ({said}); nobody is on {calling}", count=len(found), said=said, calling=calling
    )
    room, groups = _room(), grouped(found)
    if len(found) > room:
        context.say("{line}", line=board_text.group_head(context.tr, WIDTH))
        for group in groups[:room]:
            context.say("{line}", line=board_text.group_line(context.tr, group, noted.now, WIDTH, network))
        room = max(WHOLE, room - len(groups) - 1)
    board = board_text.Board(context.tr, found[:room], noted.now, WIDTH)
    for line in (board.head, *board.lines):
        context.say("{line}", line=line)
    if len(found) > room:
        context.say("and {count} more: jbnet watch, or jbnet incidents --open", count=len(found) - room)


def _room() -> int:
    """Return how many lines a screen has for incidents, beside what is said above and below them."""
    import shutil

    return max(WHOLE, shutil.get_terminal_size((WIDTH, 24)).lines - 11)


def _print_redundancy(context: Context, alarms: Sequence[Mapping[str, Any]]) -> None:
    """Say how many ways are left to whom; other alarms have incidents of their own."""
    from jbnet.cli.incident_text import MOST_NAMES, listed

    ways = [f"{a['subject']} {a['value']:g}/{a['limit']:g}" for a in alarms if a["rule"] == "ways-left"]
    if ways:
        context.wrapped(
            "ways to the core that are left ({count}): {names}", count=len(ways), names=listed(ways, MOST_NAMES)
        )
