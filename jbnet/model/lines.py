"""What joins places: circuits and lines, who carries them, and what fails together."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network

from jbnet.model.encryption import Encryption
from jbnet.model.findings import Place
from jbnet.model.levels import CircuitRole


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who leases a line to us, and whom to call."""

    name: str
    name_zh: str
    phone: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Srlg:
    """A shared risk link group (RFC 4202, section 2.3): what fails together, and why ("one duct along the G6").

    ``underlay`` is true of the group that an underlay makes of itself.
    """

    name: str
    name_zh: str
    underlay: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Underlay:
    """A network run by others that carries circuits of ours and cannot be polled: the e-government intranet.

    All circuits over it share its risk (``srlg``, the underlay's own name) unless a circuit names other ``srlgs``.
    ``mtu`` is what it hands over, in bytes of IP packet; ``operator`` and ``phone`` say whom to call.
    """

    name: str
    name_zh: str
    operator: str
    phone: str | None = None
    mtu: int = 1500
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Termination:
    """One end of a circuit."""

    device: str
    interface: str


@dataclass(frozen=True, slots=True)
class Circuit:
    """A line with two ends; ``a`` is the end nearer to the core. ``carrier`` None: a cable of our own within a site or
    where ``media`` is ``cable``, else a line of which nobody said whose it is (``jbnet.inventory.cables``).

    ``bandwidth`` is in Mbit/s, ``latency_ms`` one-way times two (round trip, RFC 2681), ``srlgs`` name what
    fails together with it (that of its underlay included). ``monthly_cost`` is in yuan (CNY) a month, ``payer``
    the site whose finance pays it. ``underlay`` names the network of others that carries it, ``handoff`` the
    underlay's port where it is handed over at the lower end. ``encryption`` None: what it carries can be read on the
    way. ``ospf_cost`` None: that of its role (``topology/routing.yaml``); ``mtu`` is in bytes of IP packet, None: the
    interfaces' own; ``description`` is what both ends say of it behind its name. ``bgp_shutdown``: the session over it
    is closed on purpose (RFC 4486, 4: administrative shutdown). ``written`` has the places of these four where they
    are declared.
    """

    name: str
    a: Termination
    z: Termination
    role: CircuitRole
    carrier: str | None = None
    line_number: str | None = None
    bandwidth: int | None = None
    media: str = "fibre"
    latency_ms: float = 0.0
    srlgs: tuple[str, ...] = ()
    prefix: IPv4Network | None = None
    monthly_cost: int | None = None
    payer: str | None = None
    underlay: str | None = None
    handoff: str | None = None
    encryption: Encryption | None = None
    ospf_cost: int | None = None
    mtu: int | None = None
    description: str = ""
    bgp_shutdown: bool = False
    written: tuple[tuple[str, Place], ...] = field(default=(), compare=False)
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A leased metropolitan line to premises or to a partner: one end is ours, the far end is not a device of ours.

    ``name`` is unique among circuits and lines; ``device`` is ours that it ends on. Units as in Circuit.
    ``prefix`` is the hand-over link to a partner: its first host address is ours, the second the partner's.
    """

    name: str
    device: str
    carrier: str | None = None
    line_number: str | None = None
    bandwidth: int | None = None
    media: str = "fibre"
    monthly_cost: int | None = None
    payer: str | None = None
    srlgs: tuple[str, ...] = ()
    prefix: IPv4Network | None = None
    place: Place | None = None
