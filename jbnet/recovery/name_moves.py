"""Moving a name from one site to another: the one change that does it (RFC 2136), and what is seen of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from jbnet.model.dns import DnsKind, DnsRecord, DnsZone, MovableName
from jbnet.model.errors import UsageError
from jbnet.model.network import Network

Records = frozenset[DnsRecord]
PROBE: Final[Mapping[DnsKind, str]] = {
    DnsKind.A: "192.0.2.1",
    DnsKind.AAAA: "2001:db8::1",
    DnsKind.CNAME: "jbnet-check.invalid.",
}
"""Values that no name has (RFC 5737, RFC 3849, RFC 2606): to take them away changes nothing."""


class Fate(StrEnum):
    """What became of a change that reached the server."""

    MADE = "made"
    OTHERWISE = "otherwise"
    """What was expected did not hold: nothing was changed."""


@dataclass(frozen=True, slots=True)
class NameSaid:
    """What a name server says of a name. ``ttl`` in seconds, None without a record; ``serial`` is the zone's (SOA)."""

    records: Records
    ttl: int | None
    serial: int


@dataclass(frozen=True, slots=True)
class NameUpdate:
    """A change of one name: made only while it says exactly ``expected``; then it says ``wanted``.

    ``tried``: nothing is changed. Of these types a value that the name cannot have is taken away, which a server
    refuses or accepts as it would the change itself (RFC 2136, 3.4.2.4).
    """

    name: str
    ttl: int
    expected: Records
    wanted: Records
    tried: tuple[DnsKind, ...] = ()

    @property
    def unexpected(self) -> tuple[DnsKind, ...]:
        """Return the types that the name must not have."""
        return tuple(kind for kind in DnsKind if kind not in {record.kind for record in self.expected})

    @property
    def cleared(self) -> tuple[DnsKind, ...]:
        """Return the types whose records are taken away before the wanted ones are written."""
        return tuple(kind for kind in DnsKind if kind in {record.kind for record in self.expected})


def moving(name: MovableName, old: str, new: str) -> NameUpdate:
    """Return the change by which a name that leads to one home leads to another."""
    return NameUpdate(name.name, name.ttl, frozenset(name.values[old]), frozenset(name.values[new]))


def trying(said: Records, name: MovableName) -> NameUpdate:
    """Return a change that changes nothing: whether the server would take one from jbnet is what it answers."""
    kinds = {record.kind for values in name.values.values() for record in values}
    return NameUpdate(name.name, name.ttl, said, said, tuple(kind for kind in DnsKind if kind in kinds))


def as_typed(zone: DnsZone, address: str, update: NameUpdate) -> tuple[str, ...]:
    """Return a change as one would give it to nsupdate(1), without the key."""
    name = f"{update.name}."
    return (
        f"server {address} {zone.port}",
        f"zone {zone.name}.",
        *(f"prereq yxrrset {name} IN {one.kind} {one.value}" for one in sorted(update.expected)),
        *(f"prereq nxrrset {name} IN {kind}" for kind in update.unexpected),
        *(f"update delete {name} {kind}" for kind in update.cleared),
        *(f"update add {name} {update.ttl} IN {one.kind} {one.value}" for one in sorted(update.wanted)),
        "send",
    )


def shown(records: Iterable[DnsRecord]) -> str:
    """Return records in a few words; ``-`` for none."""
    return ", ".join(record.value for record in sorted(records)) or "-"


def movable(network: Network, whole: str) -> tuple[DnsZone, MovableName]:
    """Return a declared name and its zone. Raises UsageError."""
    for zone in network.dns.values():
        if whole in zone.names:
            return zone, zone.names[whole]
    raise UsageError("there is no name {name} that may be moved", name=whole)


def movable_names(network: Network) -> tuple[str, ...]:
    """Return all names that may be moved."""
    return tuple(name for zone in network.dns.values() for name in zone.names)
