"""What a failure looks like from outside: one message, the right exit code, never a trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]


def shell(command: str) -> subprocess.CompletedProcess[str]:
    jbnet = f"{sys.executable} -m jbnet"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JBNET_")}
    return subprocess.run(
        ["sh", "-c", command.replace("JBNET", jbnet)], cwd=REPOSITORY, env=environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("options", ["", "--json", "--lang zh"])
def test_results_that_cannot_be_written_are_a_failure_told_with_what_to_do(options: str) -> None:
    ended = shell(f"JBNET {options} check > /dev/full")
    assert ended.returncode == 3
    assert ended.stderr.startswith("jbnet: ")
    assert len(ended.stderr.splitlines()) == 2


def test_a_message_that_cannot_be_written_keeps_its_exit_code() -> None:
    assert shell("JBNET frob 2> /dev/full").returncode == 2
    assert shell("JBNET frob > /dev/full 2> /dev/full").returncode == 2


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_exit_code_and_leave_no_trace(closed: str) -> None:
    assert (shell(f"JBNET --json check {closed}").returncode, shell(f"JBNET frob {closed}").returncode) == (0, 2)
    assert "Traceback" not in shell(f"JBNET --json check {closed}").stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("frob", "没有命令 frob"),
        ("apply", "缺少参数 PLAN"),
        ("databases measure", "缺少选项 --record"),
        ("monitor --frob", "没有选项 --frob"),
        ("dr failover frob", "多余的参数：frob"),
        ("check --explain", "选项 --explain 需要一个值"),
        ("monitor --interval frob", "--interval：值有误"),
    ],
)
def test_wrong_use_is_told_in_the_language_asked_for(command: str, said: str) -> None:
    ended = shell(f"JBNET --lang zh --json {command}")
    assert ended.returncode == 2
    assert said in json.loads(ended.stdout)["findings"][0]["message"]
    assert "--help" in ended.stderr


def test_no_command_at_all_prints_the_help_as_it_is() -> None:
    ended = shell("JBNET")
    assert ended.returncode == 2
    assert ended.stderr.startswith("Usage: ")


def test_what_the_system_refuses_names_the_file_and_is_no_defect(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder is wanted")
    ended = shell(f"JBNET --state {tmp_path}/state lab status")
    assert (ended.returncode, ended.stderr) == (3, f"jbnet: {tmp_path}/state/lab.json: Not a directory\n")


INTERRUPTED = """
import atexit, signal, sys
from jbnet import wiring
from jbnet.cli import app

def interrupted(directory):
    raise KeyboardInterrupt

wiring.check_workspace = interrupted
atexit.register(lambda: print([signal.getsignal(n).name for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]))
sys.argv = ["jbnet", "check"]
app.main()
"""


def test_once_interrupted_no_further_signal_changes_the_exit_code() -> None:
    done = subprocess.run([sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (130, False)
    assert done.stdout == "['SIG_IGN', 'SIG_IGN', 'SIG_IGN']\n"


def test_a_terminal_without_chinese_shows_escapes_and_no_defect() -> None:
    done = shell("PYTHONIOENCODING=ascii JBNET --lang zh show site golmud")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u" in done.stdout
