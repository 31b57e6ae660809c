"""Faults under load: what jbnet reports lost is what clients know they lost, and never do both sites take writes.

The primary is killed again and again by dice: ``SEEDS`` (such as ``1-20``, or ``3,7``) chooses them. ``FAULTS`` chooses
among ``killed``, ``frozen``, ``cut off`` and ``planned``; without it, all but the last. One lab serves all; each
ends where the next begins, with the declared primaries leading. Databases declared ``sync`` (production) lose nothing
acknowledged; of the others the reported list is held against the clients' own record, transaction by transaction.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from fault_drill import Fault, Outcome, judged, printed
from load_drill import lay_ledger
from recovery_drill import Drill, wait

from jbnet.lab import faults
from jbnet.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.timeout(900)]

LONGEST_PAUSE_S = 3.0
LOSING = 0.75
"""The share of kills that must lose something, or the test is not a test."""


@dataclass(frozen=True)
class Killed:
    """The line to the standby carries nothing for a while, then the primary is dead: what was on its way is gone."""

    settle_s: float
    pause_s: float
    line: faults.Fault
    power: bool
    name: str = "killed"
    runbook: str = "failover"

    @classmethod
    def of(cls, seed: int) -> Killed:
        """Throw the dice. Every fifth time or so the servers alone are killed, and the host's kernel lives on."""
        dice = random.Random(seed)
        settle, pause = dice.uniform(0.2, 2.0), dice.uniform(0.1, LONGEST_PAUSE_S)
        return cls(settle, pause, dice.choice((faults.CUT, faults.SILENT)), dice.random() < 4 / 5)

    @property
    def how(self) -> str:
        """Say what is killed, and since when the line carries nothing."""
        return f"{'power' if self.power else 'kill -9'}, line {self.line.word} {self.pause_s:.1f} s before"

    def inflict(self, drill: Drill) -> None:
        """Take the line away, then the primary, then give the line back."""
        standby = next(iter(drill.network.databases.values())).standby
        lines = drill.lines_of(drill.network.devices[standby].home)
        time.sleep(self.settle_s)
        drill.lab.impair_all(dict.fromkeys(lines, self.line))
        time.sleep(self.pause_s)
        if self.power:
            drill.lab.kill(drill.host)
        else:
            drill.run_in(drill.host, "pkill", "-KILL", "-u", "postgres", "-x", "postgres")
        drill.lab.impair_all(dict.fromkeys(lines, faults.UP))

    def mend(self, drill: Drill) -> None:
        """Give it power. No server starts by itself."""
        drill.lab.boot(drill.host)
        drill.await_reachable(drill.host)
        assert drill.running_servers(drill.host) == "", "a server started by itself after a kill"


@dataclass(frozen=True)
class Frozen:
    """All servers of the primary stop where they are and answer nobody."""

    settle_s: float
    name: str = "frozen"
    runbook: str = "failover"
    how: str = "SIGSTOP to all servers"

    def inflict(self, drill: Drill) -> None:
        """Freeze them."""
        time.sleep(self.settle_s)
        drill.run_in(drill.host, "pkill", "-STOP", "-u", "postgres", "-x", "postgres")

    def mend(self, drill: Drill) -> None:
        """The fence ended them."""
        wait(lambda: drill.running_servers(drill.host) == "", "the frozen servers to be ended")


@dataclass(frozen=True)
class CutOff:
    """The primary's site is cut off and lives: its servers run on until they are reached again."""

    settle_s: float
    name: str = "cut off"
    runbook: str = "failover"
    how: str = "all lines of the site, servers alive"

    def inflict(self, drill: Drill) -> None:
        """Cut every line of its site."""
        time.sleep(self.settle_s)
        for line in drill.lines_of(drill.network.devices[drill.host].home):
            drill.lab.cut(line)

    def mend(self, drill: Drill) -> None:
        """Heal them."""
        assert drill.running_servers(drill.host) != "", "it was to stay alive behind the cut"
        for line in drill.lines_of(drill.network.devices[drill.host].home):
            drill.lab.heal(line)
        drill.await_reachable(drill.host)


@dataclass(frozen=True)
class Planned:
    """Nothing is wrong."""

    name: str = "planned"
    runbook: str = "switchover"
    how: str = "switchover and back"

    def inflict(self, drill: Drill) -> None:
        """Do nothing."""

    def mend(self, drill: Drill) -> None:
        """There is nothing to mend."""


def chosen() -> Iterator[tuple[Fault, int]]:
    """Yield the faults that the environment asks for."""
    wanted = os.environ.get("FAULTS", "killed,frozen,cut off").split(",")
    if "killed" in wanted:
        ends = [part.partition("-") for part in os.environ.get("SEEDS", "1-3").split(",")]
        yield from ((Killed.of(n), n) for first, _, last in ends for n in range(int(first), int(last or first) + 1))
    settle = random.Random(1).uniform(0.2, 2.0)
    others: tuple[Fault, ...] = (Frozen(settle), CutOff(settle), Planned())
    yield from ((fault, 1) for fault in others if fault.name in wanted)


CASES = list(chosen())


@pytest.fixture(scope="module")
def drill(demo_workspace: Path, demo_lab: Lab) -> Drill:
    """The session's lab, deployed, with the databases up and a ledger in each."""
    found = Drill(demo_workspace, demo_lab)
    found.deploy()
    found.jbnet("databases", "set-up")
    lay_ledger(found)
    return found


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Outcome]]:
    """The lines of all faults; printed at the end, however that came about."""
    lines: list[Outcome] = []
    yield lines
    kept = Path(os.environ.get("TABLE") or tmp_path_factory.mktemp("table") / "faults-under-load.jsonl")
    kept.write_text("".join(json.dumps(asdict(line)) + "\n" for line in lines))
    print(f"\n{printed(lines)}\n{kept}")


@pytest.mark.parametrize(("fault", "seed"), CASES, ids=[f"{fault.name} {seed}" for fault, seed in CASES])
def test_what_is_reported_lost_is_what_clients_know_they_lost(
    drill: Drill, table: list[Outcome], tmp_path: Path, fault: Fault, seed: int
) -> None:
    outcome = judged(drill, fault, seed, tmp_path)
    table.append(outcome)
    print(f"\n{printed([outcome])}\n{outcome.seconds} s")
    assert outcome.two_writers_ms == 0
    if fault.runbook == "switchover":
        assert set(outcome.lost.values()) == {0}


def test_most_kills_did_lose_something(table: list[Outcome]) -> None:
    killed = [outcome for outcome in table if outcome.fault == "killed"]
    losing = [outcome.seed for outcome in killed if sum(outcome.lost.values())]
    assert len(losing) >= LOSING * len(killed), f"only {losing} lost something: the dice are too kind"
