"""Playbooks through ansible-runner, over SSH with host keys checked under the device's name."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jbnet.inventory.exchange.ansible import Login
from jbnet.model.errors import Missing
from jbnet.model.text import text
from jbnet.ports import PlaybookResult

TASK_CHANGED = "runner_on_ok"
TASK_FAILED = ("runner_on_failed", "runner_on_unreachable", "runner_on_async_failed")


class AnsiblePlaybooks:
    """Implements PlaybookRunner. ``key`` and ``known_hosts`` are files; ``state`` holds the private run directory.

    The run directory (mode 0700) holds inventory and variables, secrets among them, and is removed at the end;
    nothing secret is an argument or in the environment of a process.
    """

    def __init__(self, workspace: Path, state: Path, key: Path, known_hosts: Path, forks: int = 8):
        self._workspace = workspace.absolute()
        self._state = state.absolute()
        self._key = key.absolute()
        self._known_hosts = known_hosts.absolute()
        self._forks = forks

    def run(
        self, playbook: str, inventory: Mapping[str, object], variables: Mapping[str, object], timeout: float
    ) -> PlaybookResult:
        """Run ``playbooks/NAME.yaml``. Raises Missing (no such playbook, no ansible)."""
        path = self._workspace / "playbooks" / f"{playbook}.yaml"
        if not path.exists():
            raise Missing("playbook {name} is missing: {path} does not exist", name=playbook, path=path)
        if shutil.which("ansible-playbook", path=_search_path()) is None:
            raise Missing("ansible-playbook is missing", hint=text("install jbnet with its dependencies"))
        parent = self._state / "ansible"
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=parent) as directory:
            return self._run_in(Path(directory), path, inventory, variables, timeout)

    def _run_in(
        self,
        directory: Path,
        playbook: Path,
        inventory: Mapping[str, object],
        variables: Mapping[str, object],
        timeout: float,
    ) -> PlaybookResult:
        import ansible_runner

        hosts = directory / "inventory.json"
        _write_private(hosts, json.dumps(inventory))
        given = directory / "variables.json"
        _write_private(given, json.dumps({**self._connection(), **variables}))
        events = _Events()
        deadline = time.monotonic() + timeout
        began = time.monotonic()
        runner = ansible_runner.run(
            private_data_dir=str(directory),
            project_dir=str(self._workspace),
            playbook=str(playbook),
            inventory=str(hosts),
            cmdline=f"--extra-vars @{given}",
            forks=self._forks,
            envvars=self._environment(directory),
            event_handler=events.take,
            cancel_callback=lambda: time.monotonic() > deadline,
            suppress_env_files=True,
            quiet=True,
        )
        ok = runner.status == "successful"
        failed = events.failed or (() if ok else (f"ansible-playbook: {runner.status}{_last_words(runner)}",))
        return PlaybookResult(ok, events.changed, failed, time.monotonic() - began)

    def _connection(self) -> dict[str, object]:
        """Return how to log in, as ``jbnet export ansible`` has it; ``device`` and the account are each host's own."""
        return Login(str(self._key), str(self._known_hosts)).variables("{{ device }}")

    def _environment(self, directory: Path) -> dict[str, str]:
        return {
            "ANSIBLE_CONFIG": str(self._workspace / "ansible.cfg"),
            "ANSIBLE_HOME": str(directory / "ansible"),
            "ANSIBLE_LOCAL_TEMP": str(directory / "tmp"),
            "ANSIBLE_NOCOLOR": "1",
            "PATH": _search_path(),
            "LC_ALL": "C.UTF-8",
        }


class _Events:
    """Collects what changed and what failed, as ``HOST: TASK``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.changed: tuple[str, ...] = ()
        self.failed: tuple[str, ...] = ()

    def take(self, event: Mapping[str, Any]) -> bool:
        data = event.get("event_data") or {}
        result = data.get("res") or {}
        subject = f"{data.get('host')}: {data.get('task')}"
        with self._lock:
            if event.get("event") == TASK_CHANGED and result.get("changed"):
                self.changed += (subject,)
            if event.get("event") in TASK_FAILED and not data.get("ignore_errors"):
                self.failed += (f"{subject}: {_reason(result)}",)
        return False


def _reason(result: Mapping[str, Any]) -> str:
    """Return what a failed task said; a censored one says only that it is."""
    for key in ("stderr", "msg", "stdout"):
        said = str(result.get(key) or "").strip()
        if said:
            return said[-300:]
    return str(result.get("censored", "no reason given"))


def _last_words(runner: Any) -> str:
    lines = runner.stdout.read().strip().splitlines() if runner.stdout else []
    return f": {lines[-1][:300]}" if lines else ""


def _write_private(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(content)


def _search_path() -> str:
    """Return PATH with this interpreter's directory first: ansible-playbook is installed beside it."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
