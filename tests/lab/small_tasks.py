"""What a test runs in the network of the router.

``set-up DIRECTORY MODE...`` (of each database, in their order), ``write DATABASE ADDRESS SECONDS``,
``identity DATABASE ADDRESS SECONDS``, ``play DIRECTORY PLAYBOOK BACKUPS VARIABLES`` (the last two JSON).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from small_hosts import MODES, Passwords, declared

from jbnet.adapters.playbooks import AnsiblePlaybooks
from jbnet.adapters.postgres_write import ClientWrites
from jbnet.inventory.exchange.ansible import Login, host_variables
from jbnet.model.business import Replication
from jbnet.model.errors import Unreachable
from jbnet.recovery.backups_plan import BackupsPlan
from jbnet.services import databases
from jbnet.services.playbook_facts import DIRECT, server_facts

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


def play(directory: Path, name: str, plan: BackupsPlan, variables: Mapping[str, object]) -> object:
    """Run a playbook for database hosts, with root in the place of ``netops``; return (ok, what changed, why not)."""
    network = declared()
    login = Login(str(directory / "keys" / "netops"), str(directory / "known_hosts"), "root")
    hosts = {
        device.name: {
            **host_variables(network, device, login),
            "service_manager": DIRECT,
            "jbnet": server_facts(network, device, backups=plan),
        }
        for device in network.devices.values() if any(device.name in db.hosts for db in network.databases.values())
    }  # fmt: skip
    inventory = {"all": {"hosts": hosts, "children": {"databases": {"hosts": dict.fromkeys(hosts)}}}}
    runner = AnsiblePlaybooks(ROOT, directory / "state", None, directory / "known_hosts")
    secrets = {"jbnet_secrets": {"backup-passphrase": Passwords().get("backup-passphrase").reveal()}}
    result = runner.run(name, inventory, {**variables, **secrets}, 240.0)
    return result.ok, result.changed, result.failed, {host.host: str(host.found) for host in result.hosts}


if __name__ == "__main__":
    task, first, *rest = sys.argv[1:]
    done: object
    if task == "play":
        done = play(Path(first), rest[0], BackupsPlan(**json.loads(rest[1])), json.loads(rest[2]))
    elif task == "set-up":
        done = set_up(Path(first), rest)
    else:
        done = {"write": write, "identity": identity}[task](first, rest[0], float(rest[1]))
    sys.stdout.write(json.dumps(done))
