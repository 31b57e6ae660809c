"""Recovery as processes: killed by SIGKILL, interrupted, approved from another process, resumed to the same end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jbnet.adapters.keys import make_person

ROOT = Path(__file__).parents[3]
PROGRAM = ROOT / "tests" / "fakes" / "recovery_process.py"
WHOLE = {
    f"{name}-{database}" for database in ("production", "exchange") for name in ("fence", "promote", "move-address")
}
PATIENCE_S = 60


class Workspace:
    """A workspace with two throw-away people, and the outside world in a folder of files."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.world = folder / "world"
        self.world.mkdir()
        (folder / "inventory").mkdir()
        shutil.copytree(ROOT / "dr", folder / "dr")
        self.keys = [make_person(folder / "dr", name) for name in ("li-na", "wang-wei")]

    def popen(self, *argv: str, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(PROGRAM), str(self.world), "-C", str(self.folder), *argv]
        environment = {**os.environ, **environment}
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=environment)  # fmt: skip

    def run(self, *argv: str) -> tuple[int, str, str]:
        process = self.popen(*argv)
        out, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, out, err

    def approve(self, execution: str) -> None:
        request = self.folder / ".jbnet" / "recovery" / execution / "approvals" / "request.json"
        wait_until(request.exists)
        for key in self.keys:
            code, out, err = self.run("dr", "approve", execution, "--all", "--yes", "--key", str(key))
            assert code == 0, err
            assert "assess[production].lag_bytes: 0" in out

    @property
    def acts(self) -> list[str]:
        path = self.world / "acts"
        return [line for line in path.read_text().split() if line in WHOLE] if path.exists() else []


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def wait_until(condition: object) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():  # type: ignore[operator]  # what it holds is known here
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("act", [3, 4, 7])
def test_killed_by_sigkill_in_the_middle_it_resumes_to_the_end_and_repeats_nothing(
    workspace: Workspace, act: int
) -> None:
    with ended(workspace.popen("dr", "failover", KILL_AFTER=str(act))) as process:
        execution = wait_for_execution(workspace)
        workspace.approve(execution)
        assert process.wait(PATIENCE_S) == -signal.SIGKILL
    code, _, err = workspace.run("dr", "failover")
    assert code == 4
    assert f"execution {execution} has not ended" in err
    code, out, err = workspace.run("dr", "resume")
    assert code == 0, err
    assert f"{execution}: done" in out
    assert sorted(workspace.acts) == sorted(WHOLE)
    assert workspace.run("dr", "verify")[0] == 0
    code, out, _ = workspace.run("--lang", "zh", "dr", "report")
    assert code == 0
    assert "li-na, wang-wei" in out
    standing = json.loads(workspace.run("--json", "dr", "status")[1])["data"]["executions"]
    assert [(one["execution"], one["state"]) for one in standing] == [(execution, "done")]


def test_interrupted_while_a_step_hangs_it_ends_with_130_says_how_to_go_on_and_does(workspace: Workspace) -> None:
    with ended(workspace.popen("dr", "failover", HANG="promote")) as process:
        execution = wait_for_execution(workspace)
        workspace.approve(execution)
        wait_until(lambda: "fence-production" in workspace.acts)
        journal = ["dr", "report", execution]
        wait_until(lambda: "promote[production]" in workspace.run(*journal)[1])
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130
    assert f"jbnet dr resume {execution} goes on from there" in err
    assert "Traceback" not in err
    assert workspace.run("dr", "resume", execution)[0] == 0
    assert sorted(workspace.acts) == sorted(WHOLE)


def test_approvals_made_elsewhere_come_in_as_text_and_a_second_process_is_refused(workspace: Workspace) -> None:
    with ended(workspace.popen("--json", "dr", "failover")) as process:
        execution = wait_for_execution(workspace)
        request = workspace.folder / ".jbnet" / "recovery" / execution / "approvals" / "request.json"
        wait_until(request.exists)
        assert workspace.run("dr", "resume", execution)[0] == 4
        elsewhere = workspace.folder / "carried.json"
        shutil.copy(request, elsewhere)
        code, _, err = workspace.run("dr", "approve", execution, "--key", str(workspace.keys[0]))
        assert (code, "nothing was signed" in err) == (4, True), "nobody could be asked"
        for key in workspace.keys:
            code, out, err = workspace.run(
                "--state", str(workspace.folder / "other"), "dr", "approve", execution,
                "--yes", "--key", str(key), "--print", "--request", str(elsewhere),
            )  # fmt: skip
            assert code == 0, err
            assert workspace.run("dr", "approve", execution, "--token", out.splitlines()[-1])[0] == 0
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
    events = [json.loads(line) for line in out.splitlines()]
    assert {"dr.started", "dr.approval.needed", "dr.step.done", "dr.finished"} <= {e.get("event") for e in events}


def test_a_loss_beyond_the_objective_is_signed_only_where_that_is_said(workspace: Workspace) -> None:
    with ended(workspace.popen("dr", "failover", BEYOND="1")) as process:
        execution = wait_for_execution(workspace)
        wait_until((workspace.folder / ".jbnet" / "recovery" / execution / "approvals" / "request.json").exists)
        for key in workspace.keys:
            code, _, err = workspace.run("dr", "approve", execution, "--yes", "--key", str(key))
            assert code == 4
            assert "more would be lost than is declared: assess[production], assess[exchange]" in err
        for key in workspace.keys:
            assert workspace.run("dr", "approve", execution, "--yes", "--accept-loss", "--key", str(key))[0] == 0
        assert process.wait(PATIENCE_S) == 0


def test_a_step_that_a_safety_rule_forbids_ends_with_4_and_others_with_3(workspace: Workspace) -> None:
    with ended(workspace.popen("dr", "failover", REFUSE="assess")) as process:
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 4
    assert "step assess[production] failed: not assess" in err
    assert workspace.run("dr", "resume", "--abandon")[0] == 0


def test_a_failover_is_refused_while_the_leader_goes_on_by_failsafe_and_says_why_and_what_next(
    workspace: Workspace,
) -> None:
    with ended(workspace.popen("dr", "failover", "--database", "production", FAILSAFE="1")) as process:
        workspace.approve(wait_for_execution(workspace))
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 4
    assert "step fence[production] failed, and what was done was taken back" in err
    assert "production on xining-dc-db1 leads on: its watchdog" in err
    assert "its watchdog reached golmud-dc-db1 directly 3 s ago (failsafe)" in err
    assert "jbnet dr switchover" in err
    assert "Traceback" not in err
    assert workspace.acts == []
    assert [path.name for path in workspace.world.glob("promote-*")] == []


def test_what_a_safety_rule_forbade_ends_with_4_though_it_was_taken_back(workspace: Workspace) -> None:
    with ended(workspace.popen("dr", "drill", "--database", "exchange", REFUSE="drill")) as process:
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 4
    assert "step drill[exchange] failed, and what was done was taken back: not drill" in err


def test_status_answers_no_when_a_journal_is_damaged(workspace: Workspace) -> None:
    folder = workspace.folder / ".jbnet" / "recovery" / "20261122-1"
    folder.mkdir(parents=True)
    (folder / "journal.db").write_bytes(b"no database " * 100)
    code, out, _ = workspace.run("--json", "dr", "status")
    found = json.loads(out)
    assert (code, found["ok"]) == (1, False)
    assert [one["state"] for one in found["data"]["executions"]] == ["damaged"]


def test_a_dry_run_shows_the_steps_and_touches_nothing(workspace: Workspace) -> None:
    code, out, err = workspace.run("dr", "failover", "--dry-run", "--database", "exchange")
    assert code == 0, err
    assert "fence[exchange]: fence database=exchange, host=xining-dc-db1" in out
    assert "production" not in out
    assert not (workspace.folder / ".jbnet").exists()


def test_wrong_use_is_said_in_one_line_with_the_right_code(workspace: Workspace) -> None:
    assert workspace.run("dr", "failover", "--database", "prod")[0] == 2
    assert workspace.run("dr", "resume")[0] == 3
    assert workspace.run("dr", "approve", "20261122-1")[0] == 2
    code, out, err = workspace.run("-C", str(workspace.world), "dr", "status")
    assert (code, out) == (2, ""), "no workspace is no workspace in which nothing was ever begun"
    assert "is no workspace" in err
    shutil.rmtree(workspace.folder / "dr" / "approvers")
    code, _, err = workspace.run("dr", "failover")
    assert code == 4
    assert "2 people must approve; those who can: nobody" in err
    assert len(err.splitlines()) == 2


def wait_for_execution(workspace: Workspace) -> str:
    recovery = workspace.folder / ".jbnet" / "recovery"
    wait_until(lambda: list(recovery.glob("*-1")))
    return next(recovery.glob("*-1")).name
