"""``jbnet dr drill``: practice beside production; what it would run, and what was left of one that was killed."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from jbnet.cli.context import Context
from jbnet.model.errors import ExitCode, JbnetError, UsageError
from jbnet.recovery.drill_backup import SITES, aimed, read_at, to_be_seen
from jbnet.recovery.readiness import Level
from jbnet.recovery.step_params import BACKUP, SOURCES

if TYPE_CHECKING:
    from jbnet.model.network import Network
    from jbnet.recovery.drill import Left
    from jbnet.recovery.runbook import Runbook

RUNBOOK = "drill"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for beyond the runbook: ``standby`` or ``backup``, up to which time, on the host of which site."""

    source: str | None = None
    at: str | None = None
    site: str | None = None

    def check(self) -> None:
        """Raises UsageError for words that are none of these, and for what goes with a backup only."""
        for option, value, known in (("--from", self.source, SOURCES), ("--on", self.site, SITES)):
            if value not in (None, *known):
                raise UsageError("{option} {value}; expected one of {known}", option=option, value=value,
                                 known=", ".join(known))  # fmt: skip
        if (self.at or self.site) and self.source != BACKUP:
            raise UsageError("--at and --on go with --from backup")
        if self.at and read_at(self.at) is None:
            raise UsageError("--at {at}; expected a time with its zone, like {example}", at=self.at,
                             example="2026-11-23T08:00:00+08:00")  # fmt: skip

    def of(self, runbook: Runbook) -> Runbook:
        """Return the runbook as it was asked for."""
        return runbook if self.source is None else aimed(runbook, self.source, self.at, self.site)


def run(
    context: Context, databases: Sequence[str], path: Path | None, wanted: Wanted, *, dry_run: bool, by: str | None
) -> None:
    """Carry the runbook out; with ``dry_run`` show its steps, and what would run on the hosts."""
    from jbnet.cli.dr_work import begin

    wanted.check()
    if dry_run and not context.json:
        _print_commands(context, databases, wanted)
    begin(context, RUNBOOK, databases, path, dry_run=dry_run, by=by, changed=wanted.of)


def _print_commands(context: Context, databases: Sequence[str], wanted: Wanted) -> None:
    """Show what runs on each host, as it is; nothing is connected to. Which backup it will be is seen there."""
    from jbnet import wiring
    from jbnet.cli.dr_work import bindings
    from jbnet.services.recover.actions_drill import order_for

    network = wiring.load_network(context.directory, context.state_dir)
    limits, hands = wiring.recovery_plan(context.directory).drills, wiring.bubbles(context.state_dir, network)
    taken = to_be_seen(read_at(wanted.at)) if wanted.source == BACKUP else None
    for binding in bindings(network, databases):
        database, host = str(binding["database"]), str(binding[wanted.site or "standby"])
        context.say("on {host}, as postgres, for {database}:", host=host, database=database)
        order = order_for(network, database, host, limits)
        for argv in hands.commands(replace(order, backup=taken)):
            context.say("    {command}", command=shlex.join(argv))


def clear(context: Context, databases: Sequence[str], *, by: str | None) -> None:
    """Take away what drills left on every host of the databases. Exit code 3 where something stays, or is not known."""
    from jbnet import wiring
    from jbnet.cli.dr_work import bindings, give_up_drills
    from jbnet.cli.vantage import enter

    enter(context, wiring.recovery_plan(context.directory).run_from)
    network = wiring.load_network(context.directory, context.state_dir)
    names = [str(binding["database"]) for binding in bindings(network, databases)]
    rows = [_cleared(context, network, name, host) for name in names for host in _hosts(network, name)]
    if not databases:
        give_up_drills(context, by)
    clean = all(row["nothing"] for row in rows)
    context.emit({"hosts": rows}, ok=clean)
    if not clean:
        raise typer.Exit(ExitCode.FAILED)


def _hosts(network: Network, name: str) -> tuple[str, str]:
    return network.databases[name].standby, network.databases[name].primary


def _cleared(context: Context, network: Network, name: str, host: str) -> dict[str, object]:
    """Clear one host of one database, and say what was there and what is there now."""
    from jbnet import wiring

    hands = wiring.bubbles(context.state_dir, network)
    row: dict[str, object] = {"database": name, "host": host, "found": None, "left": None, "nothing": False}
    try:
        found = hands.left(name, host)
        left = found if found.nothing else hands.clear(name, host, ends=True)
    except JbnetError as error:
        context.say("{database} on {host}: not known: {reason}", database=name, host=host, reason=error.text)
        return row | {"error": str(error)}
    _say(context, name, host, found, left)
    return row | {"found": _shown(found), "left": _shown(left), "nothing": left.nothing}


def _say(context: Context, name: str, host: str, found: Left, left: Left) -> None:
    if found.nothing:
        context.say("{database} on {host}: nothing was left", database=name, host=host)
    elif left.nothing:
        context.say("{database} on {host}: taken away: {said}", database=name, host=host, said=found.said())
    else:
        context.say("{database} on {host}: still there: {said}", database=name, host=host, said=left.said())


def _shown(left: Left) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(left)


def print_practice(context: Context) -> dict[str, object] | None:
    """Say how old the newest drill is; return it for JSON. None: dr/ does not tell what is declared."""
    from jbnet import wiring

    try:
        last = wiring.last_practice(context.directory, context.state_dir)
    except JbnetError:
        return None
    overdue = last.level is not Level.GREEN
    context.say("drill: {found} ({expected})", found=context.tr(last.found),
                expected=context.tr(last.expected))  # fmt: skip
    if overdue and last.advice is not None:
        context.say("  {message}", message=context.tr(last.advice))
    return {"level": last.level.value, "age_days": last.value, "found": str(last.found), "overdue": overdue}
