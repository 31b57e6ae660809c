"""Watching live routers: a cut circuit is one incident that names it, and ends by itself."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eventually import eventually
from watched import Watched, Way, apart, fault_of, scenario

from jbnet import wiring
from jbnet.lab.lab import Lab
from jbnet.model.network import Network
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet

pytestmark = pytest.mark.lab


@dataclass
class Commands:
    """The command line in a workspace."""

    workspace: Path

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "jbnet", "-C", str(self.workspace), "--json", *arguments]

    def run(self, *arguments: str) -> Any:
        done = subprocess.run(self.argv(*arguments), capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])["data"]

    def status(self) -> Any:
        return self.run("status")

    def open_incidents(self) -> Any:
        return faults(self.run("incidents", "--open")["incidents"])


@pytest.fixture(scope="module")
def deployed(demo_workspace: Path, demo_lab: Lab) -> Commands:
    """The shared lab with its configuration deployed, whoever did it."""
    commands = Commands(demo_workspace)
    plan = commands.run("plan")
    if plan["waves"]:
        done = subprocess.run(commands.argv("apply", plan["hash"]), capture_output=True, timeout=280, check=False)
        assert done.returncode == 0, done.stderr
    return commands


@pytest.fixture(scope="module")
def network(deployed: Commands) -> Network:
    return wiring.load_network(deployed.workspace, deployed.workspace / ".jbnet")


@pytest.fixture
def monitor(deployed: Commands) -> Iterator[subprocess.Popen[bytes]]:
    """A monitor that sees every device of the lab answer."""
    process = start(deployed)
    yield process
    process.terminate()
    process.wait(30)


def start(commands: Commands) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(commands.argv("monitor"), stdout=subprocess.DEVNULL)
    database = commands.workspace / ".jbnet" / "monitor.db"
    assert eventually(database.exists)
    assert eventually(lambda: all_well(commands), 90.0)
    return process


def all_well(commands: Commands) -> bool:
    status = commands.status()
    devices = status.get("devices", {"answering": 0, "total": 1})
    whole = bool(devices["answering"] == devices["total"])
    return whole and not status["stale"] and not faults(status["incidents"])


def faults(incidents: list[Any]) -> list[Any]:
    """Leave alarms out: all devices of a lab show the processor of this one machine, which may be busy."""
    return [i for i in incidents if i["root_cause"]["kind"] != "alarm"]


def single_lines(network: Network) -> dict[str, tuple[str, ...]]:
    """Return the circuits without a backup with the sites behind them, most sites first."""
    forecaster = Forecaster(network)
    found = {name: forecaster.of(FailureSet.of(circuits=[name])).cut_off for name in network.circuits}
    return dict(sorted(((n, s) for n, s in found.items() if len(s) > 1), key=lambda item: (-len(item[1]), item[0])))


def next_rounds(commands: Commands, count: int) -> None:
    """Wait until the monitor has done so many more rounds."""
    goal = commands.status()["round"] + count
    assert eventually(lambda: commands.status()["round"] >= goal, 90.0)


def test_a_cut_circuit_without_a_backup_is_one_incident_that_names_it_and_ends_on_heal(
    deployed: Commands, network: Network, demo_lab: Lab, monitor: subprocess.Popen[bytes]
) -> None:
    circuit, sites = next(iter(single_lines(network).items()))
    before = {i["id"] for i in deployed.run("incidents")["incidents"]}
    demo_lab.cut(circuit)
    try:
        assert eventually(deployed.open_incidents)
        next_rounds(deployed, 4)
        (found,) = deployed.open_incidents()
        assert found["root_cause"] == {"kind": "circuit", "name": circuit}
        assert sorted(found["sites"]) == sorted(sites)
        assert found["services"]
    finally:
        demo_lab.heal(circuit)
    assert eventually(lambda: all_well(deployed), 90.0)
    after = [i for i in faults(deployed.run("incidents")["incidents"]) if i["id"] not in before]
    assert [i["state"] for i in after] == ["closed"]


def test_the_ministry_line_down_is_seen_as_running_on_the_backup(
    deployed: Commands, demo_lab: Lab, monitor: subprocess.Popen[bytes]
) -> None:
    demo_lab.cut("ministry-up1")
    try:
        (found,) = eventually(deployed.open_incidents)
        assert found["root_cause"]["name"] == "ministry-up1"
        assert found["on_backup"] == ["ministry"]
        assert found["sites"] == []
    finally:
        demo_lab.heal("ministry-up1")
    assert eventually(lambda: all_well(deployed), 90.0)


def test_a_monitor_killed_during_an_outage_goes_on_with_the_same_incident(
    deployed: Commands, network: Network, demo_lab: Lab
) -> None:
    _, circuit, *_ = single_lines(network)  # not one that was cut a moment ago: that would flap
    first = start(deployed)
    demo_lab.cut(circuit)
    try:
        (found,) = eventually(deployed.open_incidents)
        os.kill(first.pid, signal.SIGKILL)
        first.wait(30)
        again = subprocess.Popen(deployed.argv("monitor"), stdout=subprocess.DEVNULL)
        next_rounds(deployed, 3)
        (still,) = deployed.open_incidents()
        assert (still["id"], still["opened"]) == (found["id"], found["opened"])
    finally:
        demo_lab.heal(circuit)
    assert eventually(lambda: all_well(deployed), 90.0)
    again.terminate()
    assert again.wait(30) == 130


def test_a_second_monitor_is_refused(deployed: Commands, monitor: subprocess.Popen[bytes]) -> None:
    next_rounds(deployed, 1)  # what status said before may be the last word of the monitor before
    done = subprocess.run(deployed.argv("monitor", "--once"), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 4
    assert str(monitor.pid) in done.stderr


def test_what_was_recorded_is_played_again_and_comes_to_the_same_incidents(deployed: Commands) -> None:
    played = deployed.run("replay")
    assert played["rounds"] > 1
    assert played["incidents"]
    assert played["differences"] == []


ONE_OF_EACH = (
    # a prefecture's first line, a county's backup, the ministry's line, a database's only line, a data centre's first
    dict.fromkeys(("haixi-up1", "chengdong-up2", "ministry-up1", "golmud-dc-db1-up1", "xining-dc-up1"), Way.DOWN),
    # the line between two border routers, a county with a second line, a database's only line, Golmud's second router
    dict.fromkeys(("haixi-pair1", "datong-up1", "xining-dc-db1-up1", "golmud-dc-r2-up1"), Way.SILENT),
    # one direction of a single line with sites behind it, of a border pair, of a data centre's first line
    {"mangya-up1": Way.FROM_A, "xining-pair1": Way.FROM_Z, "golmud-dc-up1": Way.FROM_Z},
)


@pytest.mark.parametrize("ways", ONE_OF_EACH, ids=["link down", "silent", "one way"])
def test_every_kind_of_line_is_one_incident_with_its_root_and_its_sites_however_it_fails(
    deployed: Commands, demo_lab: Lab, network: Network, tmp_path: Path, ways: dict[str, Way]
) -> None:
    """All circuits and routers of the backbone: ``make test-watching``."""
    watched = Watched(demo_lab, network, tmp_path / "monitor.jsonl", dict(os.environ))
    watched.start()
    try:
        assert eventually(lambda: watched.log.stat().st_size > 0)
        assert eventually(watched.all_well, 120.0)
        scenarios = [scenario(network, f"{n} {way}", [n], {n: fault_of(way)}) for n, way in ways.items()]
        assert [line for part in apart(watched.explainer, scenarios) for line in watched.run(part)] == []
    finally:
        watched.stop()


SCRAPE = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:9980/metrics').read().decode())"


def test_what_a_router_says_by_syslog_is_filed_under_it_and_metrics_are_served_where_the_monitor_runs(
    deployed: Commands, demo_lab: Lab, network: Network, monitor: subprocess.Popen[bytes]
) -> None:
    next_rounds(deployed, 1)  # what status said before may be the last word of the monitor before
    sent = ["logger", "--server", str(network.devices["noc-s1"].loopback), "--port", "514", "--tag", "ospfd"]
    for transport in ("--udp", "--tcp"):
        assert demo_lab.run("haixi-r1", [*sent, transport, f"listened to {transport}"]).returncode == 0

    def heard() -> set[str]:
        events = deployed.run("events", "device:haixi-r1", "--messages")["events"]
        return {event["data"]["text"] for event in events if event["data"]["tag"] == "ospfd"}

    assert eventually(lambda: {"listened to --udp", "listened to --tcp"} <= heard())
    scraped = demo_lab.run("noc-s1", ["python3", "-c", SCRAPE]).stdout
    assert 'jbnet_device_up{device="haixi-r1"' in scraped
    assert 'jbnet_monitor_blind{reason="no round"} 0.0' in scraped
