"""The database servers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.wiring.declaration import load_network
from jbnet.wiring.devices import remote_hosts
from jbnet.wiring.secrets import secrets

if TYPE_CHECKING:
    from jbnet.adapters.playbooks import AnsiblePlaybooks
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.model.network import Network
    from jbnet.ports import PlaybookResult


def database_servers(state_dir: Path, network: Network) -> PostgresServers:
    """Return the database servers, reached over SSH as the account that owns them."""
    from jbnet.adapters.postgres import PostgresServers

    return PostgresServers(network, remote_hosts(state_dir, network))


def playbook_runner(directory: Path, state_dir: Path) -> AnsiblePlaybooks:
    """Return what runs the playbooks of a workspace, logging in with the state directory's key."""
    from jbnet.adapters.playbooks import AnsiblePlaybooks
    from jbnet.adapters.ssh_login import KeyRing

    ring = KeyRing(state_dir)
    return AnsiblePlaybooks(directory, state_dir, ring.key("postgres"), ring.known_hosts)


def set_up_databases(directory: Path, state_dir: Path) -> PlaybookResult:
    """Bring every declared database up, leader and standby, and the service addresses where they lead.

    Run it again and nothing changes. Raises CommandFailed with the tasks that failed, Refused after a failover.
    """
    from jbnet.adapters.postgres import PostgresServers
    from jbnet.adapters.routes import OspfRoutes
    from jbnet.services.databases import announce_all, refuse_where_moved, set_up

    network = load_network(directory, state_dir)
    hosts = remote_hosts(state_dir, network)
    try:
        refuse_where_moved(network, PostgresServers(network, hosts))
        result = set_up(network, secrets(directory, state_dir), playbook_runner(directory, state_dir))
        announce_all(network, OspfRoutes(hosts))
    finally:
        hosts.close_all()
    return result


def client_passfile(state_dir: Path) -> Path:
    """Write the clients' password into a file that libpq reads (mode 0600, below ``state_dir``) and return it."""
    import os

    from jbnet.adapters.secrets import SecretsFile
    from jbnet.services.database_accounts import CLIENT, CLIENT_SECRET, password_file

    path = state_dir / "client.pgpass"
    content = password_file(SecretsFile(state_dir / "secrets.yaml").get(CLIENT_SECRET), CLIENT)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(content)
    return path
