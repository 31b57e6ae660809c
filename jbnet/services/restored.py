"""What a run of the playbook ``restore-proof`` proved: only what was restored and read counts."""

from __future__ import annotations

from datetime import datetime

from jbnet.ports import HostState, PlaybookResult
from jbnet.recovery.restored import Restored

PLAYBOOK = "restore-proof"


def restores_of(playbook: str, result: PlaybookResult, now: datetime) -> tuple[Restored, ...]:
    """Return the backups that a run restored. A host without one, or a run that only looked, proves nothing."""
    if playbook != PLAYBOOK:
        return ()
    found = []
    for host in result.hosts:
        device, _, database = host.host.rpartition(".")
        if device and host.state is HostState.OK and host.found.get("backup") and host.found.get("read"):
            found.append(Restored(database, device, str(host.found["backup"]), now))
    return tuple(found)
