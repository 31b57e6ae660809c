"""What Patroni and its etcd are told on the lab's hosts, and what is read from their answers. Pure.

Sources: Patroni's manual ("HA multi datacenter", "Dynamic Configuration Settings", "DCS Failsafe Mode"), Pigsty's
manual ("RTO Trade-offs": the only published settings of Patroni for lines between sites), etcd's manual ("Tuning").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jbnet.model.business import Replication
from jbnet.model.network import Database

HOME, SETTINGS = "/opt/patroni", "/opt/patroni-settings"
"""On a host of the lab: the environment, and a file of settings for each database."""
DATA = "/var/lib/postgresql/patroni"
BINARIES = "/usr/lib/postgresql/15/bin"
CLIENT_PORT, PEER_PORT = 12379, 12380
"""Of etcd: not those of jbnet's own lease."""
ABOVE = 1000
"""Patroni's servers listen so far above jbnet's, which stay where they are."""
API_ABOVE = 3000
AT_WORK = {"running", "streaming"}


@dataclass(frozen=True, slots=True)
class Preset:
    """Seconds of Patroni's own clockwork (``loop_wait + 2 * retry_timeout <= ttl``)."""

    name: str
    ttl: int
    loop_wait: int
    retry_timeout: int
    primary_start_timeout: int

    def settings(self) -> dict[str, object]:
        """Return it by Patroni's names."""
        return {
            "ttl": self.ttl,
            "loop_wait": self.loop_wait,
            "retry_timeout": self.retry_timeout,
            "primary_start_timeout": self.primary_start_timeout,
        }


WAN = Preset("WAN preset", 120, 20, 30, 95)
"""Pigsty's ``wide``, for sites far apart. Patroni's own manual has no figures for that: only the shape, three sites."""
DEFAULTS = Preset("defaults", 30, 10, 10, 300)
"""Patroni's own, made for one data centre."""
BRISK = Preset("brisk", 20, 2, 3, 300)
"""Only while it is set up or brought home, when nothing is measured: nobody waits half a minute for each look."""


@dataclass(frozen=True, slots=True)
class Member:
    """One server of Patroni's: of which database, on which host, at which address."""

    database: Database
    host: str
    address: str

    @property
    def port(self) -> int:
        """Return where the server listens."""
        return self.database.port + ABOVE

    def settings(self, etcd: Iterable[str], passwords: Mapping[str, str]) -> dict[str, object]:
        """Return its file of settings. ``etcd``: addresses; ``passwords`` of the accounts that Patroni makes."""
        return {
            "scope": self.database.name,
            "name": self.host,
            "restapi": _listening(self.address, self.database.port + API_ABOVE),
            "etcd3": {"hosts": [f"{address}:{CLIENT_PORT}" for address in etcd]},
            "bootstrap": {
                "dcs": BRISK.settings() | self._shared(),
                "initdb": ["data-checksums", {"encoding": "UTF8"}, {"locale": "C.UTF-8"}],
            },
            "postgresql": self._server(passwords),
        }

    def _shared(self) -> dict[str, object]:
        """Return what its manual has for several sites; synchronous where jbnet's database waits for Golmud."""
        return {
            "maximum_lag_on_failover": 1048576,
            "synchronous_mode": self.database.replication is not Replication.ASYNC,
            "failsafe_mode": True,
            "postgresql": {"use_pg_rewind": True, "use_slots": True},
        }

    def _server(self, passwords: Mapping[str, str]) -> dict[str, object]:
        """Return PostgreSQL's part; what costs or saves time is as in jbnet's databases."""
        accounts = {"superuser": "postgres", "replication": "replicator", "rewind": "rewinder"}
        return {
            **_listening(self.address, self.port),
            "data_dir": f"{DATA}/{self.database.name}",
            "bin_dir": BINARIES,
            "pgpass": f"{DATA}/{self.database.name}.pgpass",
            "use_unix_socket": True,
            "basebackup": {"checkpoint": "fast"},
            "authentication": {
                role: {"username": name, "password": passwords[role]} for role, name in accounts.items()
            },
            "pg_hba": [
                "local all postgres peer",
                "host replication replicator 0.0.0.0/0 scram-sha-256",
                "host all all 0.0.0.0/0 scram-sha-256",
            ],
            "parameters": {
                "unix_socket_directories": DATA,
                "max_connections": 60,
                "shared_buffers": "32MB",
                "dynamic_shared_memory_type": "mmap",
                "password_encryption": "scram-sha-256",
                "wal_keep_size": "128MB",
                "wal_sender_timeout": "10s",
                "wal_receiver_timeout": "10s",
                "wal_retrieve_retry_interval": "500ms",
                "tcp_user_timeout": "10s",
            },
        }


def _listening(address: str, port: int) -> dict[str, object]:
    place = f"{address}:{port}"
    return {"listen": place, "connect_address": place}


def etcd_arguments(name: str, addresses: Mapping[str, str]) -> list[str]:
    """Return the command line of a member: three at three sites, ten round trips in an election."""
    client, peer = (f"http://{addresses[name]}:{port}" for port in (CLIENT_PORT, PEER_PORT))
    cluster = ",".join(f"{one}=http://{address}:{PEER_PORT}" for one, address in addresses.items())
    options = {
        "--name": name, "--data-dir": "/var/lib/etcd-patroni", "--initial-cluster": cluster,
        "--listen-client-urls": client, "--advertise-client-urls": client,
        "--listen-peer-urls": peer, "--initial-advertise-peer-urls": peer,
        "--heartbeat-interval": "200", "--election-timeout": "2000",
    }  # fmt: skip
    return ["etcd", *(word for option in options.items() for word in option)]


def settled(listed: str, leader: str, *, synchronous: bool) -> bool:
    """Say whether ``patronictl list --format json`` has this leader at work and the other member following it."""
    members = json.loads(listed)
    if len(members) != 2 or {member["State"] for member in members} - AT_WORK:
        return False
    roles = {member["Member"]: member["Role"] for member in members}
    follower = "Sync Standby" if synchronous else "Replica"
    streaming = all(m["State"] == "streaming" for m in members if m["Member"] != leader)
    return roles.pop(leader, "") == "Leader" and set(roles.values()) == {follower} and streaming


def longest_gap(times: Sequence[float]) -> tuple[float, float]:
    """Return when the longest time between two neighbours began and ended. Raises ValueError: there are not two."""
    return max(zip(times, times[1:], strict=False), key=lambda gap: gap[1] - gap[0])
