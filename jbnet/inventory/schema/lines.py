"""The schema of lines: circuits, leased lines to premises and partners, and what carries or shares them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jbnet.inventory.schema.encryption import CircuitEncryption
from jbnet.inventory.schema.values import Bandwidth, Cost, Declared, Label, Line, LineMtu, Mtu, Remark, Yuan

Media = Literal["fibre", "copper", "microwave", "satellite", "4g", "5g", "cable"]


class ContactDecl(Declared):
    """A person or desk to call."""

    name: Label
    phone: Line | None = None


class CarrierDecl(Declared):
    """A carrier and whom to call."""

    name_zh: Label
    phone: Line | None = None


class UnderlayDecl(Declared):
    """A network run by others that carries circuits of ours. ``mtu`` in bytes of IP packet."""

    name_zh: Label
    operator: Label
    phone: Line | None = None
    mtu: Mtu = 1500


class SrlgDecl(Declared):
    """What fails together, and why: a duct, a bridge, a building's entry."""

    name_zh: Label


class LineDecl(Declared):
    """A leased line. ``bandwidth`` in Mbit/s, ``monthly_cost`` in yuan, ``payer`` a level or a site."""

    carrier: str | None = None
    line_number: Line | None = None
    bandwidth: Bandwidth | None = None
    media: Media | None = None
    monthly_cost: Yuan | None = None
    payer: str | None = None
    srlgs: tuple[str, ...] | None = Field(default=None, strict=False, max_length=32)


class CircuitDecl(LineDecl):
    """A circuit of a home; in a site it changes the archetype's circuit of that name, key by key.

    ``ospf_cost`` is for both its ends, where it is not what topology/routing.yaml says of its role. ``mtu`` is in bytes
    of IP packet, for both its ends. ``description`` stands behind its name in the configuration of both its ends.
    ``bgp_shutdown: true`` keeps the session with a peer over it closed on purpose.
    """

    from_: Annotated[str | None, Field(alias="from")] = None
    to: str | None = None
    role: Literal["primary", "backup"] | None = None
    latency_ms: Annotated[float, Field(ge=0, le=2000)] | None = None
    underlay: str | None = None
    handoff: Line | None = None
    encryption: CircuitEncryption | None = None
    ospf_cost: Cost | None = None
    mtu: LineMtu | None = None
    description: Remark | None = None
    bgp_shutdown: bool | None = None


class PremisesDecl(LineDecl):
    """What differs for an agency's office at one site: its line, key by key, where it is, whom to call."""

    address: Line | None = None
    contact: ContactDecl | None = None
