"""The demo: everything once; killed or interrupted, it leaves nothing that `jbnet lab down` does not remove."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import copy_workspace
from eventually import eventually
from host_view import Host, leftovers, own_host

from jbnet.lab.paths import LabPaths

pytestmark = pytest.mark.lab
STAGES_S = 200.0


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    with own_host(copy_workspace(tmp_path)) as found:
        yield found
        found.jbnet("lab", "down")


def log(host: Host) -> str:
    """Return which commands the demo has run so far."""
    path = host.workspace / "build/demo/commands.log"
    return path.read_text() if path.exists() else ""


@pytest.mark.timeout(500)
def test_all_that_the_demo_promises_holds_and_nothing_is_left(host: Host) -> None:
    before = host.settings()
    done = host.jbnet("demo", "--seed", "11", timeout=450)
    assert done.returncode == 0, done.stderr
    summary = json.loads((host.workspace / "build/demo/summary.json").read_text())
    assert (summary["result"], summary["problems"], summary["sites"]) == ("ok", [], 1024)
    assert (summary["deploy"]["second_plan_changes"], summary["cut"]["incidents"]) == (0, 1)
    assert summary["cut"]["root_cause"] == summary["cut"]["circuit"]
    assert (summary["failover"]["two_writers"], summary["failover"]["lost"]["production"]) == (0, 0)
    assert set(summary["failback"]["lost"].values()) == {0}
    assert all(seconds > 0 for seconds in summary["failover"]["rto_s"].values())
    assert host.settings() == before
    assert leftovers(LabPaths(host.workspace / "build/demo/state")) == []


@pytest.mark.parametrize("moment", ["lab up", "apply"])
def test_a_killed_demo_leaves_nothing_after_lab_down(host: Host, moment: str) -> None:
    paths = LabPaths(host.workspace / "build/demo/state")
    running = host.start("demo")
    assert eventually(lambda: f"--json {moment}" in log(host) and leftovers(paths), STAGES_S)
    running.kill()
    running.wait()
    assert host.jbnet("lab", "down").returncode == 0
    assert leftovers(paths) == []


def test_an_interrupted_demo_says_so_and_leaves_nothing(host: Host) -> None:
    paths = LabPaths(host.workspace / "build/demo/state")
    running = host.start("demo")
    assert eventually(lambda: "--json plan" in log(host), STAGES_S)
    running.send_signal(signal.SIGINT)
    assert running.wait() == 130
    assert leftovers(paths) == []
    assert json.loads((host.workspace / "build/demo/summary.json").read_text())["result"] == "failed"
