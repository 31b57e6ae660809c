"""Hosts that are not waited for again and again: one that gave no answer is taken as silent for a while.

During a failover the dead host is asked for many facts. Each first wait costs seconds of outage; the next ones need
not. Silence stays what it is: Unreachable, which proves nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import nullcontext

from jbnet.model.errors import Unreachable
from jbnet.ports import Completed, RemoteHost, RemoteHosts

SILENT_S = 60.0
"""Seconds for which a host that gave no answer is not asked again."""


class PatientOnce:
    """Implements RemoteHosts. Silence is remembered by host and way (``via``), not by account."""

    def __init__(self, hosts: RemoteHosts, seconds: float = SILENT_S):
        self._hosts = hosts
        self._seconds = seconds
        self._silent: dict[tuple[str, str | None], float] = {}
        self._answering: set[tuple[str, str | None]] = set()
        self._lock = threading.Lock()
        self._turns: dict[tuple[str, str, str | None], threading.Lock] = {}

    def host(self, device: str, user: str, via: str | None = None) -> RemoteHost:
        """Return the host."""
        with self._lock:
            turn = self._turns.setdefault((device, user, via), threading.Lock())
        return _Host(self, self._hosts.host(device, user, via=via), (device, via), turn)

    def check(self, key: tuple[str, str | None]) -> None:
        """Raise Unreachable for a host that was silent a moment ago."""
        with self._lock:
            since = self._silent.get(key)
        if since is not None and time.monotonic() - since < self._seconds:
            raise Unreachable("{device} did not answer a moment ago", device=key[0])

    def note(self, key: tuple[str, str | None], *, silent: bool) -> None:
        """Remember whether it answered."""
        with self._lock:
            if silent:
                self._silent[key] = time.monotonic()
                self._answering.discard(key)
            else:
                self._silent.pop(key, None)
                self._answering.add(key)

    def answering(self, key: tuple[str, str | None]) -> bool:
        """Say whether it answered when it was asked last: then nobody need wait for another's question."""
        with self._lock:
            return key in self._answering


class _Host:
    """One account on a host. Until it answers callers take turns: the second learns what the first waited for."""

    def __init__(self, memory: PatientOnce, remote: RemoteHost, key: tuple[str, str | None], turn: threading.Lock):
        self.name = remote.name
        self._memory = memory
        self._remote = remote
        self._key = key
        self._turn = turn

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        """Run a command; a host known to be silent is not asked."""
        with nullcontext() if self._memory.answering(self._key) else self._turn:
            self._memory.check(self._key)
            try:
                done = self._remote.run(argv, stdin=stdin, timeout=timeout)
            except Unreachable:
                self._memory.note(self._key, silent=True)
                raise
            self._memory.note(self._key, silent=False)
            return done
