"""``jbnet sla``: availability over a month, charged to causes, and a carrier's claim with the evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import Context
from jbnet.cli.times import stamp
from jbnet.model.errors import UsageError
from jbnet.model.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.cli.sla_print import Table
    from jbnet.model.network import Network
    from jbnet.monitor.hours import Hours
    from jbnet.monitor.sla import Period
    from jbnet.monitor.sla_targets import Standing
    from jbnet.monitor.targets import Target


class Grouping(StrEnum):
    """What ``--by`` takes: ``jbnet.monitor.sla.By``, which costs more to load."""

    SITE = "site"
    LEVEL = "level"
    CARRIER = "carrier"
    SERVICE = "service"


def command(
    ctx: typer.Context,
    by: Annotated[
        Grouping | None, typer.Option("--by", help="site, level, carrier or service (default: level).")
    ] = None,
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
    from jbnet.wiring.availability import period, promised, watched

    context: Context = ctx.obj
    _refuse_both(csv=csv, html=html, by=by, claim=claim)
    network, hours = watched(context.directory, context.state_dir)
    begins, ends = _span(month, hours.offset_min, now := datetime.now(UTC))
    seen = period(context.state_dir, begins, min(ends, now))
    if claim is not None:
        _known(network, claim)
    month_of = _Month(network, hours, seen, promised(context.directory, context.state_dir), ends - begins)
    tables, more = month_of.claim(claim) if claim is not None else month_of.report(by or Grouping.LEVEL)
    head = {"from": seen.begins, "to": seen.ends, "seen": seen.seen}
    context.emit({**{key: stamp(time) for key, time in head.items()}, "rows": tables[0].rows, **more})
    if not context.json:
        heading = sla_print.heading(context, tables[0], seen, hours.offset_min)
        sla_print.show(context, tables, heading, "csv" if csv else "html" if html else "text")


def _refuse_both(*, csv: bool, html: bool, by: Grouping | None, claim: str | None) -> None:
    """Raise UsageError where one of two options could only be ignored."""
    if csv and html:
        raise UsageError("--csv and --html exclude each other", hint=text("choose one"))
    if by is not None and claim is not None:
        hint = text("a claim lists each outage; it is not grouped")
        raise UsageError("--by and --claim exclude each other", hint=hint)


def _span(month: str | None, offset_min: int, now: datetime) -> tuple[datetime, datetime]:
    """Return the beginning and the end of a month, in UTC. Raises UsageError for what is none, or has not begun."""
    from jbnet.monitor.sla import month as span_of

    name = month or f"{now + timedelta(minutes=offset_min):%Y-%m}"
    try:
        begins, ends = (time.astimezone(UTC) for time in span_of(name, offset_min))
    except (ValueError, OverflowError) as error:  # OverflowError: of the first and the last year there is
        raise UsageError("{month} is no month", month=name, hint=text("write it as 2026-11")) from error
    if begins > now:
        hint = text("choose this month or an earlier one")
        raise UsageError("{month} has not begun", month=name, hint=hint)
    return begins, ends


def _known(network: Network, carrier: str) -> None:
    if carrier not in network.carriers:
        hint = text("there are: {names}", names=", ".join(network.carriers))
        raise UsageError("there is no {kind} {name}", kind=text("carrier"), name=carrier, hint=hint)


class _Month:
    """A month as tables. ``length`` is that of the whole month, of which ``seen`` may have but the beginning."""

    def __init__(self, network: Network, hours: Hours, seen: Period, targets: Sequence[Target], length: timedelta):
        from jbnet.monitor.plant import survey

        self._network, self._hours, self._seen = network, hours, seen
        self._targets, self._length, self._plant = targets, length, survey(network)

    def report(self, by: Grouping) -> tuple[list[Table], dict[str, object]]:
        """Return availability by name, with targets."""
        from jbnet.cli import sla_print
        from jbnet.cli.sla_targets import columns
        from jbnet.monitor.sla import By, report

        lines = report(self._plant, self._hours, self._seen, By(by.value))
        judged = columns(self._standings(contracts=by is Grouping.CARRIER), by.value)
        return [sla_print.report_table(self._network, lines, by.value, judged)], {}

    def claim(self, carrier: str) -> tuple[list[Table], dict[str, object]]:
        """Return each outage of a carrier's lines, and each line's sums; with ``--json`` these are ``lines``."""
        from jbnet.cli.sla_claim import line_table, outage_table
        from jbnet.monitor.claim import claim

        found = claim(self._network, self._seen, carrier, self._standings(contracts=True))
        lines = line_table(found)
        owed = found.owed
        more: dict[str, object] = {"lines": lines.rows[:-1], "owed": None if owed is None else str(owed)}
        return [outage_table(found, self._network.carriers[carrier]), lines], more

    def _standings(self, *, contracts: bool) -> Sequence[Standing]:
        from jbnet.monitor.sla_targets import standings

        wanted = [t for t in self._targets if (t.contract if contracts else t.levels or t.services)]
        return standings(self._plant, self._hours, self._seen, wanted, self._length)
