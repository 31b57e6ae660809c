"""Lines that are encrypted: what the two ends agree on (IKEv2, RFC 7296) and how packets travel (ESP, RFC 4303).

The key of a circuit is named here and held elsewhere (the port ``Secrets``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from jbnet.model.findings import Place

_TUNNEL = 20 + 8 + 8 + 16 + 15 + 2
"""Bytes around a packet at the most: IP, UDP (RFC 3948), ESP's head, initial vector, padding, ESP's trailer."""
_CHECK = {"sha256": 16, "sha384": 24, "sha512": 32, "sm3": 12}
"""Bytes by which a packet's integrity is checked (RFC 4868, 2.6; HMAC-SM3-96)."""


@dataclass(frozen=True, slots=True)
class Suite:
    """What protects one kind of exchange: cipher, integrity, Diffie-Hellman group (RFC 3526, 5903), seconds of life.

    ``encryption`` is aes128, aes256 (CBC, RFC 3602) or sm4, ``integrity`` sha256, sha384, sha512 (RFC 4868) or sm3
    (GB/T 32907, 32905). ``group`` None: keys of ESP come from those of IKE, without perfect forward secrecy.
    """

    encryption: str
    integrity: str
    group: int | None
    lifetime_s: int


@dataclass(frozen=True, slots=True)
class EncryptionProfile:
    """What the ends of circuits of one kind agree on. ``dpd_s``: after how many silent seconds an end asks (RFC 3706).

    ``mtu`` is that of the tunnel, in bytes of IP packet before encryption.
    """

    name: str
    ike: Suite
    esp: Suite
    dpd_s: int
    mtu: int
    place: Place | None = None

    @property
    def overhead(self) -> int:
        """Return how many bytes ESP adds to a packet at the most."""
        return _TUNNEL + _CHECK[self.esp.integrity]

    def words(self) -> Iterator[str]:
        """Yield what a platform needs words for: ``ike aes256``, ``esp sha256``, ``group 14``."""
        for kind, suite in (("ike", self.ike), ("esp", self.esp)):
            yield f"{kind} {suite.encryption}"
            yield f"{kind} {suite.integrity}"
            if suite.group is not None:
                yield f"group {suite.group}"


@dataclass(frozen=True, slots=True)
class Encryption:
    """That a circuit is encrypted. ``profile`` and ``secret`` are names; ``outer`` are the addresses of its two ports.

    The circuit's own prefix is then that of the tunnel. ``outer`` None: there was no room for one.
    """

    profile: str
    secret: str
    outer: IPv4Network | None
    place: Place | None = None
