"""The texts a PostgreSQL 15 cluster runs by, derived from the declaration: settings, access rules, roles.

One place for both ways in which they get onto a host: the set-up playbook and the rebuilding of a standby
(pg_rewind copies the source's files, so they are written again).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from jbnet.model.errors import UsageError
from jbnet.model.network import Database, Device, Network
from jbnet.model.secrets import Secret
from jbnet.model.text import text

REPLICATOR = "jbnet_replicator"
CLIENT = "jbnet_client"
REPLICATION_SECRET = "pg-replication"  # noqa: S105  the secret's name
CLIENT_SECRET = "pg-client"  # noqa: S105  the secret's name
SCRAM_ITERATIONS = 4096


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things lie on a database host (Debian's PostgreSQL 15). ``listen`` is ``listen_addresses``:
    all of the host's own addresses, because a service address comes and goes while the server runs.
    """

    programs: str = "/usr/lib/postgresql/15/bin"
    root: str = "/var/lib/postgresql/15"
    listen: str = "*"

    def data(self, database: str) -> str:
        """Return the data directory of a database's cluster."""
        return f"{self.root}/{database}"

    def log(self, database: str) -> str:
        """Return the server's log file."""
        return f"{self.root}/{database}.log"

    def archive_settings(self, database: str) -> str:
        """Return the file that says where write-ahead log is archived; where it is absent it is not archived.

        It belongs to the host and not to the data directory, which pg_basebackup and pg_rewind copy.
        """
        return f"{self.root}/{database}-archive.conf"

    @property
    def passfile(self) -> str:
        """Return the file with the password for replication (libpq's format)."""
        return f"{self.root}/replication.pgpass"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A database's cluster on one host, and the other host that holds the same database."""

    database: Database
    host: str
    addresses: tuple[IPv4Address, ...]
    other: str
    other_addresses: tuple[IPv4Address, ...]
    clients: IPv4Network

    @property
    def member(self) -> str:
        """Return this host's name as PostgreSQL knows it: ``application_name`` and slot."""
        return member_name(self.host)


def member_name(host: str) -> str:
    """Return a host's name in the characters a replication slot may have (a-z, 0-9, underscore)."""
    return host.replace("-", "_")


def own_addresses(device: Device) -> tuple[IPv4Address, ...]:
    """Return a host's own addresses, the stable one first. Service addresses are not among them."""
    links = [interface.address.ip for interface in device.interfaces if interface.address]
    first = [device.loopback] if device.loopback else []
    return tuple(dict.fromkeys([*first, *links]))


def cluster(network: Network, database: str, host: str) -> Cluster:
    """Return the cluster of a database on a host. Raises UsageError for names that are not declared."""
    declared = network.databases.get(database)
    if declared is None:
        raise UsageError(
            "database {name} is not declared",
            name=database,
            hint=text("declared: {names}", names=", ".join(network.databases)),
        )
    if host not in (declared.primary, declared.standby):
        raise UsageError(
            "{host} does not hold database {name}; {primary} and {standby} do",
            host=host,
            name=database,
            primary=declared.primary,
            standby=declared.standby,
        )
    other = declared.standby if host == declared.primary else declared.primary
    return Cluster(
        declared,
        host,
        own_addresses(network.devices[host]),
        other,
        own_addresses(network.devices[other]),
        network.supernet,
    )


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
    }
    lines = [f"{name} = '{value}'" for name, value in settings.items()]
    included = ("jbnet-role.conf", layout.archive_settings(here.database.name))
    lines += [f"include_if_exists = '{name}'" for name in included]
    return "\n".join(["# Written by jbnet; do not edit.", *lines, ""])


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
    """Return ``pg_hba.conf``: the server's own account, the other host, the clients of the network; nobody else."""
    lines = ["# Written by jbnet; do not edit.", "local all postgres peer"]
    for address in here.other_addresses:
        lines += [f"host {what} {REPLICATOR} {address}/32 scram-sha-256" for what in ("replication", "postgres")]
    lines.append(f"host {here.database.name} {CLIENT} {here.clients} scram-sha-256")
    return "\n".join([*lines, ""])


def password_file(secret: Secret, user: str = REPLICATOR) -> str:
    """Return a libpq pass file that serves for every host and port."""
    return f"*:*:*:{user}:{secret.reveal()}\n"


def scram_verifier(secret: Secret, salt_for: str) -> str:
    """Return what PostgreSQL stores for a password (RFC 5803), so that no statement carries the password.

    The salt follows from the secret and ``salt_for``, so that writing it again changes nothing.
    """
    password = secret.reveal().encode()
    salt = hmac.digest(password, f"jbnet salt {salt_for}".encode(), "sha256")[:16]
    salted = hashlib.pbkdf2_hmac("sha256", password, salt, SCRAM_ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${SCRAM_ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"


REWIND_FUNCTIONS = (
    "pg_ls_dir(text,boolean,boolean)",
    "pg_stat_file(text,boolean)",
    "pg_read_binary_file(text)",
    "pg_read_binary_file(text,bigint,bigint,boolean)",
)
"""What pg_rewind calls on the source (PostgreSQL 15 manual, pg_rewind, Notes)."""

_SET_UP = r"""
SET synchronous_commit = local;
SET log_min_error_statement = panic;
SELECT 'CREATE ROLE @replicator LOGIN REPLICATION' WHERE to_regrole('@replicator') IS NULL \gexec
SELECT 'CREATE ROLE @client LOGIN' WHERE to_regrole('@client') IS NULL \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', rolname, wanted) FROM pg_authid
  JOIN (VALUES ('@replicator', '@replicator_verifier'), ('@client', '@client_verifier')) AS w(name, wanted)
    ON name = rolname WHERE rolpassword IS DISTINCT FROM wanted \gexec
SELECT format('GRANT EXECUTE ON FUNCTION %s TO @replicator', f) FROM unnest(ARRAY[@functions]) AS f
  WHERE NOT has_function_privilege('@replicator', f, 'EXECUTE') \gexec
SELECT 'CREATE DATABASE @database' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '@database') \gexec
SELECT 'SLOT', pg_create_physical_replication_slot('@slot', true)
  WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '@slot');
\c @database
SET synchronous_commit = local;
SELECT 'CREATE TABLE client_writes (client text, n bigint, written timestamptz NOT NULL DEFAULT clock_timestamp(),'
  ' PRIMARY KEY (client, n))' WHERE to_regclass('client_writes') IS NULL \gexec
SELECT 'GRANT SELECT, INSERT ON client_writes TO @client'
  WHERE NOT has_table_privilege('@client', 'client_writes', 'SELECT, INSERT') \gexec
"""


REPLICATOR_VERIFIER, CLIENT_VERIFIER = "%replicator_verifier%", "%client_verifier%"
"""Where the set-up script takes the accounts' SCRAM verifiers."""


def set_up_template(here: Cluster) -> str:
    """Return the psql script for a new leader, with marks in the place of the accounts' verifiers."""
    values = {
        "@replicator_verifier": REPLICATOR_VERIFIER,
        "@client_verifier": CLIENT_VERIFIER,
        "@replicator": REPLICATOR,
        "@client": CLIENT,
        "@database": here.database.name,
        "@slot": member_name(here.other),
        "@functions": ", ".join(f"'pg_catalog.{name}'" for name in REWIND_FUNCTIONS),
    }
    script = _SET_UP
    for mark, value in values.items():
        script = script.replace(mark, value)
    return script


def set_up_script(here: Cluster, secrets: Mapping[str, Secret]) -> str:
    """Return the psql script for a new leader: roles, database, the table clients write to, the other's slot.

    Run again it prints nothing: what is there is left alone.
    """
    name = here.database.name
    script = set_up_template(here)
    script = script.replace(REPLICATOR_VERIFIER, scram_verifier(secrets[REPLICATION_SECRET], f"{name} {REPLICATOR}"))
    return script.replace(CLIENT_VERIFIER, scram_verifier(secrets[CLIENT_SECRET], f"{name} {CLIENT}"))
