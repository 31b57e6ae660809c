"""Finds and ends the processes of one lab, and of no other.

A process belongs to a lab when its environment carries the lab's mark, or when it lives in a network namespace
of a process that does (clients that dropped their environment). Names are never looked at.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from jbnet.lab.paths import MARK

PROC = Path("/proc")
POLL_S = 0.01
DYING_POLL_S = 0.05


def belonging(runtime: Path) -> set[int]:
    """Return the ids of all living processes of the lab, except our own ancestors and ourselves."""
    spaces = {pid: _namespace(Path(str(pid))) for pid in _all()}
    marked = {pid for pid in spaces if _is_marked(pid, runtime)}
    own = {_namespace(Path("self")), _namespace(Path("1"))}
    theirs = {spaces[pid] for pid in marked} - own - {None}
    inside = {pid for pid, space in spaces.items() if space in theirs}
    return (marked | inside) - set(_ancestors())


def end_all(runtime: Path, timeout: float = 60.0) -> set[int]:
    """Kill all processes of the lab, as often as new ones appear; return those left after ``timeout`` seconds.

    A process that is dying has lost its environment, and the first process of a PID namespace dies slowly, after
    all others in it: so those that were killed are watched until they are gone. Only then is it worth while to
    look through all processes of the machine again.
    """
    deadline = time.monotonic() + timeout
    killed: set[int] = set()
    while found := belonging(runtime):
        dying = {pid: start_time(pid) for pid in found}
        for pid in found:
            _kill(pid)
        killed |= found
        while dying := {pid: started for pid, started in dying.items() if is_alive(pid, started)}:
            if time.monotonic() > deadline:
                return set(dying)
            time.sleep(DYING_POLL_S)
    _await_reaping(killed)
    return set()


def _await_reaping(killed: set[int], timeout: float = 1.0) -> None:
    """Give init a moment to collect the orphans it was left; what it leaves lying is dead all the same."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline and any(_is_orphan(pid) for pid in killed):
        time.sleep(POLL_S)


def _is_orphan(pid: int) -> bool:
    """Say whether a process is dead and whoever adopted it (init, a subreaper) has not collected it yet."""
    fields = _fields(pid)
    return fields is not None and fields[0] == "Z" and int(fields[1]) != os.getpid()


def is_alive(pid: int, started: int | None = None) -> bool:
    """Say whether a process lives (a zombie does not), and is the one that started at ``started`` clock ticks."""
    stat = _stat(pid)
    return stat is not None and stat[0] not in "ZX" and (started is None or stat[1] == started)


def start_time(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot (proc(5), field 22): tells it from a successor."""
    stat = _stat(pid)
    return stat[1] if stat else None


def kill(pid: int) -> None:
    """Send SIGKILL; a process that is gone already is fine."""
    _kill(pid)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _all() -> Iterator[int]:
    for entry in os.listdir(PROC):  # noqa: PTH208  names only, thousands of them
        if entry.isdigit() and is_alive(int(entry)):
            yield int(entry)


def _is_marked(pid: int, runtime: Path) -> bool:
    wanted = f"{MARK}={runtime}".encode()
    try:
        return wanted in (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _namespace(process: Path) -> str | None:
    try:
        return str((PROC / process / "ns/net").readlink())
    except OSError:
        return None


def _stat(pid: int) -> tuple[str, int] | None:
    fields = _fields(pid)
    return (fields[0], int(fields[19])) if fields else None


def _fields(pid: int) -> list[str] | None:
    """Return what proc(5) calls stat from the third field on: state, parent, ..."""
    try:
        text = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _ancestors() -> Iterator[int]:
    pid = os.getpid()
    while pid > 0:
        yield pid
        fields = _fields(pid)
        if fields is None:
            return
        pid = int(fields[1])
