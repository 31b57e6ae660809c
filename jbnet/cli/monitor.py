"""``jbnet monitor``: poll the network in the foreground and keep its state."""

from __future__ import annotations

import json as json_module
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from jbnet.cli.context import SCHEMA, Context
from jbnet.cli.event_line import event_line
from jbnet.cli.monitor_unit import unit as unit_text
from jbnet.model.errors import UsageError
from jbnet.model.text import text
from jbnet.model.times import rfc3339

if TYPE_CHECKING:
    from jbnet.monitor.state import Event
    from jbnet.services.watch.monitor import Turn


def command(
    ctx: typer.Context,
    interval: Annotated[float, typer.Option(metavar="S", min=0.1, max=3600, help="Seconds between rounds.")] = 1.0,
    rounds: Annotated[int | None, typer.Option(metavar="N", min=1, help="Stop after so many rounds.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Do one round and stop.")] = False,
    metrics: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS:PORT", help="Where to serve /metrics (default: monitors/); off: nowhere."),
    ] = None,
    readiness: Annotated[
        bool | None,
        typer.Option("--readiness/--no-readiness", help="Look at the readiness for recovery (default: but in a lab)."),
    ] = None,
    unit: Annotated[bool, typer.Option("--unit", help="Print a unit of systemd for it, and do nothing else.")] = False,
) -> None:
    """Poll the network and keep its state, until Ctrl-C. Run one at a time: the store has one writer."""
    from jbnet import wiring
    from jbnet.cli.vantage import enter

    context: Context = ctx.obj
    if unit:
        sys.stdout.write(unit_text(context.directory, context.state_dir, interval))
        return
    enter(context)
    _require_address(metrics)
    directory, state, unwritten = context.directory, context.state_dir, wiring.waiting()
    readiness = False if once and readiness is None else readiness  # one round would not wait for a look
    watcher = wiring.monitor(
        directory, state, say=context.note, interval_s=interval, unwritten=unwritten, readiness=readiness
    )
    telling = wiring.teller(directory, state, context.note, unwritten)
    printer = _Printer(context)
    try:
        trouble = watcher.start()
        telling.start()
        if trouble:
            context.note("no traps: {reason}; changes are seen at the next round", reason=trouble)
        with wiring.outward(context.directory, context.state_dir, watcher, context.note, metrics) as outward:
            watcher.run(_both(outward.take, printer.show), 1 if once else rounds)
    finally:
        try:
            watcher.close()
        finally:
            telling.close()  # after what waited was written: then what was told of it is kept too


def _both(first: Callable[[Turn], None], second: Callable[[Turn], None]) -> Callable[[Turn], None]:
    def report(turn: Turn) -> None:
        first(turn)
        second(turn)

    return report


def _require_address(metrics: str | None) -> None:
    """Refuse what is no address before anything is started."""
    from jbnet.monitor.outlets import address

    try:
        if metrics is not None and metrics != "off":
            address(metrics)
    except ValueError as error:
        raise UsageError(
            "{address} is no address to serve metrics on", address=metrics, hint=text("write 127.0.0.1:9980, or off")
        ) from error


class _Printer:
    """Shows each round's events; the state of the network after the first round, and whenever it changes."""

    def __init__(self, context: Context):
        self._context = context
        self._last: tuple[object, ...] = ()

    def show(self, turn: Turn) -> None:
        """Print what a round brought."""
        for remark in turn.remarks:
            self._context.note(remark)
        for event in turn.outcome.events:
            self._event(event)
        summary = turn.summary
        counts = (summary.sites_reachable, summary.devices_answering, len(turn.outcome.book.incidents.open))
        if counts != self._last:
            self._last = counts
            said = {"time": rfc3339(summary.time), "event": "state", "subject": "network"}
            self._line({"schema": SCHEMA, **said, "data": summary.as_json()})
            self._say(
                summary.time,
                "sites {sites} of {total} reachable, devices {devices} of {watched} answer, incidents open: {count}",
                sites=summary.sites_reachable,
                total=summary.sites,
                devices=summary.devices_answering,
                watched=summary.devices,
                count=len(turn.outcome.book.incidents.open),
            )
        sys.stdout.flush()

    def _event(self, event: Event) -> None:
        from jbnet.cli.event_text import event_text

        self._line(event_line(event))
        self._say(event.time, "{said}", said=event_text(self._context.tr, event))

    def _say(self, time: datetime, template: str, **params: object) -> None:
        from jbnet.cli.times import clock_time

        self._context.streamed(f"{clock_time(time)} {self._context.tr(template, **params)}")

    def _line(self, line: object) -> None:
        if self._context.json:
            sys.stdout.write(json_module.dumps(line, ensure_ascii=False) + "\n")
