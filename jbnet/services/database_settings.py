"""The texts a PostgreSQL 15 cluster runs by, derived from the declaration: settings and access rules.

One place for both ways in which they get onto a host: the set-up playbook and the rebuilding of a standby
(pg_rewind copies the source's files, so they are written again).
"""

from __future__ import annotations

from jbnet.recovery.modes import DEGRADE_AFTER_S
from jbnet.services.database_accounts import CLIENT, REPLICATOR
from jbnet.services.database_cluster import Cluster, Layout, member_name


def server_settings(here: Cluster, layout: Layout) -> str:
    """Return ``postgresql.conf``: the same whoever leads. What depends on the role is in ``jbnet-role.conf``.

    Whether and how log is archived is said in the host's own file (``Layout.archive_settings``).
    ``wal_log_hints`` is for pg_rewind; ``max_slot_wal_keep_size`` keeps an unread slot from filling the disk;
    shared memory segments in files, so that a killed host leaves none behind.
    """
    settings = {
        "listen_addresses": layout.listen,
        "port": here.database.port,
        "unix_socket_directories": layout.root,
        "unix_socket_permissions": "0700",
        "cluster_name": here.database.name,
        "max_connections": 60,
        "shared_buffers": "32MB",
        "dynamic_shared_memory_type": "mmap",
        "password_encryption": "scram-sha-256",
        "wal_level": "replica",
        "wal_log_hints": "on",
        "hot_standby": "on",
        "synchronous_commit": "on",
        "max_wal_senders": 8,
        "max_replication_slots": 8,
        "wal_keep_size": "128MB",
        "max_slot_wal_keep_size": "1GB",
        "min_wal_size": "80MB",
        "wal_sender_timeout": "10s",
        "wal_receiver_timeout": "10s",
        "wal_retrieve_retry_interval": "500ms",
        "wal_receiver_status_interval": "1s",
        "tcp_keepalives_idle": 5,
        "tcp_keepalives_interval": 2,
        "tcp_keepalives_count": 3,
        "tcp_user_timeout": "10s",
        "client_connection_check_interval": "2s",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_checkpoints": "on",
        "log_connections": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C",
        **_mode_settings(here),
    }
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    included = ["jbnet-role.conf", layout.archive_settings(here.database.name)]
    if here.database.replication.degrades:
        included.append(layout.alone_settings(here.database.name))
    lines += [f"include_if_exists = '{name}'" for name in included]
    return "\n".join(["# Written by jbnet; do not edit.", *lines, ""])


def _mode_settings(here: Cluster) -> dict[str, object]:
    """Return the declared mode as parameters of our own, which the server does not heed: the keeper and checks do."""
    mode = here.database.replication
    found: dict[str, object] = {"jbnet.replication": mode.value}
    awaited = waits_for(here)
    if awaited is not None:
        found["jbnet.standby"] = member_name(awaited)
    if mode.degrades:
        found["jbnet.degrade_after_s"] = DEGRADE_AFTER_S
    return found


def waits_for(here: Cluster) -> str | None:
    """Return the host that commits of a leader wait for while it has its standby; None: nobody."""
    return here.database.waited_for(here.host)


def leader_settings(synchronous_to: str | None) -> str:
    """Return ``jbnet-role.conf`` of a server that leads.

    ``synchronous_to`` is the host that commits wait for, or None: nobody. It is always written, because it
    would otherwise be the one that came with the data directory.
    """
    names = f"FIRST 1 ({member_name(synchronous_to)})" if synchronous_to else ""
    return f"# Written by jbnet; do not edit.\nsynchronous_standby_names = '{names}'\n"


def follower_settings(here: Cluster, layout: Layout) -> str:
    """Return ``jbnet-role.conf`` of a standby: whom it follows, through which slot."""
    return (
        "# Written by jbnet; do not edit.\n"
        "synchronous_standby_names = ''\n"
        f"primary_conninfo = '{conninfo(here, layout)}'\n"
        f"primary_slot_name = '{here.member}'\n"
    )


def conninfo(here: Cluster, layout: Layout, database: str = "") -> str:
    """Return the connection string from this host to the other (libpq); the password is in the pass file."""
    wanted = {
        "host": here.other_addresses[0],
        "port": here.database.port,
        "user": REPLICATOR,
        "passfile": layout.passfile,
        "application_name": here.member,
        "connect_timeout": 5,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10000,
    }
    if database:
        wanted["dbname"] = database
    return " ".join(f"{name}={value}" for name, value in wanted.items())


def access_rules(here: Cluster) -> str:
    """Return ``pg_hba.conf``: the server's own account, the other hosts, the clients of the network; nobody else.

    ``all`` leaves out replication: the account copies its own server by it, for a drill.
    """
    lines = ["# Written by jbnet; do not edit.", "local all postgres peer", "local replication postgres peer"]
    for address in (*here.other_addresses, *here.third_addresses):
        lines += [f"host {what} {REPLICATOR} {address}/32 scram-sha-256" for what in ("replication", "postgres")]
    lines.append(f"host {here.database.name} {CLIENT} {here.clients} scram-sha-256")
    return "\n".join([*lines, ""])
