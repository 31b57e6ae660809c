"""Readiness, always on: what the monitor looks with, and what it judges by."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network
from jbnet.wiring.readiness import readiness, readiness_history, readiness_hosts
from jbnet.wiring.recoveries import recovery_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from jbnet.adapters.ssh import SshHosts
    from jbnet.model.network import Network
    from jbnet.model.text import Text
    from jbnet.monitor.ready_judge import ReadyRules
    from jbnet.ports.readiness import ReadinessLook
    from jbnet.recovery.limits import Limits
    from jbnet.recovery.readiness import Result
    from jbnet.services.watch.readiness import ReadinessWatch

LOGIN_S = 600.0
"""Seconds for which logins are kept. Then all are made anew: that one can log in is part of being ready."""
WORKER = "jbnet.cli.readiness_worker"


def _limits(directory: Path) -> Limits:
    """Return what the plan declares; what is usual where it has errors: then each look says so."""
    from jbnet.model.errors import JbnetError
    from jbnet.recovery.limits import Limits

    try:
        return recovery_plan(directory).readiness
    except JbnetError:
        return Limits()


def ready_rules(directory: Path) -> ReadyRules:
    """Return when what a look finds is an alarm."""
    from jbnet.monitor.ready_judge import ReadyRules

    limits = _limits(directory)
    return ReadyRules(limits.alarm_after, limits.alarm_amber)


def ready_watch(
    directory: Path, state_dir: Path, network: Network, say: Callable[[Text], None], *, wanted: bool | None = None
) -> ReadinessWatch | None:
    """Return what looks at readiness beside the rounds, inert until ``start``; None: it is not looked at.

    ``wanted`` None: unless this is a lab, whose hosts run databases only when somebody set them up. ``say`` is told
    where databases are declared and no plan is.
    """
    import sys

    from jbnet.adapters.clock import SystemClock
    from jbnet.adapters.readiness_process import LookProcess
    from jbnet.model.text import text
    from jbnet.services.watch.readiness import ReadinessWatch

    in_lab = (state_dir / "lab.json").exists()
    if not network.databases or wanted is False or (in_lab and not wanted):
        return None
    if not (directory / "dr" / "plan.yaml").is_file():
        say(text("whether a recovery is possible is not looked at: there is no dr/plan.yaml"))
        return None
    every = _limits(directory).every_s
    if every == 0:
        return None
    argv = [sys.executable, "-m", WORKER, str(directory.absolute()), str(state_dir.absolute())]
    return ReadinessWatch(LookProcess(argv), every, SystemClock(), say)


class Looker:
    """Looks at readiness again and again, with logins that are kept for a while. Inert until the first look."""

    def __init__(self, directory: Path, state_dir: Path):
        self._directory, self._state_dir = directory, state_dir
        self._network: Network | None = None
        self._hosts: SshHosts | None = None
        self._since = 0.0

    def look(self) -> ReadinessLook:
        """Look at all databases and what is around them, and keep it. Raises JbnetError (dr/, the declaration)."""
        from jbnet.ports.readiness import ReadinessLook
        from jbnet.services.watch.ready_records import records

        plan = recovery_plan(self._directory)
        network = self._network = self._network or load_network(self._directory, self._state_dir)
        hosts = self._logins(network)
        found = readiness(self._directory, self._state_dir, network, list(network.databases), hosts).results
        return ReadinessLook(records(network, plan, found), self._keep(found))

    def _logins(self, network: Network) -> SshHosts:
        now = time.monotonic()
        if self._hosts is None or now - self._since >= LOGIN_S:
            if self._hosts is not None:
                self._hosts.close_all()
            self._hosts, self._since = readiness_hosts(self._state_dir, network), now
        return self._hosts

    def _keep(self, found: tuple[Result, ...]) -> Text | None:
        """Keep what was found; return why it could not be."""
        from jbnet.adapters.clock import SystemClock
        from jbnet.model.errors import JbnetError

        try:
            readiness_history(self._state_dir).append(SystemClock().now(), found)
        except JbnetError as error:
            return error.text
        return None
