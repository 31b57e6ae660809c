"""``jbnet dr alone``: what each of two hosts has alone, that both took writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import ExitCode, JbnetError

if TYPE_CHECKING:
    from jbnet.ports import LostTransactions
    from jbnet.services.recover.alone import Both

SHOWN = 20


def run(context: Context, databases: Sequence[str]) -> None:
    """Look at one database after another; show. Raises typer.Exit: 1 one has something alone, 3 it is not known."""
    from jbnet import wiring
    from jbnet.cli.dr_work import bindings
    from jbnet.cli.vantage import enter

    enter(context, wiring.recovery_plan(context.directory).run_from)
    network = wiring.load_network(context.directory, context.state_dir)
    look = wiring.alone(context.state_dir, network)
    found = [looked(context, look, str(one["database"])) for one in bindings(network, databases)]
    code = ended(found)
    rows = [one.as_json() for one in found if one is not None]
    context.emit({"databases": rows}, ok=code is ExitCode.OK)
    if code is not ExitCode.OK:
        raise typer.Exit(code)


def ended(found: Sequence[Both | None]) -> ExitCode:
    """Return the code of what was found (None: not seen); what somebody has alone goes before what is not known."""
    if any(lost.count for one in found if one is not None for lost in one.of.values()):
        return ExitCode.NO
    return ExitCode.OK if all(one is not None and one.known for one in found) else ExitCode.FAILED


def looked(context: Context, look: Callable[[str], Both], name: str) -> Both | None:
    """Look at one database, and show it; one that cannot be seen keeps nobody from the next."""
    try:
        found = look(name)
    except JbnetError as error:
        context.say("{database}: not known: {reason}", database=name, reason=error.text)
        return None
    if not found.of:
        context.say("{database}: nothing parted the two; what the standby lacks is on its way", database=name)
    for host, lost in found.of.items():
        _show(context, name, host, found.parted or "?", lost)
    return found


def _show(context: Context, name: str, host: str, parted: str, lost: LostTransactions) -> None:
    if lost.count is None:
        context.say("{database}: what {host} has alone is not known: {reason}", database=name, host=host,
                    reason=lost.reason)  # fmt: skip
        return
    context.say("{database}: {host} has {count} transactions alone, since {lsn}", database=name, host=host,
                count=lost.count, lsn=parted)  # fmt: skip
    for line in lost.first[:SHOWN]:
        numbers = ", ".join(lost.numbers.get(line.split()[0], ()))
        context.say("  {line}", line=f"{line}  {numbers}".rstrip())
    if lost.count > SHOWN:
        context.say("  and {count} more; --json lists {listed}", count=lost.count - SHOWN, listed=len(lost.first))
