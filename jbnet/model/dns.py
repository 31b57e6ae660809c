"""Names that clients look up and that a recovery may move from one site to another (RFC 1034, RFC 2136)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.model.findings import Place


class DnsKind(StrEnum):
    """The types of records by which a name leads to a host (RFC 1035, 3.3.1 and 3.4.1; RFC 3596)."""

    A = "A"
    AAAA = "AAAA"
    CNAME = "CNAME"


@dataclass(frozen=True, slots=True, order=True)
class DnsRecord:
    """One record of a name: its type, and an address or, for a CNAME, a domain name with its last dot."""

    kind: DnsKind
    value: str

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class MovableName:
    """A name that jbnet may move. ``name`` is whole, without its last dot; ``ttl`` in seconds (RFC 1035, 3.2.1).

    ``values``: by home (a location or site), what the name says while it leads there. ``services``: those whose
    clients look it up.
    """

    name: str
    ttl: int
    values: Mapping[str, tuple[DnsRecord, ...]]
    services: tuple[str, ...] = ()
    place: Place | None = None

    def home_of(self, records: frozenset[DnsRecord]) -> str | None:
        """Return the home to which these records lead, None where they are nobody's."""
        return next((home for home, values in self.values.items() if frozenset(values) == records), None)


@dataclass(frozen=True, slots=True)
class DnsZone:
    """A zone with its name servers, as devices or addresses. ``primary`` takes changes, ``secondaries`` follow it.

    ``key`` is the name of the TSIG key (RFC 8945) as the primary knows it, ``secret`` that of its secret: the key in
    base64. ``names`` are keyed by their whole name.
    """

    name: str
    primary: str
    secondaries: tuple[str, ...]
    port: int
    key: str
    algorithm: str
    secret: str
    names: Mapping[str, MovableName] = field(default_factory=dict)
    place: Place | None = None

    @property
    def servers(self) -> tuple[str, ...]:
        """Return all name servers, the primary first."""
        return (self.primary, *self.secondaries)
