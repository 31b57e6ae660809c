"""What a test runs in the network of the router: ``set-up DIRECTORY``, ``write DATABASE ADDRESS SECONDS``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from small_hosts import Passwords, declared

from jbnet.adapters.playbooks import AnsiblePlaybooks
from jbnet.adapters.postgres_write import ClientWrites
from jbnet.services import databases

ROOT = Path(__file__).parents[2]


def set_up(directory: Path) -> object:
    """Run the set-up playbook; return (ok, what changed)."""
    runner = AnsiblePlaybooks(ROOT, directory / "state", directory / "key", directory / "known_hosts")
    result = databases.set_up(declared(), Passwords(), runner)
    return result.ok, result.changed


def write(database: str, address: str, seconds: float) -> object:
    """Write a row as a client."""
    return dict(ClientWrites(declared(), Passwords().get("pg-client")).write(database, address, seconds))


if __name__ == "__main__":
    task, first, *rest = sys.argv[1:]
    done = set_up(Path(first)) if task == "set-up" else write(first, rest[0], float(rest[1]))
    sys.stdout.write(json.dumps(done))
