"""A disk without space, at the standby or at the primary."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from faults_hosts import ROOT
from faults_standby import ASYNC, WAL, pg_ctl
from load_drill import Load, ask, asking
from recovery_drill import Drill, wait

DATABASE = "production"
LOG, ASIDE = f"{ROOT}/{DATABASE}/pg_wal", f"{ROOT}/log-aside"
SPARE_MB = 400
BURST_MB = 120
"""Log files that were made ready before are used up first. Once there is space again all of it must fit."""


@dataclass(frozen=True)
class DiskFull:
    """There is no space for the log of the database whose commits wait: nothing more is acknowledged, nothing lost."""

    at_primary: bool
    name: str = "disk full"
    may_lose: bool = False

    @classmethod
    def of(cls, seed: int) -> DiskFull:
        """Throw no dice: the standby's with odd seeds, the primary's with even ones."""
        return cls(at_primary=seed % 2 == 0)

    @property
    def how(self) -> str:
        """Say whose."""
        if self.at_primary:
            return "the primary's log has no space: failed over, given back, failed back"
        return "the standby's log has no space; given back"

    def through(self, drill: Drill, load: Load) -> str | None:
        """Fill the disk, do what is to be done, and give the space back."""
        host = drill.host if self.at_primary else drill.standby
        with _small_disk(drill, host):
            load.await_event("acked")
            drill.console(host, f"dd if=/dev/zero of={LOG}/ballast bs=1M 2>/dev/null; true")
            drill.lab.run(drill.host, asking(drill, DATABASE, WAL.format(mb=BURST_MB)))  # it may die of that
            moved = self._without(drill, load)
            drill.console(host, f"rm {LOG}/ballast")
            load.await_event("acked")
            drill.bring_home()
            load.await_event("acked")
        return moved

    def _without(self, drill: Drill, load: Load) -> str | None:
        """Without space: others go on; the primary's database is moved, the standby's commits wait."""
        wait(lambda: load.rate()[1] == 0, "commits to stand still")
        if self.at_primary:
            return drill.carried_out("failover", "--database", DATABASE)
        wait(lambda: _waiting(drill) > 0, "commits to wait")
        load.await_event("acked", ASYNC)
        return None


def _waiting(drill: Drill) -> int:
    return int(ask(drill, drill.host, DATABASE, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))


@contextmanager
def _small_disk(drill: Drill, host: str) -> Iterator[None]:
    """Have the database's log on a disk of its own with little left, during the ``with``."""
    pg_ctl(drill, host, DATABASE, "-m", "fast", "stop")
    move = (
        f"cp -a {LOG} {ASIDE}; used=$(du -sm {ASIDE} | cut -f1);"
        f" mount -t tmpfs -o size=$((used + {SPARE_MB}))M,mode=700 small {LOG}; chown postgres: {LOG};"
        f" cp -a {ASIDE}/. {LOG}/; rm -rf {ASIDE}"
    )
    drill.run_in(host, "sh", "-ec", move)
    pg_ctl(drill, host, DATABASE, "start")
    try:
        yield
    finally:
        pg_ctl(drill, host, DATABASE, "-m", "fast", "stop")
        back = f"cp -a {LOG} {ASIDE}; umount {LOG}; rm -rf {LOG}; cp -a {ASIDE} {LOG}; rm -rf {ASIDE}"
        drill.run_in(host, "sh", "-ec", back)
        pg_ctl(drill, host, DATABASE, "start")
