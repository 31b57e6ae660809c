"""``jbnet incidents``: what is or was wrong, one entry a cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import ExitCode, UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jbnet.cli.people import People
    from jbnet.monitor.chronicle import Change
    from jbnet.monitor.incidents import Incident

MOST = 20


def command(
    ctx: typer.Context,
    number: Annotated[str | None, typer.Argument(metavar="[ID]", help="Show this one whole.")] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are open.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 while one is open, 3 if it is not known.")
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="All of them, not only the first 20.")] = False,
    report: Annotated[bool, typer.Option("--report", help="The fault report for the line's carrier.")] = False,
    html: Annotated[bool, typer.Option("--html", help="With --report: as an HTML page.")] = False,
) -> None:
    """List incidents, or show one: first those that are open, the worst at the top, then the others, latest first."""
    from datetime import UTC, datetime

    from jbnet import wiring
    from jbnet.cli.blindness import print_blind
    from jbnet.cli.people import people
    from jbnet.monitor.chronicle import chronicle
    from jbnet.monitor.freshness import freshness

    context: Context = ctx.obj
    if report or html:
        _report(context, number, alone=not (only_open or check), report=report, html=html)
        return
    view = wiring.monitor_view(context.state_dir)
    try:
        found, summary = view.incidents(only_open=only_open), view.summary()
        noted = people(context, view, datetime.now(UTC))
        wanted = number.lstrip("#") if number is not None else None
        histories = {i.id: chronicle(view.history(i)) for i in found if i.id == wanted}
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
    shown = [
        noted.as_json(i) | ({"history": [c.as_json() for c in histories[i.id]]} if i.id in histories else {})
        for i in found
    ]
    data = {"incidents": shown, "blind": blind}
    context.emit(data, ok=not (check and (is_open or blind)))
    if number is None:
        print_blind(context, blind)
    if not context.json:
        _print(context, found, noted, histories, whole=number is not None, most=len(found) if every else MOST)
    if check and blind:  # what was open then may be over: nobody knows
        raise typer.Exit(ExitCode.FAILED)
    if check and is_open:
        raise typer.Exit(ExitCode.NO)


def _print(
    context: Context,
    found: Sequence[Incident],
    noted: People,
    histories: Mapping[str, Sequence[Change]],
    *,
    whole: bool,
    most: int,
) -> None:
    """Print incidents, the most urgent first, and how many more there are."""
    from jbnet.cli.incident_text import print_incident
    from jbnet.cli.names import declared_names

    if not found:
        context.say("no incident")
        return
    names = declared_names(context)
    ordered = [*noted.by_urgency(i for i in found if not i.closed), *(i for i in found if i.closed)]
    for incident in ordered[:most]:
        print_incident(context, incident, noted.now, names, whole=whole)
        noted.print(context, incident, whole=whole)
        _print_history(context, histories.get(incident.id, ()))
    if len(ordered) > most:
        context.say("and {count} more: --all", count=len(ordered) - most)


def _report(context: Context, number: str | None, *, alone: bool, report: bool, html: bool) -> None:
    """Print the fault report. Raises UsageError for options that could only be ignored."""
    from jbnet.cli.fault_report import show

    if not report:
        raise UsageError("--html needs --report", hint=text("jbnet incidents ID --report --html"))
    if not alone:
        raise UsageError("--report goes with neither --open nor --check", hint=text("jbnet incidents ID --report"))
    show(context, number, html=html)


def _print_history(context: Context, changes: Sequence[Change]) -> None:
    """Print each change of an incident's state, with its time, and what people did to it."""
    from jbnet.cli.times import moment
    from jbnet.monitor.chronicle_words import change_text

    if changes:
        context.say("  history:")
    for change in changes:
        context.wrapped("    {time} {change}", 6, time=moment(change.time), change=change_text(context.tr, change))
