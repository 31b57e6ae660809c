"""Ends what a run of Ansible left on this machine: its workers make sessions of their own, and ssh hangs below them."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "JBNET_PLAYBOOK"
"""Environment variable that every process of a run carries: the run's private directory."""
PROC = Path("/proc")
POLL_S = 0.02
GONE_S = 10.0


def end_marked(directory: Path) -> None:
    """Kill every process that carries the mark of a run, until none is left (10 s at most)."""
    deadline = time.monotonic() + GONE_S
    while (found := list(_marked(directory))) and time.monotonic() < deadline:
        for pid in found:
            _kill(pid)
        time.sleep(POLL_S)


def _marked(directory: Path) -> Iterator[int]:
    wanted = f"{MARK}={directory}".encode()
    for entry in PROC.iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid() and wanted in _environment(entry):
            yield int(entry.name)


def _environment(process: Path) -> list[bytes]:
    """Return a process's environment; empty for one that is gone, is dying, or is somebody else's."""
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
