"""Readiness watched by the running monitor on live servers: what stays red is an incident until it is mended."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from recovery_drill import Drill, wait

from jbnet import wiring
from jbnet.lab.lab import Lab
from jbnet.recovery.readiness import Check, Level

pytestmark = [pytest.mark.lab, pytest.mark.timeout(560)]
EVERY = "every_s: 15"
"""As often as a plan may say."""


class Watch:
    """A monitor that runs, and what it shows."""

    def __init__(self, drill: Drill, process: subprocess.Popen[bytes]):
        self.drill, self.process = drill, process

    def open(self) -> dict[str, dict[str, Any]]:
        """Return the open incidents of readiness by cause."""
        done = self.drill.jbnet("incidents", "--open")
        found = json.loads(done.stdout.splitlines()[-1])["data"]["incidents"]
        mine = [i for i in found if str(i["rule"]).startswith("readiness-")]
        return {i["root_cause"]["name"]: i for i in mine}

    def runs(self) -> int:
        """Return how many looks its history has."""
        return len(wiring.readiness_history(self.drill.state).of(Check.LEADER, "decision"))

    def more_runs(self, count: int) -> None:
        """Wait for so many more looks."""
        goal = self.runs() + count
        try:
            wait(lambda: self.runs() >= goal, f"{count} looks")
        except AssertionError:
            print(self.open(), (self.drill.workspace / "monitor.log").read_text())
            raise

    def worker(self) -> int:
        """Return the process that looks."""
        below = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        below += [child for task in tasks for child in task.read_text().split()]
        return next(int(p) for p in below if b"readiness_worker" in Path(f"/proc/{p}/cmdline").read_bytes())


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


@pytest.fixture(scope="module")
def drill(demo_workspace: Path, demo_lab: Lab) -> Drill:
    """The session's lab, deployed, with the databases up."""
    plan = demo_workspace / "dr/plan.yaml"
    plan.write_text(plan.read_text().replace("every_s: 60", EVERY))
    assert EVERY in plan.read_text()
    found = Drill(demo_workspace, demo_lab)
    found.deploy()
    found.jbnet("databases", "set-up")
    return found


@contextmanager
def watched(drill: Drill) -> Iterator[Watch]:
    with (drill.workspace / "monitor.log").open("w") as log:
        process = subprocess.Popen(drill._argv("monitor", "--readiness"), stdout=subprocess.DEVNULL, stderr=log)
    try:
        wait((drill.state / "monitor.db").exists, "the monitor's store")
        yield Watch(drill, process)
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def watch(drill: Drill) -> Iterator[Watch]:
    """A monitor that has looked twice and found nothing red."""
    with watched(drill) as found:
        found.more_runs(3)
        assert found.open() == {}
        yield found


def test_without_a_key_to_log_in_with_there_is_one_incident_that_says_so(drill: Drill) -> None:
    """It comes first: there is one monitor at a time, and the others share theirs."""
    key = drill.state / "keys" / "postgres"
    aside = key.with_suffix(".aside")
    key.rename(aside)
    try:
        with watched(drill) as watch:
            wait(lambda: bool(watch.open()), "the alarm")
            watch.more_runs(1)
            (found,) = watch.open().values()
            assert found["rule"] == "readiness-unknown"
            assert "no SSH key for the account postgres" in found["actual"]
    finally:
        aside.rename(key)


def test_what_a_look_costs_at_rest(watch: Watch) -> None:
    worker = watch.worker()
    before, runs = cpu_s(worker), watch.runs()
    watch.more_runs(2)
    spent = (cpu_s(worker) - before) / (watch.runs() - runs)
    status = Path(f"/proc/{worker}/status").read_text()
    print(f"a look: {spent:.2f} s of processor; {next(line for line in status.splitlines() if 'VmRSS' in line)}")
    assert spent < 1.0, "with logins that are kept"


def test_a_standby_that_replays_nothing_is_one_incident_until_it_replays(watch: Watch, drill: Drill) -> None:
    port = drill.network.databases["decision"].port
    psql = f"psql -XqAt -h /var/lib/postgresql/15 -p {port} -d postgres -c"
    name = f"readiness-standby {drill.standby}/decision"
    drill.console(drill.standby, f"{psql} 'SELECT pg_wal_replay_pause()'")
    wait(lambda: name in watch.open(), "the alarm")
    found = watch.open()
    assert found.keys() == {name}, "what follows from it is no alarm of its own"
    assert found[name]["actual"] == "it replays nothing: paused"
    assert found[name]["expected"] == "it runs, follows and replays"
    assert "pg_wal_replay_resume()" in found[name]["next"]
    drill.console(drill.standby, f"{psql} 'SELECT pg_wal_replay_resume()'")
    wait(lambda: not watch.open(), "its end")
    levels = [row.level for row in wiring.readiness_history(drill.state).of(Check.STANDBY, "decision")]
    assert levels.count(Level.RED) >= 2
    assert levels[-1] is Level.GREEN


def test_a_process_that_looks_no_more_is_replaced(watch: Watch) -> None:
    worker = watch.worker()
    subprocess.run(["kill", "-9", str(worker)], check=True)
    watch.more_runs(1)
    assert watch.worker() != worker
    assert watch.open() == {}, "one look that failed is no alarm"


def test_a_dead_standby_is_the_networks_incident_and_beside_it_only_what_it_puts_at_stake(
    watch: Watch, drill: Drill
) -> None:
    drill.lab.kill(drill.standby)
    try:
        watch.more_runs(4)
        rules = {name.split()[0] for name in watch.open()}
        assert rules <= {"readiness-synchronous"}, watch.open()
        done = drill.jbnet("incidents", "--open")
        causes = [i["root_cause"]["name"] for i in json.loads(done.stdout.splitlines()[-1])["data"]["incidents"]]
        assert drill.standby in causes
    finally:
        drill.lab.boot(drill.standby)
        drill.jbnet("dr", "failback", "--runbook", str(drill.workspace / "dr/runbooks/rejoin.yaml"))
    wait(lambda: not watch.open(), "all to be well again")
