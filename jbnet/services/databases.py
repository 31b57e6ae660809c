"""Setting the databases up, and counting afterwards what a client wrote and is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jbnet.inventory.exchange.ansible import device_variables
from jbnet.model.errors import CommandFailed, Refused, Unreachable
from jbnet.model.network import Database, Network
from jbnet.model.secrets import Secret
from jbnet.model.text import Text, text
from jbnet.ports import DatabaseServer, DatabaseServers, PlaybookResult, PlaybookRunner, RouteControl, Secrets
from jbnet.services.database_accounts import CLIENT_SECRET, REPLICATION_SECRET, password_file, set_up_script
from jbnet.services.database_cluster import Cluster, Layout, cluster
from jbnet.services.database_settings import (
    access_rules,
    conninfo,
    follower_settings,
    leader_settings,
    server_settings,
    waits_for,
)

PLAYBOOK = "postgres"
SET_UP_TIMEOUT = 600.0


def set_up(
    network: Network,
    secrets: Secrets,
    runner: PlaybookRunner,
    layout: Layout | None = None,
    databases: Iterable[str] | None = None,
) -> PlaybookResult:
    """Bring every declared database up: leader, standby, replication. A second run changes nothing.

    Raises CommandFailed with the tasks that failed. Where a standby leads (after a failover) the playbook
    refuses to touch that database: failback is the way there.
    """
    chosen = list(databases) if databases is not None else list(network.databases)
    inventory = playbook_inventory(network, secrets, layout or Layout(), chosen)
    result = runner.run(PLAYBOOK, inventory, {}, SET_UP_TIMEOUT)
    if result.interrupted:
        raise KeyboardInterrupt
    if not result.ok:
        raise CommandFailed(
            "setting the databases up failed: {tasks}",
            tasks="; ".join(result.failed) or PLAYBOOK,
            hint=text("correct it and run it again: what is done stays done"),
        )
    return result


def refuse_where_moved(network: Network, servers: DatabaseServers) -> None:
    """Raise Refused when a declared standby leads: starting the declared leader beside it would make two.

    A standby's host that cannot be reached raises Unreachable: not knowing is no reason to go on.
    """
    for database in network.databases.values():
        for host in database.hosts[1:]:
            if servers.server(database.name, host).state().leads:
                raise Refused(
                    "database {name} leads on {host}, its declared standby",
                    name=database.name,
                    host=host,
                    hint=_way_back(host, database),
                )


def _way_back(host: str, database: Database) -> Text:
    if host == database.local_standby:
        return text("no runbook promotes it: find out who writes to it, and which of the two has what, before one goes")
    return text("the way back is: jbnet dr failback")


def announce_all(network: Network, routes: RouteControl) -> None:
    """Let every declared leader announce its service address; nothing happens where one is announced already."""
    for database in network.databases.values():
        address = str(database.service_address)
        if not any(routes.announces(address, host) for host in (database.primary, database.standby)):
            routes.announce(address, database.primary, prefer=False)


def playbook_inventory(
    network: Network, secrets: Secrets, layout: Layout, databases: Iterable[str]
) -> dict[str, object]:
    """Return the Ansible inventory: one host a cluster, so that clusters are handled side by side.

    A host has the variables of its machine, as in ``jbnet export ansible``, and ``pg_*``: what the role needs.
    """
    held = {name: secrets.get(name) for name in (REPLICATION_SECRET, CLIENT_SECRET)}
    leaders: dict[str, object] = {}
    standbys: dict[str, object] = {}
    for name in databases:
        declared = network.databases[name]
        lead = cluster(network, name, declared.primary)
        leaders[f"{lead.host}.{name}"] = _machine(network, lead) | _leader_variables(lead, layout, held)
        for follow in (cluster(network, name, host) for host in declared.hosts[1:]):
            standbys[f"{follow.host}.{name}"] = _machine(network, follow) | _standby_variables(follow, layout, held)
    return {"all": {"children": {"leaders": {"hosts": leaders}, "standbys": {"hosts": standbys}}}}


def _machine(network: Network, here: Cluster) -> dict[str, object]:
    return device_variables(network, network.devices[here.host]) | {"ansible_user": "postgres"}


def _common_variables(here: Cluster, layout: Layout, held: Mapping[str, Secret]) -> dict[str, object]:
    data = layout.data(here.database.name)
    return {
        "pg_database": here.database.name,
        "pg_port": here.database.port,
        "pg_programs": layout.programs,
        "pg_data": data,
        "pg_log": layout.log(here.database.name),
        "pg_keeper": layout.keeper if here.database.replication.waits else "",
        "pg_files": {
            layout.passfile: password_file(held[REPLICATION_SECRET]),
            f"{data}/postgresql.conf": server_settings(here, layout),
            f"{data}/pg_hba.conf": access_rules(here),
        },
    }


def _leader_variables(here: Cluster, layout: Layout, held: Mapping[str, Secret]) -> dict[str, object]:
    role = {f"{layout.data(here.database.name)}/jbnet-role.conf": leader_settings(waits_for(here))}
    return _common_variables(here, layout, held) | {"pg_role": role, "pg_set_up": set_up_script(here, held)}


def _standby_variables(here: Cluster, layout: Layout, held: Mapping[str, Secret]) -> dict[str, object]:
    role = {f"{layout.data(here.database.name)}/jbnet-role.conf": follower_settings(here, layout)}
    return _common_variables(here, layout, held) | {"pg_role": role, "pg_source": conninfo(here, layout)}


def present_ids(servers: DatabaseServers, network: Network, database: str, client: str) -> frozenset[int]:
    """Return the numbers of the client's rows on the server that leads now.

    A host that does not answer is passed over: after a failover it is dead, and fenced. Raises CommandFailed when
    not exactly one of those that answer leads.
    """
    declared = network.databases[database]
    found = [servers.server(database, host) for host in declared.hosts]
    leaders = [server for server in found if _leads(server)]
    if len(leaders) != 1:
        raise CommandFailed(
            "database {name}: {count} servers take writes; expected one",
            name=database,
            count=len(leaders),
            hint=text("look with: jbnet dr status"),
        )
    return leaders[0].present(client)


def _leads(server: DatabaseServer) -> bool:
    try:
        return server.state().leads
    except Unreachable:
        return False
