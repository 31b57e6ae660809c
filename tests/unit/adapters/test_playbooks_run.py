"""Runs of Ansible on this machine: bounded in time, nothing left behind, secrets where nobody else looks."""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from jbnet.adapters.playbooks import AnsiblePlaybooks
from jbnet.model.errors import Missing
from jbnet.ports import HostState, PlaybookResult

SECRET = "s3cr3t-of-nobody"
HERE = {"all": {"hosts": {name: {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
                          for name in ("one", "two")}}}  # fmt: skip
LOOKS = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Who may read the run's files
      ansible.builtin.command: {argv: [stat, -c, "%a", "{{ directory }}"]}
      register: mode
      changed_when: false
    - name: A failure that repeats a secret
      ansible.builtin.command: {argv: [sh, -c, "echo $IT >&2; false"]}
      environment: {IT: "{{ jbnet_secrets.pg }}"}
      when: inventory_hostname == 'one'
    - name: Result
      ansible.builtin.set_fact: {jbnet_result: {mode: "{{ mode.stdout }}"}}
  vars:
    directory: "{{ lookup('ansible.builtin.env', 'JBNET_PLAYBOOK') }}"
"""
HANGS = """
- hosts: all
  gather_facts: false
  strategy: free
  tasks:
    - {name: One hangs, ansible.builtin.command: sleep 300, when: inventory_hostname == 'one'}
    - {name: Go on, ansible.builtin.set_fact: {jbnet_result: {went_on: true}}}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    place = tmp_path / "a folder with blanks"
    (place / "playbooks").mkdir(parents=True)
    (place / "playbooks" / "looks.yaml").write_text(LOOKS, encoding="utf-8")
    (place / "playbooks" / "hangs.yaml").write_text(HANGS, encoding="utf-8")
    (place / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    return place


def run(workspace: Path, name: str, seconds: float = 120, task_s: int = 60) -> PlaybookResult:
    state = workspace / ".jbnet"
    runner = AnsiblePlaybooks(workspace, state, None, state / "known_hosts", task_s=task_s)
    variables: Mapping[str, object] = {"jbnet_secrets": {"pg": SECRET}}
    return runner.run(name, HERE, variables, seconds)


def left(workspace: Path) -> list[str]:
    """Return what a run left: files, and processes that carry its mark."""
    folder = workspace / ".jbnet" / "ansible"
    return [*map(str, folder.iterdir()), *(str(p) for p in Path("/proc").glob("[0-9]*") if str(folder) in mark(p))]


def mark(process: Path) -> str:
    try:
        return (process / "environ").read_text(encoding="utf-8", errors="replace") if process.name.isdigit() else ""
    except OSError:
        return ""


def test_secrets_are_read_by_nobody_else_and_blanked_in_what_failed(workspace: Path) -> None:
    result = run(workspace, "looks")
    one, two = result.hosts
    assert (one.state, two.state, two.found) == (HostState.FAILED, HostState.OK, {"mode": "700"})
    assert one.reason == "A failure that repeats a secret: <secret>"
    assert SECRET not in repr(result)
    assert left(workspace) == []


def test_a_run_ends_when_its_time_is_over_and_leaves_nothing(workspace: Path) -> None:
    result = run(workspace, "hangs", seconds=8)
    assert not result.ok
    assert {host.state for host in result.hosts} <= {HostState.UNFINISHED}
    assert result.failed == ("ansible-playbook: not through after 8 s",)
    assert left(workspace) == []


def test_a_task_that_hangs_ends_when_its_own_time_is_over_and_holds_nobody_up(workspace: Path) -> None:
    result = run(workspace, "hangs", task_s=2)
    assert {host.host: host.state for host in result.hosts} == {"one": HostState.FAILED, "two": HostState.OK}
    assert result.hosts[1].found == {"went_on": True}


def test_what_a_killed_run_left_is_removed_by_the_next_and_a_running_one_is_not(workspace: Path) -> None:
    folder = workspace / ".jbnet" / "ansible"
    abandoned = folder / "tmpabandoned"
    abandoned.mkdir(parents=True)
    (abandoned / "variables.json").write_text(SECRET, encoding="utf-8")
    (abandoned / "lock").touch()
    held = folder / "tmprunning"
    held.mkdir()
    lock = os.open(held / "lock", os.O_WRONLY | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    run(workspace, "looks")
    assert list(folder.iterdir()) == [held]
    os.close(lock)


def test_a_playbook_that_is_not_there_is_missing(workspace: Path) -> None:
    with pytest.raises(Missing, match="playbook none is missing"):
        run(workspace, "none")
