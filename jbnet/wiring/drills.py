"""Drills in a bubble: what carries them out, and what was left of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.recoveries import RECOVERY_CONNECT_S, executions, recovery_plan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jbnet.adapters.bubble.servers import SshBubbles
    from jbnet.model.network import Network
    from jbnet.ports import StepAction
    from jbnet.recovery.readiness import Result
    from jbnet.services.recover.actions import Tools


def bubbles(state_dir: Path, network: Network) -> SshBubbles:
    """Return what carries drills out on hosts, over SSH as the account that owns the servers."""
    from jbnet.adapters.bubble.servers import SshBubbles
    from jbnet.adapters.ssh import SshHosts
    from jbnet.wiring.devices import _addresses

    hosts = SshHosts(state_dir, _addresses(network), connect_timeout=RECOVERY_CONNECT_S)
    return SshBubbles(network, hosts, hosts)


def drill_actions(directory: Path, state_dir: Path, tools: Tools) -> Mapping[str, StepAction]:
    """Return the actions of a drill. They give way to whoever holds the right to a recovery in earnest.

    A step of that very recovery, which asked for it, does not give way to itself.
    """
    import os

    from jbnet.recovery.runbook import CLEAR_DRILL, DRILL
    from jbnet.services.recover.actions_drill import ClearDrill, DrillDatabase, DrillTools
    from jbnet.wiring.readiness import restored_file

    lease = executions(state_dir).lease

    def earnest() -> str | None:
        holder = lease.holder()
        return None if holder is None or lease.note().get("pid") == os.getpid() else holder

    given = DrillTools(
        tools.network,
        tools.servers,
        tools.clock,
        bubbles(state_dir, tools.network),
        recovery_plan(directory).drills,
        earnest,
        counts=restored_file(state_dir).append,
    )
    return {DRILL: DrillDatabase(given), CLEAR_DRILL: ClearDrill(given)}


def last_practice(directory: Path, state_dir: Path) -> Result:
    """Return how old the newest drill is, against what is declared: the check ``drill`` of readiness, by itself."""
    from jbnet.wiring.readiness import last_drill

    return last_drill(state_dir, recovery_plan(directory))
