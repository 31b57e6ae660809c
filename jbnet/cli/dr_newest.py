"""What the newest look at readiness found, for ``jbnet dr status``: read from the history, nothing is looked at."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from jbnet.cli.context import Context
from jbnet.cli.times import both, span
from jbnet.model.errors import JbnetError
from jbnet.recovery.readiness import Level

if TYPE_CHECKING:
    from jbnet.ports.readiness import Recorded

SHOWN = (Level.RED, Level.UNKNOWN)


def print_newest(context: Context, now: datetime) -> dict[str, object] | None:
    """Say when readiness was looked at last and what was red or unknown; return it for JSON. None: never."""
    from jbnet import wiring

    try:
        newest = wiring.readiness_history(context.state_dir).newest()
    except JbnetError as error:
        context.note("the history of checks is not kept: {reason}", reason=error.text)
        return None
    if newest is None:
        context.wrapped("readiness: never looked at here; jbnet dr check does, and jbnet monitor while it runs")
        return None
    counts = {level.value: sum(row.level is level for row in newest.rows) for level in Level}
    age = (now - newest.time).total_seconds()
    context.wrapped("readiness, {ago} ago ({time}): {red} red, {unknown} unknown, {amber} amber, {green} green",
                    ago=span(age), time=both(newest.time), **counts)  # fmt: skip
    for level in SHOWN:
        names = [_name(context, row) for row in newest.rows if row.level is level]
        if names:
            listed = ", ".join(dict.fromkeys(names))
            context.wrapped("  {level}: {names}", level=context.tr(level.value), names=listed)
    return {"time": newest.time.isoformat(), "age_s": round(age, 1), **counts}


def _name(context: Context, row: Recorded) -> str:
    where = row.database or (row.subject if row.subject != "-" else "")
    return f"{context.tr(row.check.value)} ({where})" if where else context.tr(row.check.value)
