"""What goes wrong with a primary's host or its servers."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from fault_drill import ThereAndBack
from load_drill import Load
from recovery_drill import Drill, wait

from jbnet.lab import faults

LONGEST_PAUSE_S = 3.0
ROOT = "/var/lib/postgresql/15"
PROGRAMS = "/usr/lib/postgresql/15/bin"
AUTOSTART = (
    f"for d in {ROOT}/*/; do d=${{d%/}}; [ ! -f $d/PG_VERSION ] || {PROGRAMS}/pg_ctl -D $d -l $d.log -w start; done"
)


def kill_servers(drill: Drill) -> None:
    """End all servers of the primary at once; its kernel lives on."""
    drill.run_in(drill.host, "pkill", "-KILL", "-u", "postgres", "-x", "postgres")


@dataclass(frozen=True)
class Killed(ThereAndBack):
    """The line to the standby carries nothing for a while, then the primary is dead: what was on its way is gone."""

    settle_s: float
    pause_s: float
    line: faults.Fault
    power: bool
    name: str = "killed"

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
        lines = drill.lines_of(drill.network.devices[drill.standby].home)
        time.sleep(self.settle_s)
        drill.lab.impair_all(dict.fromkeys(lines, self.line))
        time.sleep(self.pause_s)
        if self.power:
            drill.lab.kill(drill.host)
        else:
            kill_servers(drill)
        drill.lab.impair_all(dict.fromkeys(lines, faults.UP))

    def mend(self, drill: Drill) -> None:
        """Give it power. No server starts by itself."""
        drill.lab.boot(drill.host)
        drill.await_reachable(drill.host)
        assert drill.running_servers(drill.host) == "", "a server started by itself after a kill"


@dataclass(frozen=True)
class Frozen(ThereAndBack):
    """All servers of the primary stop where they are and answer nobody."""

    settle_s: float
    name: str = "frozen"
    how: str = "SIGSTOP to all servers"

    @classmethod
    def of(cls, seed: int) -> Frozen:
        """Throw the dice."""
        return cls(random.Random(seed).uniform(0.2, 2.0))

    def inflict(self, drill: Drill) -> None:
        """Freeze them."""
        time.sleep(self.settle_s)
        drill.run_in(drill.host, "pkill", "-STOP", "-u", "postgres", "-x", "postgres")

    def mend(self, drill: Drill) -> None:
        """The fence ended them."""
        wait(lambda: drill.running_servers(drill.host) == "", "the frozen servers to be ended")


@dataclass(frozen=True)
class Autostart(ThereAndBack):
    """The dead primary boots after the failover, and its servers are started by it, as an init system would."""

    killed: Killed
    name: str = "autostart"

    @classmethod
    def of(cls, seed: int) -> Autostart:
        """Throw the dice for its death: always by power."""
        found = Killed.of(seed)
        return cls(Killed(found.settle_s, found.pause_s, found.line, power=True))

    @property
    def how(self) -> str:
        """Say how it died."""
        return f"{self.killed.how}; servers start at boot"

    def inflict(self, drill: Drill) -> None:
        """Kill it."""
        self.killed.inflict(drill)

    def mend(self, drill: Drill) -> None:
        """Boot it, and start what is there: it was stopped by nobody, so nothing tells it that it was replaced."""
        self.killed.mend(drill)
        drill.console(drill.host, AUTOSTART)
        assert len(drill.leading()) == 2 * len(drill.network.databases), "they were to believe that they lead"


@dataclass(frozen=True)
class StraightBack:
    """The way back is begun the moment that the databases lead at the standby site: no checkpoint has been written."""

    settle_s: float
    name: str = "straight back"
    how: str = "kill -9, failback at once"
    may_lose: bool = True

    @classmethod
    def of(cls, seed: int) -> StraightBack:
        """Throw the dice."""
        return cls(random.Random(seed).uniform(0.2, 2.0))

    def through(self, drill: Drill, _: Load) -> str:
        """Wait for nothing."""
        time.sleep(self.settle_s)
        kill_servers(drill)
        moved = drill.carried_out("failover")
        drill.carried_out("failback")
        return moved
