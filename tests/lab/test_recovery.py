"""Recovery on the lab, read like drills: what an office outside sees is what counts.

The lab is the session's; every drill leaves it as it found it, with the declared primaries leading.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from recovery_drill import Drill, Office, wait

from jbnet.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.timeout(420)]


@pytest.fixture(scope="module")
def drill(demo_workspace: Path, demo_lab: Lab) -> Iterator[Drill]:
    """The session's lab, deployed, with the databases up."""
    found = Drill(demo_workspace, demo_lab)
    found.deploy()
    found.jbnet("databases", "set-up")
    yield found
    found.jbnet("dr", "verify")


@pytest.fixture
def office(drill: Drill, request: pytest.FixtureRequest) -> Iterator[Office]:
    """An office that writes during one drill."""
    made = Office(drill, request.node.name)
    try:
        made.await_writes()
        yield made
    finally:
        made.close()


def holds_after(drill: Drill, office: Office) -> None:
    """Nothing that had to be kept was lost, and never did both sites accept writes."""
    office.await_writes()
    measured = office.measured()
    assert measured["production"]["lost"] == 0, "production is synchronous"
    assert all(figures["acknowledged"] > 0 for figures in measured.values())
    assert office.two_writers() == 0
    assert drill.leaders() == dict.fromkeys(drill.network.databases, drill.host)


def test_a_dead_primary_is_replaced_although_jbnet_is_killed_half_way(drill: Drill, office: Office) -> None:
    drill.lab.kill(drill.host)
    office.await_failures()
    execution = drill.killed_at("promote[exchange]")
    drill.jbnet("dr", "resume", execution)
    assert drill.copy_of_journal(execution) == drill.journal(execution), "the NOC does not know all that was done"
    office.await_writes()
    after_failover = office.measured()
    assert all(figures["rto_s"] is not None for figures in after_failover.values())
    drill.lab.boot(drill.host)
    assert drill.running_servers(drill.host) == "", "a server started by itself after a boot"
    drill.carry_out("failback")
    office.await_writes()
    lost = {name: set(figures["lost_ids"]) for name, figures in office.measured().items()}
    assert lost == {n: set(f["lost_ids"]) for n, f in after_failover.items()}, "failback lost something"
    holds_after(drill, office)


def test_a_standby_site_that_was_away_follows_again_and_nobody_notices(drill: Drill, office: Office) -> None:
    """As docs/recovery-howto.md says for a broken standby site."""
    standby = next(iter(drill.network.databases.values())).standby
    drill.lab.kill(standby)
    drill.lab.boot(standby)
    drill.jbnet("dr", "failback", "--runbook", str(drill.workspace / "dr/runbooks/rejoin.yaml"))
    holds_after(drill, office)


def test_a_planned_move_killed_on_its_way_and_the_way_back_lose_nothing(drill: Drill, office: Office) -> None:
    execution = drill.killed_at("hand-over[exchange]", "switchover")
    drill.jbnet("dr", "resume", execution)
    standbys = {name: database.standby for name, database in drill.network.databases.items()}
    assert drill.leaders() == standbys
    drill.carry_out("failback")
    holds_after(drill, office)
    measured = office.measured()
    assert {name: figures["lost"] for name, figures in measured.items()} == dict.fromkeys(standbys, 0)
    print({name: figures["rto_s"] for name, figures in measured.items()})


def test_a_frozen_primary_never_accepts_a_write_again(drill: Drill, office: Office) -> None:
    drill.run_in(drill.host, "pkill", "-STOP", "-u", "postgres", "-x", "postgres")
    office.await_failures()
    drill.carry_out("failover")
    wait(lambda: drill.running_servers(drill.host) == "", "the frozen servers to be ended")
    drill.carry_out("failback")
    holds_after(drill, office)


def test_a_primary_site_cut_off_alive_is_fenced_by_the_core_and_returns_as_a_standby(
    drill: Drill, office: Office
) -> None:
    site = drill.network.devices[drill.host].home
    lines = drill.lines_of(site)
    for line in lines:
        drill.lab.cut(line)
    office.await_failures()
    drill.carry_out("failover")
    office.await_writes()
    assert drill.running_servers(drill.host) != "", "it was to stay alive behind the cut"
    for line in lines:
        drill.lab.heal(line)
    drill.await_reachable(drill.host)
    office.await_writes()  # the returned host still announces its addresses, and attracts nobody
    drill.carry_out("failback")
    holds_after(drill, office)


def test_without_a_ring_that_answers_nothing_is_promoted(drill: Drill, office: Office) -> None:
    standby = next(iter(drill.network.databases.values())).standby
    lines = drill.lines_of(drill.network.devices[standby].home)
    for line in lines:
        drill.lab.cut(line)
    assert drill.recover("failover") != 0
    assert "not proved to be fenced" in drill.jbnet("dr", "report").stdout
    for line in lines:
        drill.lab.heal(line)
    drill.await_reachable(standby)
    done = drill.jbnet("dr", "resume", codes=(4,))  # what could not be taken back then is taken back now
    assert drill.executions()[-1]["state"] == "undone", done.stderr
    holds_after(drill, office)
