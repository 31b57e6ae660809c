"""What a test runs in the network of the router.

``set-up DIRECTORY MODE...`` (of each database, in their order), ``write DATABASE ADDRESS SECONDS``,
``identity DATABASE ADDRESS SECONDS``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from small_hosts import MODES, Passwords, declared

from jbnet.adapters.playbooks import AnsiblePlaybooks
from jbnet.adapters.postgres_write import ClientWrites
from jbnet.model.business import Replication
from jbnet.model.errors import Unreachable
from jbnet.services import databases

ROOT = Path(__file__).parents[2]


def set_up(directory: Path, modes: Sequence[str]) -> object:
    """Run the set-up playbook; return (ok, what changed)."""
    known = dict(zip(MODES, map(Replication, modes), strict=True))
    runner = AnsiblePlaybooks(ROOT, directory / "state", directory / "key", directory / "known_hosts")
    result = databases.set_up(declared(known), Passwords(), runner)
    return result.ok, result.changed


def write(database: str, address: str, seconds: float) -> object:
    """Write a row as a client."""
    return dict(ClientWrites(declared(), Passwords().get("pg-client")).write(database, address, seconds))


def identity(database: str, address: str, seconds: float) -> object:
    """Ask who answers a client, or say why nobody does."""
    try:
        return asdict(ClientWrites(declared(), Passwords().get("pg-client")).identity(database, address, seconds))
    except Unreachable as error:
        return {"error": str(error)}


if __name__ == "__main__":
    task, first, *rest = sys.argv[1:]
    act = {"write": write, "identity": identity}.get(task)
    done = act(first, rest[0], float(rest[1])) if act else set_up(Path(first), rest)
    sys.stdout.write(json.dumps(done))
