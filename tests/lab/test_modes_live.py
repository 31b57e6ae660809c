"""Replication modes on two real PostgreSQL hosts: what commits do while the standby is cut off, and after."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from small_hosts import ROUTER, SERVICES, A, B, small_hosts
from test_databases_live import Drill, StaticRoutes, playbook, wait
from test_readiness_live import ROOT, Site

from jbnet.model.business import Replication
from jbnet.recovery.loss import Loss, loss_of
from jbnet.recovery.observed import Recorded, ServerLook
from jbnet.recovery.readiness import Check, Level, Question

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]
BLOCK, DEGRADE, ASYNC = "production", "exchange", "decision"
MODES = {BLOCK: Replication.BLOCK, DEGRADE: Replication.DEGRADE, ASYNC: Replication.ASYNC}


class Modes(Site):
    """A site whose databases have one mode each, and hands to cut the line to the standby."""

    def cut(self) -> None:
        self.hosts.execute(ROUTER, "ip", "link", "set", "two-1", "down")

    def heal(self) -> None:
        self.hosts.execute(ROUTER, "ip", "link", "set", "two-1", "up")

    def commit(self, name: str, host: str = A) -> subprocess.Popen[bytes]:
        """Begin a commit that nobody waits for here."""
        port = self.hosts.network.databases[name].port
        insert = "INSERT INTO client_writes SELECT 'modes', coalesce(max(n), 0) + 1 FROM client_writes"
        psql = f'psql -XqAt -v ON_ERROR_STOP=1 -h {ROOT} -p {port} -d {name} -c "{insert}"'
        enter = ["nsenter", "-t", str(self.hosts.first_process(host)), "-n", "-m", "-p", "--"]
        return subprocess.Popen([*enter, "runuser", "-u", "postgres", "--", "sh", "-c", psql], cwd="/")

    def waiting(self, name: str) -> int:
        """Count the commits that wait for a standby."""
        return int(self.sql(A, name, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"))

    def server(self, name: str, host: str = A) -> ServerLook:
        return self.servers.look(host, [name])[name]

    def recorded(self, name: str, host: str = A) -> Recorded:
        record = self.server(name, host).recorded
        assert record is not None
        return record

    def synchronous(self, name: str) -> tuple[Level, str]:
        result = next(r for r in self.results(name) if r.check is Check.SYNCHRONOUS)
        return result.level, str(result.found)

    def loss(self, name: str) -> Loss:
        return loss_of(self.look(name), Question.FAILOVER)

    def await_settled(self, names: tuple[str, ...] = (BLOCK, DEGRADE)) -> None:
        """Wait until commits of all that are to wait do, and that is on record at the standby too."""
        wait(lambda: all(self._settled(name) for name in names), 60)

    def _settled(self, name: str) -> bool:
        records = [self.server(name, host).recorded for host in (A, B)]
        return self.synchronous(name)[0] is Level.GREEN and all(r is not None and r.waits for r in records)


M = TypeVar("M", bound=Modes)


@contextmanager
def site_of(modes: Mapping[str, Replication], kind: type[M]) -> Iterator[M]:
    """Have hosts with a database of each mode, set up and written to, their commits waiting as they are to."""
    directory = Path(tempfile.mkdtemp(prefix="jbnet-test-"))
    directory.chmod(0o755)
    try:
        with small_hosts(directory, modes) as made:
            assert playbook(made)[0]
            found = kind(made)
            for name, address in SERVICES.items():
                StaticRoutes(made).announce(address, A, prefer=False)
                found.write(name)
            found.await_settled()
            yield found
    finally:
        shutil.rmtree(directory)


@pytest.fixture(scope="module")
def site() -> Iterator[Modes]:
    """Two hosts with a database of each mode."""
    with site_of(MODES, Modes) as found:
        yield found


def test_block_stands_still_degrade_goes_on_with_its_position_and_both_come_back(site: Modes) -> None:
    assert playbook(site.hosts) == (True, []), "a second run changes nothing, with the keepers running"
    wait(lambda: all(site.loss(name).nothing for name in (BLOCK, DEGRADE)))
    assert not site.loss(ASYNC).nothing
    site.cut()
    begun = {name: site.commit(name) for name in SERVICES}
    assert begun[ASYNC].wait(10) == 0
    wait(lambda: site.waiting(BLOCK) == site.waiting(DEGRADE) == 1)
    assert site.recorded(DEGRADE).waits, "before it goes on, it waits"

    assert begun[DEGRADE].wait(60) == 0
    record = site.recorded(DEGRADE)
    assert not record.waits
    level, said = site.synchronous(DEGRADE)
    assert level is Level.RED
    assert f"{record.lsn >> 32:X}/{record.lsn & 0xFFFFFFFF:X}" in said
    assert site.commit(DEGRADE).wait(10) == 0, "the next one does not wait either"
    assert (site.server(DEGRADE).written or 0) > record.lsn
    assert not site.loss(DEGRADE).nothing
    assert begun[BLOCK].poll() is None
    assert site.waiting(BLOCK) == 1
    assert site.recorded(BLOCK).waits
    assert site.synchronous(ASYNC)[0] is Level.GREEN

    site.heal()
    assert begun[BLOCK].wait(60) == 0
    site.await_settled()
    assert site.server(DEGRADE).synchronous_to == "FIRST 1 (two_db1)"
    wait(lambda: all(site.loss(name).nothing for name in (BLOCK, DEGRADE)))
    rows = site.sql(A, DEGRADE, "SELECT waits FROM jbnet_waits ORDER BY n", DEGRADE).split()
    assert rows[-3:] == ["t", "f", "t"], "what happened meanwhile stays on record"


def test_a_restart_while_alone_stays_alone_and_a_keeper_that_is_gone_lets_nothing_go_on(site: Modes) -> None:
    site.cut()
    wait(lambda: not site.recorded(DEGRADE).waits, 60)
    site.pg_ctl(A, DEGRADE, "restart", "-m", "fast")
    assert site.commit(DEGRADE).wait(10) == 0
    site.heal()
    site.await_settled()
    site.shell(A, "for p in /proc/[0-9]*; do grep -qs '[j]bnet-keeper' $p/cmdline && kill -9 ${p#/proc/}; done; true")
    wait(lambda: site.synchronous(DEGRADE)[0] is Level.AMBER)
    site.cut()
    begun = site.commit(DEGRADE)
    wait(lambda: site.waiting(DEGRADE) == 1 and not site.server(DEGRADE).followers, 60)
    assert begun.poll() is None
    site.servers.server(DEGRADE, A).start()  # it runs; its keeper is started
    site.servers.server(BLOCK, A).start()
    assert begun.wait(60) == 0, "the keeper is back, and lets it go on"
    site.heal()
    site.await_settled()


def test_a_new_leader_waits_for_nobody_until_it_has_its_standby_again_in_every_mode(site: Modes) -> None:
    site.cut()
    wait(lambda: not site.recorded(DEGRADE).waits, 60)
    assert site.commit(DEGRADE).wait(10) == 0
    site.heal()
    site.await_settled()
    drill = Drill(site.hosts)
    site.hosts.kill(A)
    wait(lambda: site.loss(BLOCK).nothing)  # commits waited to the end, and do not go on alone
    assert not site.loss(DEGRADE).nothing, "it may have gone on alone: nobody here can know"
    drill.failover()
    wait(lambda: not site.recorded(BLOCK, B).waits and not site.recorded(DEGRADE, B).waits)
    assert [state.synchronous_to for state in drill.states(B)] == ["", "", ""]
    assert [site.commit(name, B).wait(10) for name in SERVICES] == [0, 0, 0]
    site.hosts.boot(A)
    drill.step("rebuild-standby", host=A, source=B)
    site.await_settled()
    assert [state.synchronous_to for state in drill.states(B)] == ["FIRST 1 (one_db1)", "FIRST 1 (one_db1)", ""]
    assert site.shell(A, f"ls {ROOT}").count("alone") == 0
