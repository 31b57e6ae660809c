"""What the network is for: agencies and partners, services, and what these run on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from jbnet.model.findings import Place
from jbnet.model.levels import Level, Zone
from jbnet.model.lines import Line
from jbnet.model.places import Contact


@dataclass(frozen=True, slots=True)
class Vrf:
    """A routing table of its own (RFC 4364). ``rd`` is its route distinguisher, ``vlan`` its 802.1Q id on a LAN."""

    name: str
    rd: str
    vlan: int
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Agency:
    """A business body with offices at sites: pension, medical, employment. It is kept apart in its ``vrf``.

    ``levels`` are those at which every active site has it.
    """

    name: str
    name_zh: str
    vrf: str
    levels: tuple[Level, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Premises:
    """An agency's office at a site: its prefix in the agency's VRF, and the metro line that joins it to the site.

    ``name`` is the site's and the agency's (``xining-pension``). ``line`` None: it sits in the site's own building.
    """

    name: str
    site: str
    agency: str
    prefix: IPv4Network
    line: Line | None = None
    address: str | None = None
    contact: Contact | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else's network at the other end of a circuit or line: the ministry, a bank.

    ``asn`` is theirs (None: routed statically). ``site`` is where an extranet partner is handed over; ``kind`` the
    kind of partner (``tax``), ``services`` the business services that it may use: what its filter lets through.
    ``vlan`` is the 802.1Q id of a partner's line at our port for the extranet.
    An upstream peer's circuits stand in ``Network.circuits``; a partner's line is its own ``line``.
    """

    name: str
    name_zh: str
    asn: int | None = None
    prefixes: tuple[IPv4Network, ...] = ()
    zone: Zone = Zone.UPSTREAM
    kind: str | None = None
    site: str | None = None
    services: tuple[str, ...] = ()
    line: Line | None = None
    vlan: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class BgpSession:
    """An eBGP session (RFC 4271) over a circuit to a peer. ``local_pref`` prefers the main line.

    ``shutdown``: our end keeps it closed on purpose (RFC 4486, 4: administrative shutdown).
    """

    device: str
    peer_device: str
    peer: str
    circuit: str
    local_address: IPv4Address
    peer_address: IPv4Address
    peer_asn: int
    local_pref: int
    shutdown: bool = False


class Replication(StrEnum):
    """Whom a database's commits wait for, as declared.

    ``BLOCK`` and ``DEGRADE``: for the standby at the other site. While it is away, commits stand still, or go on
    without it, which is recorded and raises an alarm. ``LOCAL_BLOCK`` and ``LOCAL_DEGRADE``: the same for a standby at
    the primary's own site; the one at the other site follows asynchronously.
    """

    ASYNC = "async"
    BLOCK = "sync-remote: block"
    DEGRADE = "sync-remote: degrade"
    LOCAL_BLOCK = "sync-local: block"
    LOCAL_DEGRADE = "sync-local: degrade"

    @property
    def waits(self) -> bool:
        """Say whether commits wait for a standby, as long as it is there."""
        return self is not Replication.ASYNC

    @property
    def remote(self) -> bool:
        """Say whether commits wait for the standby at the other site, as long as it is there."""
        return self in (Replication.BLOCK, Replication.DEGRADE)

    @property
    def local(self) -> bool:
        """Say whether commits wait for a standby at the primary's own site, as long as it is there."""
        return self in (Replication.LOCAL_BLOCK, Replication.LOCAL_DEGRADE)

    @property
    def degrades(self) -> bool:
        """Say whether commits go on without the standby that they wait for."""
        return self in (Replication.DEGRADE, Replication.LOCAL_DEGRADE)


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL cluster: production, exchange or decision.

    ``service_address`` is the /32 that clients use; it is announced by whichever host is primary.
    ``port`` is unique per host. ``rto_s`` and ``rpo_s`` are its objectives in seconds. ``primary`` and ``standby`` are
    device names as declared (not who leads today). ``local_standby``: the host at the primary's own site that commits
    wait for (``Replication.local``). It always follows ``primary``, and waits for it where that is gone.
    """

    name: str
    name_zh: str
    service_address: IPv4Address
    port: int
    primary: str
    standby: str
    replication: Replication
    rto_s: float
    rpo_s: float
    place: Place | None = None
    local_standby: str | None = None

    @property
    def hosts(self) -> tuple[str, ...]:
        """Return all hosts that hold it: primary, standby, and the local standby where there is one."""
        return tuple(host for host in (self.primary, self.standby, self.local_standby) if host is not None)

    def waited_for(self, leader: str) -> str | None:
        """Return the host that commits wait for while this one leads and has its standbys; None: they wait for nobody.

        None, too, where a local standby is declared and the other site leads: there is none beside that host.
        """
        if self.replication.local:
            return self.local_standby if leader == self.primary else None
        other = self.standby if leader == self.primary else self.primary
        return other if self.replication.remote else None


@dataclass(frozen=True, slots=True)
class Application:
    """A program that services consist of, and the devices (hosts) it runs on; any one of them is enough.

    ``databases`` are those it writes to or reads from; ``port`` its TCP port.
    """

    name: str
    name_zh: str
    hosts: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    port: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """What a service promises: recovery time and point in seconds, availability in percent of a month."""

    rto_s: float | None = None
    rpo_s: float | None = None
    availability: float | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A business service: what it needs, where it is used, and whom its failure touches.

    ``databases``, ``applications``, ``needs`` (other services) and ``peers`` (kinds of partners, or peers by name,
    that it exchanges data with) are names; ``levels`` are the levels of sites using it.
    """

    name: str
    name_zh: str
    databases: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    applications: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    objective: Objective = Objective()
    place: Place | None = None
