"""Packet filters: what passes a port, rule by rule; the first that fits decides, what fits none does not pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from jbnet.model.findings import Place


@dataclass(frozen=True, slots=True)
class Permit:
    """What is let through: ``protocol`` ip, tcp, udp or icmp; ports only with tcp and udp, None: any.

    ``origin`` is the declaration of what may be reached so: the agency, its office elsewhere, an application.
    """

    protocol: str
    source: IPv4Network
    destination: IPv4Network
    source_port: int | None = None
    destination_port: int | None = None
    origin: Place | None = field(default=None, compare=False)

    def fits(self, packet: Packet) -> bool:
        """Say whether the rule speaks of the packet."""
        return (
            self.protocol in ("ip", packet.protocol)
            and packet.source in self.source
            and packet.destination in self.destination
            and self.source_port in (None, packet.source_port)
            and self.destination_port in (None, packet.destination_port)
        )

    def back(self) -> Permit:
        """Return the rule for what comes back."""
        ports = self.destination_port, self.source_port
        return Permit(self.protocol, self.destination, self.source, *ports, origin=self.origin)


@dataclass(frozen=True, slots=True)
class Packet:
    """As much of a packet as a filter looks at."""

    protocol: str
    source: IPv4Address
    destination: IPv4Address
    source_port: int | None = None
    destination_port: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A numbered list (3000 to 3999 are the extended ones on VRP and Comware), ended by a rule that drops the rest."""

    number: int
    name: str
    rules: tuple[Permit, ...]
    origin: Place | None = field(default=None, compare=False)

    def passes(self, packet: Packet) -> bool:
        """Say whether the packet passes."""
        return any(rule.fits(packet) for rule in self.rules)
