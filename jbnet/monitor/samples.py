"""What one look at a device gave. Samples are the only input of monitoring: replaying them gives the same incidents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jbnet.monitor.probing_results import Probed
from jbnet.snmp.bfd import BfdSession
from jbnet.snmp.gauges import Gauges
from jbnet.snmp.ifquality import QualityRow
from jbnet.snmp.lldp import Lldp
from jbnet.snmp.mibs import BgpPeer, InterfaceRow, OspfNeighbor, System


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at one device. ``time`` is when the look began, the same for all devices looked at together.

    A table that was not asked for, or came back only in part, is None: unknown is neither empty nor down.
    ``pinged`` says whether a silent device answered an echo request (RFC 792); None: it was not tried.
    ``rtt_s`` is the shortest round trip in seconds. ``gauges`` are other measures of the device by name, such as
    ``loss`` (a share) or ``battery-charge``: whatever a threshold may be declared for. ``vitals`` are those that were
    read together (``health``, ``ups``, ``sensors``), with the parts that they are of: they replace what was known.
    """

    device: str
    time: datetime
    answered: bool
    rtt_s: float | None = None
    system: System | None = None
    interfaces: tuple[InterfaceRow, ...] | None = None
    ospf: tuple[OspfNeighbor, ...] | None = None
    bgp: tuple[BgpPeer, ...] | None = None
    pinged: bool | None = None
    quality: tuple[QualityRow, ...] | None = None
    gauges: Mapping[str, float] = field(default_factory=dict)
    lldp: Lldp | None = None
    vitals: Mapping[str, Gauges] = field(default_factory=dict)
    bfd: tuple[BfdSession, ...] | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One turn over the network: the first look and the second looks at what raised a doubt, in order.

    ``time`` is the wall clock at its end (UTC). Within a look the order of the samples means nothing. ``probed`` is
    what came of probes since the round before.
    """

    number: int
    time: datetime
    looks: tuple[tuple[Sample, ...], ...]
    probed: tuple[Probed, ...] = ()
