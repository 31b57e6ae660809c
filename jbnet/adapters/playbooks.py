"""Playbooks through ansible-runner, over SSH with host keys checked under the device's name."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jbnet.adapters.playbook_events import Events, secrets_in
from jbnet.adapters.playbook_processes import MARK, end_marked
from jbnet.inventory.exchange.ansible import Login
from jbnet.model.errors import Missing
from jbnet.model.text import text
from jbnet.ports import PlaybookResult, Reporter

SECRETS = ("jbnet_secrets", "ansible_become_password")
"""The variables under which a playbook is given secrets."""
LOOK_S = 0.2
"""How often a run looks whether it is to end."""
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOCK = "lock"


@dataclass(frozen=True, slots=True)
class _Order:
    playbook: Path
    inventory: Mapping[str, object]
    variables: Mapping[str, object]
    timeout: float
    check: bool


class AnsiblePlaybooks:
    """Implements PlaybookRunner. ``known_hosts`` and ``key`` are files; ``state`` holds the private run directory.

    The run directory (mode 0700) holds inventory and variables, secrets among them, and is removed at the end;
    nothing secret is an argument or in the environment of a process. ``key`` None: each host of the inventory brings
    its own login. ``task_s`` is the time that one task has on one host.
    """

    def __init__(
        self, workspace: Path, state: Path, key: Path | None, known_hosts: Path, forks: int = 8, task_s: int = 300
    ):
        self._workspace = workspace.absolute()
        self._state = state.absolute()
        self._key = key.absolute() if key else None
        self._known_hosts = known_hosts.absolute()
        self._forks = forks
        self._task_s = task_s

    def run(
        self,
        playbook: str,
        inventory: Mapping[str, object],
        variables: Mapping[str, object],
        timeout: float,
        *,
        check: bool = False,
        reporter: Reporter | None = None,
    ) -> PlaybookResult:
        """Run ``playbooks/NAME.yaml``. Raises Missing (no such playbook, no ansible)."""
        path = self._workspace / "playbooks" / f"{playbook}.yaml"
        if not path.exists():
            raise Missing("playbook {name} is missing: {path} does not exist", name=playbook, path=path)
        if shutil.which("ansible-playbook", path=_search_path()) is None:
            raise Missing("ansible-playbook is missing", hint=text("install jbnet with its dependencies"))
        order = _Order(path, inventory, {**self._connection(), **variables}, timeout, check)
        events = Events(secrets_in({name: variables.get(name) for name in SECRETS}), reporter)
        with _private(self._state / "ansible") as directory:
            return self._run_in(directory, order, events)

    def _run_in(self, directory: Path, order: _Order, events: Events) -> PlaybookResult:
        began = time.monotonic()
        try:
            runner = self._start(directory, order, events, began + order.timeout)
        except KeyboardInterrupt:
            failed = (*events.failed, "ansible-playbook: interrupted")
            return PlaybookResult(
                False, events.changed, failed, time.monotonic() - began, events.outcomes(), interrupted=True
            )
        ok = runner.status == "successful"
        failed = events.failed
        if runner.status == "canceled":
            failed += (f"ansible-playbook: not through after {order.timeout:g} s",)
        elif not ok and not failed:
            failed = (f"ansible-playbook: {runner.status}{_last_words(runner)}",)
        return PlaybookResult(ok, events.changed, failed, time.monotonic() - began, events.outcomes())

    def _start(self, directory: Path, order: _Order, events: Events, deadline: float) -> Any:
        import ansible_runner

        hosts, given = directory / "inventory.json", directory / "variables.json"
        _write_private(hosts, json.dumps(order.inventory))
        _write_private(given, json.dumps(order.variables))
        return ansible_runner.run(
            private_data_dir=str(directory),
            project_dir=str(self._workspace),
            playbook=str(order.playbook),
            inventory=str(hosts),
            cmdline=shlex.join(["--extra-vars", f"@{given}", *(["--check"] if order.check else [])]),
            forks=self._forks,
            envvars=self._environment(directory),
            settings={"pexpect_timeout": LOOK_S},
            event_handler=events.take,
            cancel_callback=lambda: time.monotonic() > deadline,
            quiet=True,
        )

    def _connection(self) -> dict[str, object]:
        """Return how to log in, as ``jbnet export ansible`` has it; ``device`` and the account are each host's own."""
        if self._key is None:
            return {}
        return Login(str(self._key), str(self._known_hosts)).variables("{{ device }}")

    def _environment(self, directory: Path) -> dict[str, str]:
        return {
            MARK: str(directory),
            "ANSIBLE_CONFIG": str(self._workspace / "ansible.cfg"),
            "ANSIBLE_HOST_KEY_CHECKING": "True",  # ansible-runner sets False where this is absent
            "ANSIBLE_HOME": str(directory / "ansible"),
            "ANSIBLE_LOCAL_TEMP": str(directory / "tmp"),
            "ANSIBLE_TASK_TIMEOUT": str(self._task_s),
            "ANSIBLE_NOCOLOR": "1",
            "PATH": _search_path(),
            "LC_ALL": "C.UTF-8",
        }


@contextmanager
def _private(parent: Path) -> Iterator[Path]:
    """Make a directory for one run (0700); at the end everything of the run is ended and the directory gone.

    What a killed run left behind is removed first: nobody holds its lock.
    """
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_abandoned(parent)
    directory = Path(tempfile.mkdtemp(dir=parent))
    held = os.open(directory / LOCK, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield directory
    finally:
        with _undisturbed():
            _remove(directory)
            os.close(held)


def _remove(directory: Path) -> None:
    end_marked(directory)
    shutil.rmtree(directory, ignore_errors=True)


def _remove_abandoned(parent: Path) -> None:
    for directory in parent.iterdir():
        with suppress(OSError):  # it went away meanwhile, or its run goes on: the lock is held
            held = os.open(directory / LOCK, os.O_WRONLY)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(directory)
            finally:
                os.close(held)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Let no further Ctrl-C cut the clearing up short. Signals are the main thread's."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _last_words(runner: Any) -> str:
    lines = runner.stdout.read().strip().splitlines() if runner.stdout else []
    return f": {lines[-1][:300]}" if lines else ""


def _write_private(path: Path, content: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(content)


def _search_path() -> str:
    """Return PATH with this interpreter's directory first: ansible-playbook is installed beside it."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
