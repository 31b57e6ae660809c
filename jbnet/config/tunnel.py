"""A tunnel as configured: what an encrypted circuit is at one of its ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface

from jbnet.model.encryption import EncryptionProfile
from jbnet.model.findings import Place

_MSS = 20 + 20
"""Bytes of the headers of IP and TCP, by which a segment is smaller than its packet (RFC 9293, 3.7.1)."""


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One end of an encrypted circuit. ``name`` is by which everything of it is called on the device.

    ``interface`` is the tunnel's own, ``number`` its number there; ``outer`` the address of the port below it, ``far``
    that of the other end's. ``secret`` names the key.
    """

    name: str
    interface: str
    number: int
    profile: EncryptionProfile
    outer: IPv4Interface
    far: IPv4Address
    secret: str
    origin: Place | None = field(default=None, compare=False)

    @property
    def mss(self) -> int:
        """Return the largest segment of TCP that fits into the tunnel, in bytes."""
        return self.profile.mtu - _MSS
