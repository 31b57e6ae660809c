"""``jbnet dr compare``: do both sites hold the same rows?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import ExitCode, JbnetError
from jbnet.model.text import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from jbnet.recovery.rows_found import Compared

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
        compared(context, wiring.compare_rows(context.state_dir, network), str(one["database"]), rate_mb_s, seconds)
        for one in bindings(network, databases)
    ]
    code = ended(rows)
    context.emit({"databases": rows}, ok=code is ExitCode.OK)
    if code is not ExitCode.OK:
        raise typer.Exit(code)


def ended(rows: Sequence[Mapping[str, object]]) -> ExitCode:
    """Return the code of what was found: a difference goes before what is not known."""
    if any(row["differ"] for row in rows):
        return ExitCode.NO
    return ExitCode.OK if all(row["whole"] for row in rows) else ExitCode.FAILED


def compared(context: Context, compare: Compare, name: str, rate_mb_s: int, seconds: float) -> dict[str, object]:
    """Compare one database; one that cannot be seen keeps nobody from the next."""
    try:
        found = compare(name, rate_mb_s, seconds)
    except JbnetError as error:
        context.say("{database}: not known: {reason}", database=name, reason=error.text)
        return {"database": name, "differ": None, "whole": False, "error": str(error)}
    _show(context, found)
    return {"database": name, "error": None, **found.evidence()}


def _show(context: Context, found: Compared) -> None:
    from jbnet.recovery.rows_found import DIFFERENCES, LEFT_OUT
    from jbnet.services.recover.actions_rows import told

    context.say(told(found))
    for one in found.found[:SHOWN]:
        context.say("  {table} {key}: {difference}", table=one.table, key=one.unit,
                    difference=DIFFERENCES[one.difference])  # fmt: skip
    if found.count > SHOWN:
        context.say("  and {count} more; --json lists {listed}", count=found.count - SHOWN, listed=len(found.found))
    for part in found.unread:
        context.say("  not compared: {part}", part=part)
    for unit in found.moving:
        context.say("  not compared: {part}", part=text("{unit} changed under every look", unit=unit))
    for name, why in found.left_out.items():
        context.say("  left out: {name} ({why})", name=name, why=LEFT_OUT.get(why, why))
