"""What of the standard follows from the declaration and from the journals of executions, with its evidence.

A declaration says what is meant to be there; a journal shows what was seen. Where the standard asks for something that
is ready, was tested or lost nothing, only a journal shows it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from jbnet.model.network import Database, Network
from jbnet.model.text import Text, text
from jbnet.recovery.modes import waits_for_remote
from jbnet.recovery.plan import RecoveryPlan
from jbnet.recovery.scoring.nouns import Known, Standing


@dataclass(frozen=True, slots=True)
class Past:
    """What one execution's journal shows. ``promoted``: by database, the host that took over, verified.

    ``wrote``: databases to which a write was verified afterwards. ``moved``: those whose address was moved.
    ``streamed``: databases whose standby was seen streaming. ``lossless``: those known to have lost nothing.
    ``day`` is when it ended (ISO 8601).
    """

    execution: str
    runbook: str
    result: str | None
    day: str
    promoted: Mapping[str, str] = field(default_factory=dict)
    wrote: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()
    streamed: frozenset[str] = frozenset()
    lossless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class World:
    """What facts are derived from. ``past`` are executions, oldest first."""

    network: Network
    plan: RecoveryPlan | None = None
    past: Sequence[Past] = ()

    @property
    def databases(self) -> Sequence[Database]:
        """The declared databases."""
        return tuple(self.network.databases.values())

    def took_over(self, database: Database) -> Past | None:
        """Return the last execution in which the standby of a database took over and was written to."""
        for one in reversed(self.past):
            if one.promoted.get(database.name) == database.standby and database.name in one.wrote:
                return one
        return None


def replication(world: World) -> Known:
    """Every database has a standby at another place, to which it is replicated as it is written."""
    if not world.databases:
        return _not_shown(text("no database is declared"))
    for one in world.databases:
        if _home(world, one.primary) == _home(world, one.standby):
            return _not_met(text("{database}: primary and standby stand in one place", database=one.name))
    modes = ", ".join(f"{one.name} {one.replication}" for one in world.databases)
    seen = {name: past.execution for past in world.past for name in (*past.streamed, *past.promoted)}
    if all(one.name in seen for one in world.databases):
        last = ", ".join(dict.fromkeys(seen[one.name] for one in world.databases))
        return _shown(text("{modes}; standbys seen in {executions}", modes=modes, executions=last))
    return _declared(text("declared in inventory/: {modes}", modes=modes))


def zero_loss(world: World) -> Known:
    """Every database waits for its standby, and an execution showed that nothing was lost."""
    late = [one.name for one in world.databases if not waits_for_remote(one.replication)]
    if late:
        return _not_met(text("does not wait for its standby: {databases}", databases=", ".join(late)))
    shown = {name: past.execution for past in world.past for name in past.lossless}
    missing = [one.name for one in world.databases if one.name not in shown]
    if missing or not world.databases:
        return _not_shown(text("no execution shows that nothing is lost: {databases}", databases=_list(missing)))
    return _shown(text("nothing was lost in {executions}", executions=_list(sorted(set(shown.values())))))


def processing_partly(world: World) -> Known:
    """Some database or application has a host at the standby site."""
    there = [one.standby for one in world.databases if _at_standby(world, one.standby)]
    if not there:
        return _not_shown(text("no host is declared at the standby site"))
    return _declared(text("declared in inventory/: {hosts}", hosts=_list(sorted(set(there)))))


def processing_ready(world: World) -> Known:
    """Every database and application has a host there, and every standby database took over in an execution."""
    here = [app.name for app in world.network.applications.values() if not _has_standby_host(world, app.hosts)]
    here += [one.name for one in world.databases if not _at_standby(world, one.standby)]
    if here or not world.databases:
        return _not_met(text("no host at the standby site: {names}", names=_list(here)))
    runs = {one.name: world.took_over(one) for one in world.databases}
    missing = [name for name, past in runs.items() if past is None]
    if missing:
        return _not_shown(text("no execution shows that the standby takes over: {databases}", databases=_list(missing)))
    shown = sorted({past.execution for past in runs.values() if past is not None})
    return _shown(text("the standby took over and was written to in {executions}", executions=_list(shown)))


def automatic_switch(world: World) -> Known:
    """Never met: an unplanned failover waits for two people (design section 5, rule 4)."""
    return _not_met(text("an unplanned failover waits for two people's approval; nothing switches by itself"))


def network_partly(world: World) -> Known:
    """A line is declared between the standby site and the rest."""
    lines = _lines(world)
    if not lines:
        return _not_shown(text("no line to the standby site is declared"))
    return _declared(text("declared in inventory/: {lines}", lines=_list(lines)))


def network_ready(world: World) -> Known:
    """Lines are declared, and clients' writes arrived over them at the standby site in an execution."""
    lines = _lines(world)
    if not lines:
        return _not_shown(text("no line to the standby site is declared"))
    runs = sorted({past.execution for one in world.databases if (past := world.took_over(one)) is not None})
    if not runs:
        return _not_shown(text("no execution shows writes that arrive at the standby site"))
    return _shown(text("writes arrived at the standby site in {executions}", executions=_list(runs)))


def central_switch(world: World) -> Known:
    """A recovery moves the addresses of services from one place, and an execution did."""
    runs = [past.execution for past in world.past if past.moved & past.wrote]
    if not runs:
        return _not_shown(text("no execution moved the address of a service"))
    return _shown(text("addresses of services were moved by routing in {executions}", executions=_list(runs[-3:])))


def drilled(world: World) -> Known:
    """The plan's runbooks were executed to their end."""
    ended = [past for past in world.past if past.result == "done"]
    if world.plan is None:
        return _not_shown(text("dr/plan.yaml cannot be read"))
    if not ended:
        return _not_shown(text("no execution of a runbook has ended well"))
    last = ended[-1]
    return _shown(
        text("executions that ended well: {count}, the last {execution} ({runbook}, {day})", count=len(ended),
             execution=last.execution, runbook=last.runbook, day=last.day[:10])
    )  # fmt: skip


FACTS: Mapping[str, Callable[[World], Known]] = {
    "replication": replication,
    "zero-loss": zero_loss,
    "processing-partly": processing_partly,
    "processing-ready": processing_ready,
    "automatic-switch": automatic_switch,
    "network-partly": network_partly,
    "network-ready": network_ready,
    "central-switch": central_switch,
    "drilled": drilled,
}


def _home(world: World, host: str) -> str | None:
    device = world.network.devices.get(host)
    return device.home if device is not None else None


def _at_standby(world: World, host: str) -> bool:
    """Say whether a host stands at the plan's standby site; without a plan, nobody knows which that is."""
    return world.plan is not None and _home(world, host) == world.plan.standby


def _has_standby_host(world: World, hosts: Sequence[str]) -> bool:
    return any(_at_standby(world, host) for host in hosts)


def _lines(world: World) -> list[str]:
    """Return the circuits with one end at the standby site and the other elsewhere."""
    found = []
    for name, circuit in world.network.circuits.items():
        ends = [_at_standby(world, circuit.a.device), _at_standby(world, circuit.z.device)]
        if ends.count(True) == 1:
            found.append(name)
    return found


def _list(names: Sequence[str]) -> str:
    return ", ".join(names) or "-"


def _shown(evidence: Text) -> Known:
    return Known(Standing.SHOWN, evidence)


def _declared(evidence: Text) -> Known:
    return Known(Standing.DECLARED, evidence)


def _not_met(evidence: Text) -> Known:
    return Known(Standing.NOT_MET, evidence)


def _not_shown(evidence: Text) -> Known:
    return Known(Standing.NOT_SHOWN, evidence)
