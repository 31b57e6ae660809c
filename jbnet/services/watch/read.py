"""From SNMP answers to samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from jbnet.monitor.checks import Reads
from jbnet.monitor.samples import Sample
from jbnet.ports import SnmpAnswer
from jbnet.snmp.bfd import BfdTable
from jbnet.snmp.faults import Fault
from jbnet.snmp.gauges import Recipe
from jbnet.snmp.ifquality import QualityRow, parse_quality
from jbnet.snmp.lldp import parse_lldp
from jbnet.snmp.mibs import InterfaceRow, parse_bgp, parse_interfaces, parse_ospf, parse_system
from jbnet.snmp.types import Oid

SILENT = frozenset({Fault.TIMEOUT, Fault.CANCELLED, Fault.BAD_TARGET, Fault.SEND_FAILED})
"""Faults that say nothing of the device; with any other, somebody answered."""


def whole(answer: SnmpAnswer, reads: frozenset[Reads], columns: Mapping[Reads, Iterable[Oid]]) -> frozenset[Reads]:
    """Return what of ``reads`` came whole: a table that broke off takes no other one with it."""
    if not answer.error:
        return reads
    missing = frozenset(answer.broken)
    return frozenset(r for r in reads if missing.isdisjoint(columns[r])) if missing else frozenset()


def read_answer(
    answer: SnmpAnswer,
    came: frozenset[Reads],
    time: datetime,
    ports: Mapping[str, str] | None = None,
    recipes: Mapping[Reads, Recipe] | None = None,
    bfd: BfdTable | None = None,
) -> Sample:
    """Return the sample that an answer gives; ``came`` is what of it came whole.

    An answer that broke off tells that the device is there, and nothing of what did not come: a row that is missing
    there is not a row that is gone. An agent that refuses (wrong user, wrong key) is silent on a live device.
    ``ports`` are the declaration's names of interfaces by those that the device reports, where these differ;
    ``recipes`` say what is made of its vitals, ``bfd`` where its sessions stand.
    """
    if answer.error and not answer.varbinds:
        return Sample(answer.target, time, answered=False, pinged=None if answer.error in SILENT else True)
    found = answer.varbinds
    return Sample(
        device=answer.target,
        time=time,
        answered=True,
        rtt_s=answer.rtt_s,
        system=parse_system(found),
        interfaces=_named(parse_interfaces(found), ports) if Reads.INTERFACES in came else None,
        ospf=parse_ospf(found) if Reads.OSPF in came else None,
        bgp=parse_bgp(found) if Reads.BGP in came else None,
        quality=_named(parse_quality(found), ports) if Reads.QUALITY in came else None,
        lldp=parse_lldp(found) if Reads.LLDP in came else None,
        bfd=bfd.read(found) if bfd is not None and Reads.BFD in came else None,
        vitals={str(reads): recipe.read(found) for reads, recipe in (recipes or {}).items() if reads in came},
    )


Row = TypeVar("Row", InterfaceRow, QualityRow)


def _named(rows: tuple[Row, ...], ports: Mapping[str, str] | None) -> tuple[Row, ...]:
    if not ports:
        return rows
    return tuple(replace(row, name=ports[row.name]) if row.name in ports else row for row in rows)
