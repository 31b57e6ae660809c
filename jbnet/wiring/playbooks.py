"""Playbooks on the devices of a workspace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.exchange import ansible_login, reachable_network
from jbnet.wiring.leases import declared_backups, declared_lease
from jbnet.wiring.secrets import secrets

if TYPE_CHECKING:
    from jbnet.adapters.playbook_shelf import PlaybookShelf
    from jbnet.ports import Reporter
    from jbnet.services.playbook import Playbook, PlaybookWays


def playbook_shelf(directory: Path) -> PlaybookShelf:
    """Return the playbooks of a workspace."""
    from jbnet.adapters.playbook_shelf import PlaybookShelf

    return PlaybookShelf(directory)


def playbook_ways(directory: Path, state_dir: Path, playbook: Playbook, reporter: Reporter | None) -> PlaybookWays:
    """Return what a run of a playbook works with: the devices one can log in to, secrets, ansible-runner."""
    from jbnet.adapters.playbooks import AnsiblePlaybooks
    from jbnet.adapters.ssh_login import KeyRing
    from jbnet.services.playbook import PlaybookWays

    known_hosts = KeyRing(state_dir).known_hosts
    return PlaybookWays(
        network=reachable_network(directory, state_dir),
        login=ansible_login(state_dir),
        secrets=secrets(directory, state_dir),
        runner=AnsiblePlaybooks(directory, state_dir, None, known_hosts, task_s=playbook.task_seconds),
        reporter=reporter,
        lab=(state_dir / "lab.json").is_file(),
        lease=declared_lease(directory),
        backups=declared_backups(directory),
    )
