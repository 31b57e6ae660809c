"""What ``jbnet dr switchover``, ``failover``, ``failback``, ``resume`` and ``status`` do."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.adapters.machine import stand_back
from jbnet.cli.context import Context
from jbnet.cli.dr_show import EventLines, print_steps
from jbnet.model.errors import JbnetError, Refused, TargetError, UsageError
from jbnet.model.text import Text, text
from jbnet.recovery.replay import Entry, State, replay
from jbnet.recovery.runbook import APPROVE, READ_ONLY, only_drills
from jbnet.recovery.verbs import TAKES, Verb, judged_as, verbs_of

if TYPE_CHECKING:
    from jbnet.model.network import Network
    from jbnet.recovery.expand import Binding
    from jbnet.recovery.runbook import Runbook
    from jbnet.services.recover.engine import Ending, Recovery


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one execution stands. ``state`` is running, waiting, stopped, interrupted, done, undone, abandoned,
    damaged or empty; ``step`` is the one it stands at.
    """

    execution: str
    runbook: str
    databases: tuple[str, ...]
    state: str
    step: str = ""
    said: Text | None = None
    hint: Text | None = None
    """What the step that failed says is to be done next."""
    drill: bool = False
    """It is a drill beside production: it keeps nobody from a recovery in earnest."""
    only_looked: bool = False
    """Nothing but looking and asking was done in it: given up, it leaves nothing."""

    def as_json(self) -> dict[str, object]:
        """Return it in the types of JSON."""
        return {
            "execution": self.execution,
            "runbook": self.runbook,
            "databases": list(self.databases),
            "state": self.state,
            "step": self.step,
            "said": str(self.said) if self.said else "",
            "hint": str(self.hint) if self.hint else "",
        }

    @property
    def open(self) -> bool:
        """It has not ended."""
        return self.state in ("running", "waiting", "stopped", "interrupted", "damaged")


def begin(
    context: Context,
    name: str,
    databases: Sequence[str],
    path: Path | None,
    *,
    dry_run: bool,
    by: str | None,
    changed: Callable[[Runbook], Runbook] = lambda runbook: runbook,
) -> None:
    """Start an execution and carry it out. ``changed`` makes of the runbook what was asked for on the command line."""
    from jbnet import wiring
    from jbnet.cli.vantage import enter, say_where

    plan = wiring.recovery_plan(context.directory)
    runbook = changed(wiring.recovery_runbook(context.directory, name, path))
    if not dry_run:
        enter(context, plan.run_from)
    network = wiring.load_network(context.directory, context.state_dir)
    values = bindings(network, databases)
    verbs = verbs_of(runbook, values)
    _refuse_other_verb(Verb(name), verbs)
    if dry_run:
        print_steps(context, runbook, values, network)
        return
    drill = only_drills(runbook)
    _refuse_second(standings(context))
    wiring.refuse_unfit(
        context.state_dir, network, judged_as(Verb(name), verbs), [str(value["database"]) for value in values]
    )
    if drill:
        stand_back()
        give_up_drills(context, by)
    store = wiring.executions(context.state_dir)
    approvers = {
        person.name: person.key for person in wiring.approvers(context.directory, context.state_dir).people.values()
    }
    execution = store.new_id()
    try:
        engine, journal = wiring.recovery(context.directory, context.state_dir, execution, EventLines(context),
                                          drill=drill, network=network)  # fmt: skip
        engine.start(execution, runbook, values, starters(by), approvers)
    except JbnetError:
        store.discard(execution)
        raise
    say_where(context, network)
    with journal:
        _run(context, engine, execution)


def go_on(
    context: Context, execution: str | None, *, skip: bool, abandon: bool, accept_loss: bool, by: str | None
) -> None:
    """Go on with an execution, or give it up."""
    from jbnet import wiring
    from jbnet.cli.vantage import enter

    enter(context, wiring.recovery_plan(context.directory).run_from)  # giving up writes to the copies, too
    found = wiring.executions(context.state_dir).find(execution)
    who = ", ".join(starters(by))
    drill = _is_drill(replay(wiring.executions(context.state_dir).journal(found).entries()))
    engine, journal = wiring.recovery(context.directory, context.state_dir, found, EventLines(context), drill=drill)
    with journal:
        if abandon:
            engine.abandon(who)
            context.say("{execution} is given up; what it did stays as it is", execution=found)
            return
        if skip:
            engine.skip(who, accept_loss=accept_loss)
        elif engine.stopped or accept_loss:
            engine.retry(who, accept_loss=accept_loss)
        _run(context, engine, found)


def bindings(network: Network, names: Sequence[str]) -> list[Binding]:
    """Return the values for each database asked for (none: all), the one that must be back first before others."""
    unknown = sorted(set(names) - set(network.databases))
    if unknown or not network.databases:
        known = ", ".join(network.databases) or "-"
        raise UsageError("no database {names}; expected of {known}", names=", ".join(unknown) or "-", known=known)
    wanted = [database for name, database in network.databases.items() if not names or name in names]
    return [
        {
            "database": database.name,
            "primary": database.primary,
            "standby": database.standby,
            "service_address": str(database.service_address),
            "port": database.port,
        }
        for database in sorted(wanted, key=lambda database: database.rto_s)
    ]


def starters(by: str | None) -> list[str]:
    """Return the names of whoever runs this: the person named, and the account worked under."""
    account = os.environ.get("SUDO_USER") or getpass.getuser()
    return list(dict.fromkeys([by, account] if by else [account]))


def standings(context: Context) -> list[Standing]:
    """Return where all executions stand, oldest first."""
    from jbnet import wiring

    store = wiring.executions(context.state_dir)
    running = (store.lease.holder(), store.drill_lease.holder())
    return [_standing(context, name, running=name in running) for name in store.ids()]


def _standing(context: Context, execution: str, *, running: bool) -> Standing:
    from jbnet import wiring

    try:
        entries = wiring.executions(context.state_dir).journal(execution).entries()
        state = replay(entries)
        if not entries:
            return Standing(execution, "", (), "empty")
        names = tuple(str(binding.get("database")) for binding in state.bindings)
        found = _where(state, entries, running=running)
        looked = all(not s.begun or s.action in READ_ONLY or s.action == APPROVE for s in state.steps.values())
        return Standing(execution, str(state.header.get("runbook_name", "")), names, *found, drill=_is_drill(state),
                        only_looked=looked)  # fmt: skip
    except JbnetError as error:
        return Standing(execution, "", (), "damaged", "", error.text)


def _is_drill(state: State) -> bool:
    from jbnet.services.recover.engine import pinned_runbook

    return bool(state.execution) and only_drills(pinned_runbook(state))


def give_up_drills(context: Context, by: str | None) -> None:
    """Give up drills that were killed half way: the next one begins anew. Raises Refused while one is going on."""
    from jbnet import wiring

    for standing in standings(context):
        if standing.open and standing.drill:
            engine, journal = wiring.recovery(
                context.directory, context.state_dir, standing.execution, EventLines(context), drill=True
            )
            with journal:
                engine.abandon(", ".join(starters(by)))
            context.note("{execution} did not end, and is given up", execution=standing.execution)


def _where(state: State, entries: Sequence[Entry], *, running: bool) -> tuple[str, str, Text | None, Text | None]:
    """Return the state's word, the step, what is to be said of it, and what that step says is to be done next."""
    from jbnet.adapters.clock import SystemClock
    from jbnet.recovery import decide
    from jbnet.recovery.account import hint_by, told_by
    from jbnet.services.recover.engine import pinned_runbook

    if state.result is not None:
        return state.result, "", None, None
    decisions = decide.next_steps(pinned_runbook(state), entries, SystemClock().now())
    decision = next((d for d in decisions if isinstance(d, decide.Stopped) and not running), decisions[0])
    step = getattr(getattr(decision, "step", None), "key", "")
    if isinstance(decision, decide.WaitApproval):
        told = text("{missing} more must approve", missing=decision.missing)
        return "waiting" if running else "interrupted", step, told, None
    if isinstance(decision, decide.Ask | decide.Failed) and not running:
        failed = state.step(step).error
        return "stopped", step, told_by(failed), hint_by(failed)
    return "running" if running else "interrupted", step, None, None


def _refuse_other_verb(verb: Verb, verbs: Collection[Verb]) -> None:
    """A runbook is started by the command that says what it does; one that moves nobody by any."""
    if verbs and not TAKES[verb].issuperset(verbs):
        fits = sorted(verbs)
        raise UsageError(
            "jbnet dr {verb}: this runbook is for {fits}",
            verb=verb.value,
            fits=", ".join(fits),
            hint=text("jbnet dr {verb} --runbook FILE starts it", verb=fits[0]),
        )


def _refuse_second(found: Sequence[Standing]) -> None:
    """One recovery at a time; one that was killed half way is finished or given up before another begins.

    A drill is none of them: one in earnest goes first, and a drill that goes on ends by itself when it sees that.
    """
    unfinished = [standing for standing in found if standing.open and not standing.drill]
    if unfinished:
        last = unfinished[-1]
        hint = text("jbnet dr resume {execution} goes on with it; jbnet dr resume {execution} --abandon gives it up,"
                    " and what it did stays: jbnet dr check then says which command fits",
                    execution=last.execution)  # fmt: skip
        if last.only_looked:
            hint = text("it has changed nothing yet: jbnet dr resume {execution} --abandon gives it up, then start this"
                        " one; jbnet dr resume {execution} goes on with it", execution=last.execution)  # fmt: skip
        raise Refused(
            "execution {execution} has not ended",
            execution=last.execution,
            hint=hint,
        )


def _run(context: Context, engine: Recovery, execution: str) -> None:
    again = text("jbnet dr resume {execution} goes on from there", execution=execution)
    try:
        ending = engine.run()
    except KeyboardInterrupt:
        context.note(again)
        raise
    if not ending.ok:
        raise _failure(ending, execution, again)
    context.say("{execution}: done", execution=execution)
    context.emit({"execution": execution, "result": ending.result}, kind="jbnet/1")


def _failure(ending: Ending, execution: str, again: Text) -> TargetError | Refused:
    said: Text | str = ending.error or "-"
    kind = Refused if ending.refused else TargetError
    if ending.result == "undone":
        if ending.moved:
            return kind(
                "{execution}: step {step} failed, and what was done there was taken back; {moved} moved: {reason}",
                execution=execution,
                step=ending.step,
                moved=", ".join(ending.moved),
                reason=said,
                hint=ending.hint,
            )
        return kind(
            "{execution}: step {step} failed, and what was done was taken back: {reason}",
            execution=execution,
            step=ending.step,
            reason=said,
            hint=ending.hint,
        )
    if ending.result == "abandoned":
        return TargetError("{execution} was given up", execution=execution)
    if ending.result == "ask":
        again = text("jbnet dr resume {execution} tries it again, --skip goes on without it", execution=execution)
    hint = text("{first}; {second}", first=ending.hint, second=again) if ending.hint is not None else again
    return kind(
        "{execution}: step {step} failed: {reason}", execution=execution, step=ending.step, reason=said, hint=hint
    )
