"""Where the PostgreSQL clusters of the declared databases are: which hosts hold them, and where on these they lie."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from jbnet.model.errors import UsageError
from jbnet.model.network import Database, Device, Network
from jbnet.model.text import text


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

    def order(self, database: str) -> str:
        """Return what the files of a hand-over of the database begin with, on each of its hosts."""
        return f"{self.root}/{database}.hand-over"

    def drill(self, database: str) -> str:
        """Return the folder of a drill of the database: it is there while there is one, and on the servers' volume
        unless ``.drill`` is a volume of its own.
        """
        return f"{self.root}/.drill/{database}"

    def alone_settings(self, database: str) -> str:
        """Return the file that is there while commits go on without the standby (``degrade``), with since when.

        The keeper writes it and takes it away. Like the archive's it stays with the host.
        """
        return f"{self.data(database)}-alone.conf"

    @property
    def keeper(self) -> str:
        """Return the program that records whether commits wait, and lets them go on where that is declared."""
        return f"{self.root}/jbnet-keeper"

    @property
    def passfile(self) -> str:
        """Return the file with the password for replication (libpq's format)."""
        return f"{self.root}/replication.pgpass"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A database's cluster on one host, and the other host that holds the same database.

    To primary and standby each other's host is the other, to a local standby the primary, whose log it follows.
    ``thirds`` are the hosts beside these two.
    """

    database: Database
    host: str
    addresses: tuple[IPv4Address, ...]
    other: str
    other_addresses: tuple[IPv4Address, ...]
    clients: IPv4Network
    thirds: tuple[str, ...] = ()
    third_addresses: tuple[IPv4Address, ...] = ()

    @property
    def followers(self) -> tuple[str, ...]:
        """Return the hosts that follow this one while it leads, as PostgreSQL knows them: each has its slot here."""
        local = self.database.local_standby
        beside = (local,) if local is not None and self.host == self.database.primary else ()
        return tuple(member_name(host) for host in (self.other, *beside))

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
    if host not in declared.hosts:
        raise UsageError(
            "{host} does not hold database {name}; {hosts} do",
            host=host,
            name=database,
            hosts=", ".join(declared.hosts),
        )
    other = declared.standby if host == declared.primary else declared.primary
    thirds = tuple(name for name in declared.hosts if name not in (host, other))
    return Cluster(
        declared,
        host,
        own_addresses(network.devices[host]),
        other,
        own_addresses(network.devices[other]),
        network.supernet,
        thirds,
        tuple(address for name in thirds for address in own_addresses(network.devices[name])),
    )
