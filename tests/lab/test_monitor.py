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
        return self.run("incidents", "--open")["incidents"]


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
    return whole and not status["stale"] and not status["incidents"]


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
    after = [i for i in deployed.run("incidents")["incidents"] if i["id"] not in before]
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
    circuit = next(iter(single_lines(network)))
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
