"""One fault under load: what clients, three places and jbnet's report say of it, held against each other."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from load_drill import Fates, Load, Seen, await_same, reported
from recovery_drill import Drill

from jbnet.recovery.modes import waits_for_remote

HEAD = ("fault", "seed", "tx/s", "database", "RTO s", "acked", "lost", "reported", "no answer", "two writers ms", "how")


class Fault(Protocol):
    """Something that goes wrong while clients write, and the way through it to where it began."""

    @property
    def name(self) -> str:
        """Return the kind of fault."""

    @property
    def how(self) -> str:
        """Say in a few words what the dice made of it."""

    @property
    def may_lose(self) -> bool:
        """Say whether databases that wait for nobody may lose what they acknowledged."""

    def through(self, drill: Drill, load: Load) -> str | None:
        """Let it go wrong under load, and come back to the declared primaries leading.

        Return the execution whose report lists what was lost; None: nothing may be.
        """


class ThereAndBack:
    """A fault that takes the databases to the other site and, once the host is back, home again."""

    may_lose = True

    def inflict(self, drill: Drill) -> None:
        """Do it."""
        raise NotImplementedError

    def mend(self, drill: Drill) -> None:
        """After the databases have moved: bring the host back, so that it can follow."""
        raise NotImplementedError

    def through(self, drill: Drill, load: Load) -> str | None:
        """Inflict it, move the databases, bring them back; return the execution that moved them."""
        self.inflict(drill)
        drill.await_reachable(drill.standby)
        moved = drill.carried_out("failover")
        load.await_event("acked")
        self.mend(drill)
        load.await_event("acked")
        drill.carried_out("failback")
        load.await_event("acked")
        return moved


@dataclass(frozen=True)
class Outcome:
    """A line of the table. Per database: RTO in s, acknowledged, acknowledged and missing, reported by jbnet.

    ``reported`` counts those that a client was told of, ``unanswered`` those reported that no client got an answer to.
    """

    fault: str
    how: str
    seed: int
    rate: float
    rto_s: Mapping[str, float]
    acknowledged: Mapping[str, int]
    lost: Mapping[str, int]
    reported: Mapping[str, int]
    unanswered: Mapping[str, int]
    two_writers_ms: float
    seconds: float


def printed(lines: Sequence[Outcome]) -> str:
    """Return the table as people read it."""
    rows = [
        (o.fault, str(o.seed), f"{o.rate:.0f}", name, f"{o.rto_s[name]:.1f}", str(o.acknowledged[name]),
         str(o.lost[name]), str(o.reported[name]), str(o.unanswered[name]), str(o.two_writers_ms), o.how)
        for o in lines for name in o.rto_s
    ]  # fmt: skip
    widths = [max(len(row[column]) for row in (HEAD, *rows)) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in (HEAD, *rows))


def judged(drill: Drill, fault: Fault, seed: int, folder: Path) -> Outcome:
    """Carry a fault through and judge it by all records. One lost that is not reported, or the reverse, fails."""
    began, before = time.monotonic(), len(drill.executions())
    load = Load(drill, f"{fault.name.replace(' ', '-')}-{seed}")
    try:
        rate = load.await_rate()
        moved = fault.through(drill, load)
        load.await_event("acked")
    finally:
        load.close()
    await_same(drill)
    for standing in drill.executions()[before:]:
        drill.jbnet("dr", "verify", standing["execution"])
    seen = load.measured()
    listed: dict[str, Sequence[Mapping[str, Any]] | None] = dict.fromkeys(seen, ())
    if moved is not None:
        listed |= reported(drill, moved, folder / "report.json")
    told, untold = {}, {}
    assert fault.may_lose or not any(one.lost for one in seen.values()), "this fault may lose nothing"
    for name, database in drill.network.databases.items():
        waits = waits_for_remote(database.replication)
        known = _compared(name, load.fates(name), seen[name], _of(load, listed[name]), waits=waits)
        told[name], untold[name] = known
    assert drill.leaders() == dict.fromkeys(drill.network.databases, drill.host)
    return Outcome(
        fault.name, fault.how, seed, rate, {n: one.rto_s for n, one in seen.items()},
        {n: one.acknowledged for n, one in seen.items()}, {n: len(one.lost) for n, one in seen.items()},
        told, untold, load.two_writers_ms(), round(time.monotonic() - began, 1),
    )  # fmt: skip


def _of(load: Load, listed: Sequence[Mapping[str, Any]] | None) -> list[Mapping[str, Any]] | None:
    """Return of a list what the load's clients paid, by numbers; others who write beside it judge their own."""
    if listed is None:
        return None
    return [{**one, "numbers": [n for n in one["numbers"] if n.partition("/")[0] in load.clients]} for one in listed]


def _compared(
    name: str, fates: Fates, seen: Seen, listed: Sequence[Mapping[str, Any]] | None, *, waits: bool
) -> tuple[int, int]:
    """Hold jbnet's list against the clients' records; return how many of it they were told of, and not told of."""
    assert listed is not None, f"{name}: jbnet does not know what was lost"
    xids = {number: one["id"] for one in listed for number in one["numbers"]}
    assert len(xids) == sum(len(one["numbers"]) for one in listed), f"{name}: one is listed twice"
    told = set(xids) - fates.unknown
    assert told == seen.lost, f"{name}: the list is not what clients know they lost"
    assert {number: fates.xids[number] for number in told} == {number: xids[number] for number in told}
    assert not (waits and seen.lost), f"{name} is synchronous, and lost what it had acknowledged"
    return len(told), len(xids) - len(told)
