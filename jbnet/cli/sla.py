"""``jbnet sla``: availability over a month, charged to causes, and a carrier's claim with the evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.model.network import Network
    from jbnet.monitor.hours import Hours
    from jbnet.monitor.sla import Line, Outage, Period


class Grouping(StrEnum):
    """What ``--by`` takes: ``jbnet.monitor.sla.By``, which costs more to load."""

    SITE = "site"
    LEVEL = "level"
    CARRIER = "carrier"
    SERVICE = "service"


def command(
    ctx: typer.Context,
    by: Annotated[Grouping, typer.Option("--by", help="site, level, carrier or service.")] = Grouping.LEVEL,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="A month of local time (default: this one).")
    ] = None,
    claim: Annotated[
        str | None, typer.Option("--claim", metavar="CARRIER", help="Instead: each outage of its lines.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
    html: Annotated[bool, typer.Option("--html", help="As an HTML page.")] = False,
) -> None:
    """Show how a month was spent: up, down and for whose fault, under maintenance, or not known.

    Closed hours of places that may be dark then do not count. Time in which nobody looked is neither up nor down.
    """
    from jbnet.cli import sla_print
    from jbnet.wiring.availability import period, watched

    context: Context = ctx.obj
    if csv and html:
        raise UsageError("--csv and --html exclude each other", hint=text("choose one"))
    network, hours = watched(context.directory, context.state_dir)
    begins, ends = _span(month, hours.offset_min)
    seen = period(context.state_dir, begins, min(ends, max(begins, datetime.now(UTC))))
    head = {"from": seen.begins, "to": seen.ends, "seen": seen.seen}
    if claim is not None:
        table = sla_print.claim_table(network, _outages(network, seen, claim))
    else:
        table = sla_print.report_table(network, _lines(network, hours, seen, by), by.value)
    context.emit({**{key: time.isoformat() for key, time in head.items()}, "rows": table.rows})
    if not context.json:
        sla_print.show(context, table, seen, "csv" if csv else "html" if html else "text")


def _span(month: str | None, offset_min: int) -> tuple[datetime, datetime]:
    from jbnet.monitor.sla import month as span_of

    name = month or f"{datetime.now(UTC) + timedelta(minutes=offset_min):%Y-%m}"
    try:
        return span_of(name, offset_min)
    except ValueError as error:
        raise UsageError("{month} is no month", month=name, hint=text("write it as 2026-11")) from error


def _lines(network: Network, hours: Hours, seen: Period, by: Grouping) -> Sequence[Line]:
    from jbnet.monitor.plant import survey
    from jbnet.monitor.sla import By, report

    return report(survey(network), hours, seen, By(by.value))


def _outages(network: Network, seen: Period, carrier: str) -> Sequence[Outage]:
    from jbnet.monitor.sla import outages

    if carrier not in network.carriers:
        hint = text("there are: {names}", names=", ".join(network.carriers))
        raise UsageError("there is no {kind} {name}", kind=text("carrier"), name=carrier, hint=hint)
    return outages(network, seen, carrier)
