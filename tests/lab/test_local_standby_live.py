"""A local standby on three real PostgreSQL hosts: commits wait for it, what was acknowledged is on it, and it is shut
in with the primary and brought back with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from small_hosts import BESIDE, ROUTER, SERVICES, A, B
from test_databases_live import Drill, Outside, playbook, wait
from test_modes_live import Modes, site_of

from jbnet.model.business import Replication
from jbnet.recovery.limits import Limits
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_local import about_local

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]
BLOCK, DEGRADE, ASYNC = "production", "exchange", "decision"
MODES = {BLOCK: Replication.LOCAL_BLOCK, DEGRADE: Replication.LOCAL_DEGRADE, ASYNC: Replication.ASYNC}


class Local(Modes):
    """A site with a second host at the primary's place, and hands to cut either of the two that follow."""

    def cut(self, line: str = "db2-1") -> None:
        self.hosts.execute(ROUTER, "ip", "link", "set", line, "down")

    def heal(self, line: str = "db2-1") -> None:
        self.hosts.execute(ROUTER, "ip", "link", "set", line, "up")

    def about_local(self, name: str) -> dict[Check, Result]:
        return {result.check: result for result in about_local(self.look(name), Limits(disk_free_percent=1))}

    def is_well_beside(self, name: str) -> bool:
        """Say whether the local standby is well; what is not known yet (a lag without a heartbeat) is not judged."""
        return {result.level for result in self.about_local(name).values()} <= {Level.GREEN, Level.UNKNOWN}

    def red(self, name: str) -> set[Check]:
        return {check for check, result in self.about_local(name).items() if result.level is Level.RED}

    def everywhere(self) -> bool:
        """Say whether the local standby has replayed all that it received."""
        states = [self.servers.server(name, BESIDE).state() for name in (BLOCK, DEGRADE)]
        return all(state.received is not None and state.received == state.replayed for state in states)


@pytest.fixture
def site() -> Iterator[Local]:
    """Three hosts: two databases with a local standby, one without."""
    with site_of(MODES, Local) as found:
        yield found


def test_commits_wait_for_the_local_one_by_declaration_and_never_for_the_other_site(site: Local) -> None:
    assert playbook(site.hosts) == (True, []), "a second run changes nothing"
    for name in (BLOCK, DEGRADE):
        wait(partial(site.is_well_beside, name))
        assert site.about_local(name)[Check.SLOT].level is Level.GREEN
        assert not site.loss(name).nothing, "a failover to the other site loses what is on its way"
    assert site.about_local(ASYNC) == {}
    assert site.server(BLOCK).synchronous_to == "FIRST 1 (one_db2)"

    site.cut("two-1")
    assert [site.commit(name).wait(15) for name in SERVICES] == [0, 0, 0], "nobody waits for the other site"
    site.heal("two-1")

    site.cut()
    begun = {name: site.commit(name) for name in SERVICES}
    assert begun[ASYNC].wait(10) == 0
    wait(lambda: site.waiting(BLOCK) == site.waiting(DEGRADE) == 1)
    assert begun[DEGRADE].wait(60) == 0
    assert not site.recorded(DEGRADE).waits
    assert site.synchronous(DEGRADE)[0] is Level.RED
    assert begun[BLOCK].poll() is None
    wait(lambda: "stand still" in site.synchronous(BLOCK)[1])
    assert Check.SLOT in site.red(BLOCK)
    site.heal()
    assert begun[BLOCK].wait(60) == 0
    site.await_settled()
    assert site.server(DEGRADE).synchronous_to == "FIRST 1 (one_db2)"


def test_what_was_acknowledged_before_the_primary_died_is_on_the_local_standby(site: Local) -> None:
    outside = Outside(site.hosts)
    outside.wait_acknowledged()
    site.cut("two-1")  # the other site does not have what comes now
    outside.wait_acknowledged()
    outside.wait_acknowledged()
    site.hosts.kill(A)
    outside.stop()
    wait(site.everywhere)
    for name in (BLOCK, DEGRADE):
        acknowledged = {event.id for event in outside.events() if event.db == name and event.event == "acked"}
        assert len(acknowledged) > 1
        here, there = (site.servers.server(name, host).present(outside.client) for host in (BESIDE, B))
        assert acknowledged <= here
        assert not acknowledged <= there, "or this test shows nothing"


def test_a_failover_shuts_it_in_too_and_the_failback_makes_it_follow_again(site: Local) -> None:
    drill = Drill(site.hosts)
    site.cut("two-1")
    assert site.commit(BLOCK).wait(15) == 0, "the other site does not have this one: the local one has to go back"
    site.hosts.kill(A)
    site.heal("two-1")
    drill.step("assess", primary=A, standby=B)
    drill.step("fence", host=A)
    for name in (BLOCK, DEGRADE):
        assert all(drill.fence.filtered(name, A).values())
        state = site.servers.server(name, BESIDE).state()
        assert (state.demoted, state.processes) == (True, ())
    drill.step("promote", host=B)
    drill.step("move-address", **{"from": A, "to": B})
    drill.step("verify-writes", host=B)
    assert site.about_local(BLOCK)[Check.STANDBY].level is Level.AMBER
    assert site.synchronous(BLOCK)[0] is Level.RED

    site.hosts.boot(A)
    drill.failback()
    site.await_settled()
    for name in (BLOCK, DEGRADE):
        assert site.server(name).synchronous_to == "FIRST 1 (one_db2)"
        assert site.red(name) == set()
        assert site.commit(name).wait(15) == 0
    assert site.server(ASYNC).synchronous_to == ""
    outcome = drill.actions["rebuild-local"].probe({"database": BLOCK})
    assert outcome.done, "a second run has nothing to do"
