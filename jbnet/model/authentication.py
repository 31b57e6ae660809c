"""How routers prove to each other who they are: keys of OSPF (RFC 2328, D.3; RFC 5709) and of BGP (RFC 2385).

Secrets are named here and held elsewhere (the port ``Secrets``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.model.findings import Place
from jbnet.model.lines import Circuit

AREA = "{area}"
"""In the name of a secret: the circuit's area, dots as hyphens."""


class Algorithm(StrEnum):
    """By what a packet of OSPF is signed."""

    HMAC_SHA256 = "hmac-sha256"
    """RFC 5709."""
    MD5 = "md5"
    """Keyed MD5 (RFC 2328, D.4.3)."""


@dataclass(frozen=True, slots=True)
class RoutingKey:
    """A key by its id (1 to 255), which both ends know it by, and the name of its secret."""

    id: int
    secret: str


@dataclass(frozen=True, slots=True)
class OspfKeys:
    """The keys of a class of circuits. ``algorithms`` in order of preference: the first that both ends have counts.

    The first of ``keys`` is the one to use; a second is accepted beside it while keys are changed. No keys: no
    authentication. What narrows nothing (an empty tuple) fits every circuit.
    """

    algorithms: tuple[Algorithm, ...]
    keys: tuple[RoutingKey, ...]
    areas: tuple[str, ...] = ()
    carriers: tuple[str, ...] = ()
    underlays: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    place: Place | None = None

    def fits(self, circuit: Circuit, area: str) -> bool:
        """Say whether a circuit in an OSPF area is of this class."""
        asked = ((self.areas, area), (self.carriers, circuit.carrier), (self.underlays, circuit.underlay),
                 (self.media, circuit.media))  # fmt: skip
        return all(not wanted or found in wanted for wanted, found in asked)

    def of_area(self, area: str) -> tuple[RoutingKey, ...]:
        """Return the keys as an area has them."""
        return tuple(RoutingKey(key.id, key.secret.replace(AREA, area.replace(".", "-"))) for key in self.keys)


@dataclass(frozen=True, slots=True)
class Authentication:
    """All of it: the first of ``ospf`` that fits a circuit counts. ``internal`` and ``peers`` name secrets of BGP."""

    ospf: tuple[OspfKeys, ...] = ()
    internal: str | None = None
    peers: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """How the two ends of one circuit prove who they are."""

    algorithm: Algorithm
    keys: tuple[RoutingKey, ...]
    place: Place | None = None
