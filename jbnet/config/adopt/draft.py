"""The draft: homes, devices, circuits and addresses that say what runs. Nouns; ``drafting`` makes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Interface, IPv4Network

from jbnet.config.adopt.facts import Problem, Running, RunningRoute
from jbnet.model.levels import Level

PEER = "peer"
LOCATION = "location"
_HOST = 32


@dataclass
class DraftDevice:
    """A device with the interfaces that the declaration gives it, by their logical names.

    ``exceptions`` are addresses that the plan would not give, ``lans`` LANs, ``ports`` the names of the real ports,
    ``routes`` static routes that do not follow from the rest.
    ``running`` None: a device of others, of which only its end of a line is known.
    """

    name: str
    suffix: str
    running: Running | None = None
    exceptions: dict[str, IPv4Interface] = field(default_factory=dict)
    lans: dict[str, IPv4Interface] = field(default_factory=dict)
    ports: dict[str, str] = field(default_factory=dict)
    routes: list[RunningRoute] = field(default_factory=list)

    @property
    def role(self) -> str:
        """Return the name of its role."""
        return f"{self.running.platform}-router" if self.running else "peer-router"


@dataclass(frozen=True, slots=True)
class DraftCircuit:
    """A line of a home: ``from_`` a device of it, ``to`` another of it or one elsewhere, as the declaration names them.

    ``leased``: something runs on it that makes sense on a carrier's line alone.
    """

    key: str
    from_: str
    to: str
    backup: bool = False
    bandwidth: int | None = None
    leased: bool = False


@dataclass
class DraftHome:
    """A site (``kind`` is its level), a location or a peer. ``key`` is what it is called below its parent."""

    name: str
    kind: Level | str
    key: str
    parent: str | None = None
    code: str = ""
    asn: int | None = None
    devices: dict[str, DraftDevice] = field(default_factory=dict)
    circuits: dict[str, DraftCircuit] = field(default_factory=dict)

    @property
    def rank(self) -> int:
        """Return how far down it stands: locations 0, prefectures 1, communities 4, other networks last."""
        if isinstance(self.kind, Level):
            return list(Level).index(self.kind)
        return 0 if self.kind == LOCATION else 9

    @property
    def down(self) -> str:
        """Return what ports towards it are called at the upper device (docs/declaration.md, "Names")."""
        if not isinstance(self.kind, Level):
            return self.name
        return "d" + self.code[-{Level.PREFECTURE: 2, Level.COUNTY: 4}.get(self.kind, 3) :]


@dataclass(frozen=True)
class Draft:
    """Everything that is to be written down. ``costs`` are OSPF's of main and backup lines."""

    name: str
    homes: dict[str, DraftHome]
    asn: int
    costs: tuple[int, int]
    speakers: tuple[Level, ...]
    vrfs: dict[str, str]
    problems: tuple[Problem, ...]
    agents: frozenset[str] = frozenset()
    """Platforms whose devices all have an SNMP agent."""

    @property
    def devices(self) -> dict[str, DraftDevice]:
        """Return the devices whose configuration was read, by name."""
        return {d.name: d for home in self.homes.values() for d in home.devices.values() if d.running is not None}

    def used(self) -> list[IPv4Network]:
        """Return every prefix that runs somewhere."""
        return [
            port.address.network
            for device in self.devices.values()
            if device.running
            for port in device.running.ports.values()
            if port.address is not None
        ]

    def kept(self) -> tuple[int, int]:
        """Return how many addresses that run are declared, and how many run."""
        declared = sum(len(d.exceptions) + len(d.lans) for d in self.devices.values())
        ports = [port for d in self.devices.values() if d.running for port in d.running.ports.values()]
        return declared, sum((port.address is not None) + len(port.also) for port in ports)

    def sites(self, level: Level) -> list[DraftHome]:
        """Return the sites of a level."""
        return [home for home in self.homes.values() if home.kind is level]


def loopback_of(running: Running) -> str | None:
    """Return the port that is the device's loopback: the one with the router id, else the first with a /32."""
    found = ((name, port.address) for name, port in running.ports.items())
    hosts = {name: address.ip for name, address in found if address and address.network.prefixlen == _HOST}
    named = {name: ip for name, ip in hosts.items() if name.lower().startswith("lo")}
    return next((name for name, ip in named.items() if ip == running.router_id), next(iter(named or hosts), None))
