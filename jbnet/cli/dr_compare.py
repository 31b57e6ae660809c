"""``jbnet dr compare``: do both sites hold the same rows?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import ExitCode, JbnetError

if TYPE_CHECKING:
    from collections.abc import Callable

    from jbnet.recovery.rows import Compared

    Compare = Callable[[str, int, float], Compared]

SHOWN = 20


def run(context: Context, databases: Sequence[str], *, rate_mb_s: int, seconds: float) -> None:
    """Compare one database after another; show. Raises typer.Exit: 1 rows differ, 3 something is not known."""
    from jbnet import wiring
    from jbnet.cli.dr_work import bindings
    from jbnet.cli.vantage import enter

    enter(context, wiring.recovery_plan(context.directory).run_from)
    network = wiring.load_network(context.directory, context.state_dir)
    rows = [
        _compared(context, wiring.compare_rows(context.state_dir, network), str(one["database"]), rate_mb_s, seconds)
        for one in bindings(network, databases)
    ]
    differs, known = any(row["differ"] for row in rows), all(row["whole"] for row in rows)
    context.emit({"databases": rows}, ok=known and not differs)
    if differs:
        raise typer.Exit(ExitCode.NO)
    if not known:
        raise typer.Exit(ExitCode.FAILED)


def _compared(context: Context, compare: Compare, name: str, rate_mb_s: int, seconds: float) -> dict[str, object]:
    """Compare one database; one that cannot be seen keeps nobody from the next."""
    try:
        found = compare(name, rate_mb_s, seconds)
    except JbnetError as error:
        context.say("{database}: not known: {reason}", database=name, reason=error.text)
        return {"database": name, "differ": None, "whole": False, "error": str(error)}
    _show(context, found)
    return {"database": name, "error": None, **found.evidence()}


def _show(context: Context, found: Compared) -> None:
    from jbnet.recovery.rows import DIFFERENCES
    from jbnet.services.recover.actions_rows import told

    context.say(told(found))
    for one in found.found[:SHOWN]:
        context.say("  {table} {key}: {difference}", table=one.table, key=one.unit,
                    difference=DIFFERENCES[one.difference])  # fmt: skip
    if found.count > SHOWN:
        context.say("  and {count} more; --json lists {listed}", count=found.count - SHOWN, listed=len(found.found))
    for part in (*found.unread, *found.moving):
        context.say("  not compared: {part}", part=part)
    for name, why in found.left_out.items():
        context.say("  left out: {name} ({why})", name=name, why=why)
