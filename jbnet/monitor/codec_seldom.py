"""What only some samples have, as JSON and back: what is not there takes no room, and old rows have none of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple
from typing import Any

from jbnet.monitor.samples import Sample
from jbnet.snmp.bfd import BfdSession
from jbnet.snmp.lldp import Lldp, LldpNeighbour, LldpPort


def pack_seldom(sample: Sample) -> dict[str, object]:
    """Return what a sample has of it; empty where it has none."""
    found: dict[str, object] = {}
    if sample.lldp is not None:
        own = sample.lldp
        found["lldp"] = [own.kind, own.chassis, [astuple(p) for p in own.ports], [astuple(n) for n in own.neighbours]]
    if sample.vitals:
        found["vitals"] = sample.vitals
    if sample.bfd is not None:
        found["bfd"] = [[session.remote, session.up] for session in sample.bfd]
    return found


def unpack_seldom(packed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was packed, by the name of the sample's field."""
    found: dict[str, Any] = {}
    if "lldp" in packed:
        kind, chassis, ports, neighbours = packed["lldp"]
        seen = tuple(LldpNeighbour(*neighbour) for neighbour in neighbours)
        found["lldp"] = Lldp(kind, chassis, tuple(LldpPort(*port) for port in ports), seen)
    if "vitals" in packed:
        found["vitals"] = packed["vitals"]
    if "bfd" in packed:
        found["bfd"] = tuple(BfdSession(remote, up) for remote, up in packed["bfd"])
    return found
