"""What a recovery touches, announced to the monitor while it does: what is down there meanwhile is no incident.

Each step has a window over the hosts that it acts on. What a step takes down on purpose stays announced until another
one brings it back, and no longer than the run: an old primary that a failover leaves behind is an incident then.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from jbnet.model.errors import JbnetError
from jbnet.model.text import text
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.ports import Clock, Progress, Reporter, Windows
from jbnet.recovery.expand import Instance
from jbnet.recovery.touched import brings_back, hosts_of, taken_down
from jbnet.services.recover.bounded import TimedOut, bounded

ACTS = 3
"""A step probes, acts and verifies, each within its time."""
SPARE_S = 30.0
"""Seconds beyond that, for what comes between two steps."""
TELL_S = 2.0
"""Seconds that telling the monitor may take: in a recovery every one of them is outage."""


class Announcer:
    """Registers the windows of one run. A monitor that cannot be told is left in peace after the first try."""

    def __init__(self, windows: Windows | None, clock: Clock, reporter: Reporter):
        self._windows, self._clock, self._reporter = windows, clock, reporter
        self._execution, self._what, self._who = "", "", ""
        self._down: dict[tuple[str | None, frozenset[str]], Maintenance] = {}
        self._lock = threading.Lock()

    @contextmanager
    def run(self, execution: str, runbook: str, who: Sequence[str]) -> Iterator[None]:
        """Name the work during the ``with``; what is still announced at its end is taken back."""
        self._execution, self._what, self._who = execution, f"jbnet dr {runbook}", ", ".join(who)
        try:
            yield
        finally:
            with self._lock:
                left, self._down = self._down, {}
            for window in left.values():
                self._close(window)

    @contextmanager
    def step(self, step: Instance) -> Iterator[None]:
        """Have a window over the hosts that a step acts on during the ``with``.

        It ends by itself, where this process is killed, when the step would have been given up.
        """
        hosts, begins = hosts_of(step), self._clock.now()
        if not hosts:
            yield
            return
        ends = begins + timedelta(seconds=ACTS * step.step.timeout + SPARE_S)
        window = self._window(step, hosts, begins, ends)
        self._prolong(ends)
        self._tell(window)
        try:
            yield
        finally:
            self._leave(step, hosts, window)

    def _leave(self, step: Instance, hosts: frozenset[str], window: Maintenance) -> None:
        """Keep the window of a step that took something down; close others, and the one of what is back."""
        down = taken_down(step)
        kept = window if down == hosts else replace(window, id=f"{window.id}:down", devices=down)
        if down and kept is not window:
            self._tell(kept)
        with self._lock:
            held = self._down.pop((step.database, hosts), None) if brings_back(step) else None
            if down:
                self._down[step.database, down] = kept
        for over in (None if kept is window else window, held):
            if over is not None:
                self._close(over)

    def _window(self, step: Instance, hosts: frozenset[str], begins: datetime, ends: datetime) -> Maintenance:
        return Maintenance(
            id=f"recovery:{self._execution}:{step.key}:{int(begins.timestamp())}",
            opener=Opener.RECOVERY,
            begins=begins,
            ends=ends,
            devices=hosts,
            reason=f"{self._what} {self._execution}: {step.key}",
            who=self._who,
            registered=begins,
            work=self._execution,
        )

    def _prolong(self, ends: datetime) -> None:
        """Keep what is down announced as long as the step that comes now may take."""
        with self._lock:
            late = {key: replace(window, ends=ends) for key, window in self._down.items() if window.ends < ends}
            self._down |= late
        for window in late.values():
            self._tell(window)

    def _close(self, window: Maintenance) -> None:
        self._tell(replace(window, ended=self._clock.now()))

    def _tell(self, window: Maintenance) -> None:
        windows = self._windows
        if windows is None:
            return
        try:
            bounded(lambda: windows.register(window), TELL_S)
        except (JbnetError, OSError, TimedOut) as error:
            self._windows = None
            why = error.text if isinstance(error, JbnetError) else str(error)
            told = text("{step}: the monitor could not be told: {reason}", step=window.reason, reason=why)
            self._reporter.report(Progress("dr.unannounced", window.id, {"text": told}))
