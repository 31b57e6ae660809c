"""Name servers in memory: a primary that changes by the rules of RFC 2136, and secondaries that follow it, or not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jbnet.model.dns import DnsKind, DnsRecord, DnsZone, MovableName
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.recovery.name_moves import Fate, NameSaid, NameUpdate, Records

PAY, ALIAS = "pay.example.net", "alias.example.net"


def records(*said: str) -> Records:
    """Return records as they are written: an address, or another name with its dot."""
    return frozenset(DnsRecord(_kind(one), one) for one in said)


def _kind(said: str) -> DnsKind:
    return DnsKind.CNAME if said.endswith(".") else DnsKind.AAAA if ":" in said else DnsKind.A


def zone_of(primary: str, *secondaries: str, port: int = 53, key: str = "jbnet", secret: str = "tsig-jbnet") -> DnsZone:
    """Return the zone of the tests with both its names."""
    names = (
        MovableName(PAY, 30, {"east": tuple(records("10.1.0.1")), "west": tuple(records("10.2.0.1", "2001:db8::2"))}),
        MovableName(ALIAS, 60, {
            "east": tuple(records("one.example.org.")), "west": tuple(records("two.example.org.")),
        }),
    )  # fmt: skip
    return DnsZone(
        "example.net", primary, secondaries, port, key, "hmac-sha256", secret, {name.name: name for name in names}
    )


@dataclass
class FakeNameServers:
    """Implements NameServers. ``silent`` and ``lagging`` servers; ``refuse``: why the primary takes no change.

    ``raced``: done once, between a look and a change. ``loses``: so many changes are made and their answers lost.
    """

    zone: DnsZone
    data: dict[str, tuple[Records, int]] = field(
        default_factory=lambda: {PAY: (records("10.1.0.1"), 600), ALIAS: (records("one.example.org."), 300)}
    )
    silent: set[str] = field(default_factory=set)
    lagging: set[str] = field(default_factory=set)
    refuse: str = ""
    raced: Callable[[], None] | None = None
    loses: int = 0
    serial: int = 1
    sent: list[NameUpdate] = field(default_factory=list)
    old: dict[str, tuple[int, dict[str, tuple[Records, int]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.old = {server: (self.serial, dict(self.data)) for server in self.zone.servers}

    def look(self, zone: DnsZone, server: str, name: str) -> NameSaid:
        """Answer as the server would."""
        if server in self.silent:
            raise Unreachable("{host} does not answer on TCP: {tried}", host=server, tried="no answer")
        if server not in self.lagging:
            self.old[server] = (self.serial, dict(self.data))
        serial, data = self.old[server]
        said, ttl = data.get(name, (frozenset(), 0))
        return NameSaid(said, ttl if said else None, serial)

    def update(self, zone: DnsZone, update: NameUpdate) -> Fate:
        """Change what is expected, as a whole."""
        if zone.primary in self.silent:
            raise Unreachable("{host} does not answer on TCP: {tried}", host=zone.primary, tried="no answer")
        if self.refuse:
            raise CommandFailed("{server} refuses the key {key}: {reason}", server=zone.primary, key=zone.key,
                                reason=self.refuse)  # fmt: skip
        self.sent.append(update)
        if self.raced is not None:
            raced, self.raced = self.raced, None
            raced()
        if self.data.get(update.name, (frozenset(), 0))[0] != update.expected:
            return Fate.OTHERWISE
        if not update.tried:
            self.set(update.name, update.wanted, update.ttl)
        if self.loses:
            self.loses -= 1
            raise Unreachable("{host} does not answer on TCP: {tried}", host=zone.primary, tried="no answer")
        return Fate.MADE

    def set(self, name: str, said: Records, ttl: int = 600) -> None:
        """Have the primary say something else."""
        self.data[name] = (said, ttl)
        self.serial += 1
