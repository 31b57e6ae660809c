"""What goes wrong with a step of a recovery, or with the people at it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fault_drill import ThereAndBack
from faults_hosts import PROGRAMS, ROOT, Killed, kill_servers
from load_drill import Load
from recovery_drill import PATIENCE_S, Drill

COPIES = "/run/programs"


@contextmanager
def put_over(drill: Drill, device: str, program: str, script: str) -> Iterator[None]:
    """Have a script run in a program's place on a device during the ``with``."""
    stand_in = f"/run/{program.rsplit('/', 1)[-1]}.stand-in"
    drill.run_in(device, "sh", "-c", 'printf "#!/bin/sh\\n%s\\n" "$2" >"$1" && chmod 755 "$1"', "-", stand_in, script)
    drill.run_in(device, "mount", "--bind", stand_in, program)
    try:
        yield
    finally:
        drill.run_in(device, "umount", program)


@dataclass(frozen=True)
class Planned:
    """Nothing is wrong with hosts or lines. A second operator begins another move meanwhile; somebody signs twice."""

    name: str = "planned"
    how: str = "switchover and back; two operators, one signs twice"
    may_lose: bool = False

    @classmethod
    def of(cls, _: int) -> Planned:
        """Throw no dice."""
        return cls()

    def through(self, drill: Drill, load: Load) -> str:
        """Move, and move back."""
        events = drill.start("dr", "switchover", "--as", "operator")
        execution = drill.asked_for(events)
        drill.jbnet("dr", "switchover", "--as", "other", codes=(4,))
        first, second = drill.people.keys
        drill.jbnet("dr", "approve", execution, "--yes", "--key", str(first))
        drill.jbnet("dr", "approve", execution, "--yes", "--key", str(first), codes=(4,))
        assert [e for e in events.seen if e.get("event") == "dr.step.done" and e["subject"] == "approve"] == []
        drill.jbnet("dr", "approve", execution, "--yes", "--key", str(second))
        assert events.finish(2 * PATIENCE_S) == 0
        load.await_event("acked")
        drill.carried_out("failback")
        return execution


class StepFails:
    """The servers of the primary are dead, and a step of the failover fails until it is mended."""

    may_lose = True

    def through(self, drill: Drill, load: Load) -> str:
        """Fail over as far as that goes, mend, go on, and come back."""
        kill_servers(drill)
        with self.broken(drill), drill.under_way("failover") as (events, execution):
            assert events.finish(2 * PATIENCE_S) == 3
            load.await_event("acked", self.moved(drill))
        assert drill.ended(execution) == "done"
        load.await_event("acked")
        drill.carried_out("failback")
        return execution

    @contextmanager
    def broken(self, drill: Drill) -> Iterator[None]:
        """Have what is broken during the ``with``."""
        raise NotImplementedError
        yield

    def moved(self, drill: Drill) -> set[str]:
        """Return the databases that move all the same."""
        raise NotImplementedError


@dataclass(frozen=True)
class SecondPromotion(StepFails):
    """Of three promotions the second is refused: the standby's data directory belongs to somebody else."""

    name: str = "second promotion"
    how: str = "data directory owned by root; mended, then resumed"

    @classmethod
    def of(cls, _: int) -> SecondPromotion:
        """Throw no dice."""
        return cls()

    @contextmanager
    def broken(self, drill: Drill) -> Iterator[None]:
        """Give the directory away; a running server can still read it."""
        data = f"{ROOT}/{self._second(drill)}"
        drill.run_in(drill.standby, "sh", "-c", 'chmod 755 "$1" && chown root: "$1"', "-", data)
        yield
        drill.run_in(drill.standby, "sh", "-c", 'chown postgres: "$1" && chmod 700 "$1"', "-", data)

    def moved(self, drill: Drill) -> set[str]:
        """Return the others."""
        return set(drill.network.databases) - {self._second(drill)}

    @staticmethod
    def _second(drill: Drill) -> str:
        return sorted(drill.network.databases.values(), key=lambda one: one.rto_s)[1].name


@dataclass(frozen=True)
class RouterRefuses(StepFails):
    """The routing of the new leader's host takes no configuration."""

    name: str = "router refuses"
    how: str = "vtysh turns everybody away; mended, then resumed"

    @classmethod
    def of(cls, _: int) -> RouterRefuses:
        """Throw no dice."""
        return cls()

    @contextmanager
    def broken(self, drill: Drill) -> Iterator[None]:
        """Turn everybody away."""
        with put_over(drill, drill.standby, "/usr/bin/vtysh", "echo VTY configuration is locked >&2; exit 1"):
            yield

    def moved(self, drill: Drill) -> set[str]:
        """None can be reached."""
        return set()


@dataclass(frozen=True)
class RewindFails(ThereAndBack):
    """pg_rewind is killed half way, when the old primary has what the new one lacks."""

    killed: Killed
    after_s: float
    name: str = "rewind fails"

    @classmethod
    def of(cls, seed: int) -> RewindFails:
        """Throw the dice: the servers alone are killed, and pg_rewind after a moment."""
        found = Killed.of(seed)
        return cls(
            Killed(found.settle_s, found.pause_s, found.line, power=False), random.Random(seed).uniform(0.02, 0.3)
        )

    @property
    def how(self) -> str:
        """Say when."""
        return f"{self.killed.how}; pg_rewind killed after {self.after_s:.2f} s"

    def through(self, drill: Drill, load: Load) -> str:
        """Come back with a pg_rewind that does not live long: a whole copy takes its place, and says why."""
        self.killed.inflict(drill)
        drill.await_reachable(drill.standby)
        moved = drill.carried_out("failover")
        load.await_event("acked")
        drill.run_in(drill.host, "sh", "-c", f"mkdir -p {COPIES} && cp {PROGRAMS}/* {COPIES}")
        short = f'timeout -s KILL {self.after_s:.2f} {COPIES}/pg_rewind "$@"; exit 1'
        with put_over(drill, drill.host, f"{PROGRAMS}/pg_rewind", short):
            back = drill.carried_out("failback")
        assert drill.journal(back).count("copy, because") > 0
        return moved
