"""The standby site leads and is lost: the primary's host leads again at once, and the lost one follows.

On the session's lab, like the other drills: an office outside writes all the time, and what it was told is what counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from recovery_drill import Drill, Office

from jbnet.lab.lab import Lab

pytestmark = [pytest.mark.lab, pytest.mark.timeout(420)]
HOME = ("--runbook", "dr/runbooks/failover-home.yaml")


@pytest.fixture(scope="module")
def drill(demo_workspace: Path, demo_lab: Lab) -> Drill:
    """The session's lab, deployed, with the databases up."""
    found = Drill(demo_workspace, demo_lab)
    found.deploy()
    found.jbnet("databases", "set-up")
    return found


@pytest.fixture
def office(drill: Drill, request: pytest.FixtureRequest) -> Iterator[Office]:
    """An office that writes all the time."""
    made = Office(drill, request.node.name)
    try:
        made.await_writes()
        yield made
    finally:
        made.close()


def test_a_standby_site_that_led_and_died_is_replaced_and_follows_again(drill: Drill, office: Office) -> None:
    names = tuple(drill.network.databases)
    drill.carried_out("switchover")
    office.await_writes()
    drill.lab.kill(drill.standby)
    office.await_failures()

    noc = ("--vantage", drill.network.noc or "")  # the host that is gone is the one where jbnet ran
    events = drill.start(*noc, "dr", "failover", *HOME, "--as", "operator")
    drill.signed_by_both(events)
    assert events.finish(300) == 0, (drill.workspace / "recovery.log").read_text()[-3000:]
    office.await_writes()
    drill.lab.boot(drill.standby)
    drill.await_reachable(drill.standby)
    assert drill.running_servers(drill.standby) == "", "a server started by itself after a boot"
    assert drill.start("dr", "rejoin", "--as", "operator").finish(300) == 0, (
        drill.workspace / "recovery.log"
    ).read_text()[-3000:]
    journal = [json.loads(line) for line in drill.journal(str(drill.executions()[-1]["execution"])).splitlines()]
    opened = {entry["subject"] for entry in journal if entry["kind"] == "intent" and "unfence" in entry["subject"]}
    assert opened == {f"unfence[{name}]" for name in names}, "it was behind filters until it followed"
    drill.jbnet("dr", "check")  # green: no filter is left, and the next move could begin
    assert drill.leading() == [(name, drill.host) for name in names]
    assert office.measured()["production"]["lost"] == 0, "production is synchronous"
    assert office.two_writers() == 0
