"""``jbnet dr check``: could we move now, what would be lost, how long would it take; and how a check went."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import ExitCode, JbnetError, UsageError
from jbnet.model.text import text
from jbnet.recovery.readiness import Check, Outcome, outcome

if TYPE_CHECKING:
    from datetime import datetime

    from jbnet.ports.readiness import LastKnown
    from jbnet.recovery.outlook import Outlook

EXIT = {Outcome.READY: ExitCode.OK, Outcome.NOT_READY: ExitCode.NO, Outcome.UNSEEN: ExitCode.FAILED}


def run(context: Context, databases: Sequence[str], *, everything: bool) -> None:
    """Look, judge, keep, show. Raises typer.Exit with the code of the outcome."""
    from jbnet import wiring
    from jbnet.adapters.clock import SystemClock
    from jbnet.cli.dr_check_show import as_json, show
    from jbnet.cli.dr_work import bindings
    from jbnet.cli.vantage import enter, say_where

    enter(context, wiring.recovery_plan(context.directory).run_from)
    network = wiring.load_network(context.directory, context.state_dir)
    say_where(context, network)
    names = [str(binding["database"]) for binding in bindings(network, databases)]
    now, began = SystemClock().now(), time.monotonic()
    found = wiring.readiness(context.directory, context.state_dir, network, names)
    seconds = round(time.monotonic() - began, 3)
    known = _keep(context, now, found)
    came_to = outcome(found.results)
    show(context, found, known, everything=everything)
    context.emit(as_json(context, found, known, now, seconds, came_to), ok=came_to is Outcome.READY)
    if came_to is not Outcome.READY:
        raise typer.Exit(EXIT[came_to])


def _keep(context: Context, now: datetime, found: Outlook) -> LastKnown:
    """Return what was last known before, and keep this run; a history that cannot be written spoils no answer."""
    from jbnet import wiring

    history = wiring.readiness_history(context.state_dir)
    try:
        known = history.last_known()
        history.append(now, found.results)
    except JbnetError as error:
        context.note("the history of checks is not kept: {reason}", reason=error.text)
        return {}
    return known


def run_history(context: Context, name: str, databases: Sequence[str]) -> None:
    """Show how a check went. Raises UsageError for a check that there is none of."""
    from jbnet import wiring
    from jbnet.cli.dr_check_show import show_history

    if name not in list(Check):
        raise UsageError("there is no check {name}", name=name, hint=text("there are: {names}", names=", ".join(Check)))
    rows = wiring.readiness_history(context.state_dir).of(Check(name))
    chosen = [row for row in rows if not databases or row.database in databases]
    show_history(context, chosen)
    context.emit({"check": name, "rows": [
        {"time": row.time.isoformat(), "subject": row.subject, "database": row.database or None,
         "level": row.level.value, "value": row.value}
        for row in chosen
    ]})  # fmt: skip
