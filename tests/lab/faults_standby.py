"""What goes wrong with the standby: behind, without its slot, without space, or somebody else's."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from faults_hosts import PROGRAMS, ROOT
from load_drill import Load, ask
from recovery_drill import PATIENCE_S, Drill, wait

from jbnet.lab import faults

REJOIN = "dr/runbooks/rejoin.yaml"
WAL = "SELECT count(pg_logical_emit_message(false, 'ballast', repeat('x', 1000000))) FROM generate_series(1, {mb})"
ASYNC = ("exchange", "decision")


def pg_ctl(drill: Drill, host: str, database: str, *words: str) -> None:
    """Start or stop a server at its host's console."""
    data = f"{ROOT}/{database}"
    drill.console(host, f"{PROGRAMS}/pg_ctl -D {data} -l {data}.log -w {' '.join(words)} >/dev/null")


def rejoin(drill: Drill, *codes: int) -> str:
    """Let the standby site follow again; return the execution."""
    drill.jbnet("dr", "failback", "--runbook", str(drill.workspace / REJOIN), codes=codes or (0,))
    return str(drill.executions()[-1]["execution"])


@dataclass(frozen=True)
class Behind:
    """The standby of one database has received nothing for longer than is allowed, and the primary is given up."""

    behind_s: float
    name: str = "behind"
    may_lose: bool = True

    @classmethod
    def of(cls, seed: int) -> Behind:
        """Throw the dice."""
        return cls(random.Random(seed).uniform(4.0, 8.0))

    @property
    def how(self) -> str:
        """Say for how long."""
        return f"sender frozen {self.behind_s:.1f} s, objective 2 s; accepted by name"

    def through(self, drill: Drill, load: Load) -> str:
        """Be behind; nobody signs that unless it is said; then it is lost, and listed."""
        with _objective(drill):
            self._freeze_sender(drill, "exchange")
            time.sleep(self.behind_s)
            events = drill.start("dr", "failover", "--as", "operator")
            execution = drill.asked_for(events)
            signing = ("dr", "approve", execution, "--yes", "--key")
            drill.jbnet(*signing, str(drill.people.keys[0]), codes=(4,))
            for key in drill.people.keys:
                drill.jbnet(*signing, str(key), "--accept-loss")
            assert events.finish(2 * PATIENCE_S) == 0
        load.await_event("acked")
        drill.carried_out("failback")
        return execution

    @staticmethod
    def _freeze_sender(drill: Drill, database: str) -> None:
        """Freeze what sends a database's log to the standby; the fence ends it with its server."""
        sender = ask(drill, drill.host, database, "SELECT pid FROM pg_stat_replication")
        drill.run_in(drill.host, "kill", "-STOP", sender)


@contextmanager
def _objective(drill: Drill) -> Iterator[None]:
    """Declare that two seconds of exchange may be lost, during the ``with``."""
    declared = drill.workspace / "inventory/services.yaml"
    before = declared.read_text()
    declared.write_text(before.replace("rpo_s: 60", "rpo_s: 2", 1))
    assert declared.read_text() != before
    try:
        yield
    finally:
        declared.write_text(before)


@dataclass(frozen=True)
class SlotLost:
    """The line is away for so long that the log the standby lacks is kept no more: it is copied anew."""

    name: str = "slot lost"
    how: str = "line cut, limit of 1 MB, 200 MB of log"
    may_lose: bool = False

    @classmethod
    def of(cls, _: int) -> SlotLost:
        """Throw no dice."""
        return cls()

    def through(self, drill: Drill, load: Load) -> None:
        """Lose the slots of the databases that wait for nobody; production stands still meanwhile."""
        lines = drill.lines_of(drill.network.devices[drill.standby].home)
        with _little_log(drill):
            drill.lab.impair_all(dict.fromkeys(lines, faults.CUT))
            for name in ASYNC:
                ask(drill, drill.host, name, WAL.format(mb=200))
                wait(lambda n=name: self._lost(drill, n), f"the slot of {name} to be lost")  # type: ignore[misc]  # a lambda's defaults have no types
            drill.lab.impair_all(dict.fromkeys(lines, faults.UP))
            drill.await_reachable(drill.standby)
            load.await_event("acked")
            execution = rejoin(drill)
        assert drill.journal(execution).count("copy, because") > 0

    @staticmethod
    def _lost(drill: Drill, name: str) -> bool:
        ask(drill, drill.host, name, "CHECKPOINT")
        return "lost" in ask(drill, drill.host, name, "SELECT wal_status FROM pg_replication_slots")


@contextmanager
def _little_log(drill: Drill) -> Iterator[None]:
    """Keep hardly any log for a standby, during the ``with``."""
    settings = {"max_slot_wal_keep_size": "1MB", "wal_keep_size": "0"}
    for name in ASYNC:
        for key, value in settings.items():
            ask(drill, drill.host, name, f"ALTER SYSTEM SET {key} = '{value}'")
        ask(drill, drill.host, name, "SELECT pg_reload_conf()")
    try:
        yield
    finally:
        for name in ASYNC:
            ask(drill, drill.host, name, "ALTER SYSTEM RESET ALL")
            ask(drill, drill.host, name, "SELECT pg_reload_conf()")


@dataclass(frozen=True)
class WrongCluster:
    """Behind the standby's address there is another cluster that calls itself a standby."""

    database: str = "decision"
    name: str = "wrong cluster"
    how: str = "another initdb at the standby: all refused, its data kept"
    may_lose: bool = False

    @classmethod
    def of(cls, _: int) -> WrongCluster:
        """Throw no dice."""
        return cls()

    def through(self, drill: Drill, _: Load) -> None:
        """Nothing moves there, and nothing of it is overwritten, until people have put it aside."""
        data = f"{ROOT}/{self.database}"
        self._exchange(drill, data)
        for runbook in ("switchover", "failover"):
            drill.jbnet("dr", runbook, "--as", "operator", codes=(4,))
            self._give_up(drill)
        rejoin(drill, 4)
        self._give_up(drill)
        pg_ctl(drill, drill.standby, self.database, "-m", "fast", "stop")
        drill.console(drill.standby, f"mv {data} {data}.wrong && test -f {data}.wrong/theirs")
        rejoin(drill)
        drill.console(drill.standby, f"rm -rf {data}.wrong {data}.right")

    def _exchange(self, drill: Drill, data: str) -> None:
        """Put another cluster in the place, with the same settings."""
        pg_ctl(drill, drill.standby, self.database, "-m", "fast", "stop")
        made = f"mv {data} {data}.right && {PROGRAMS}/initdb -k -D {data} >/dev/null && cp {data}.right/*.conf {data}"
        drill.console(drill.standby, made)
        for word in ("start", "stop"):  # its control file has the settings of these files by now
            pg_ctl(drill, drill.standby, self.database, word)
        drill.console(drill.standby, f"touch {data}/standby.signal {data}/theirs")
        pg_ctl(drill, drill.standby, self.database, "start")

    @staticmethod
    def _give_up(drill: Drill) -> None:
        drill.jbnet("dr", "resume", "--abandon", str(drill.executions()[-1]["execution"]))
