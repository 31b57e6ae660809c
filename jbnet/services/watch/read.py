"""From SNMP answers to samples."""

from __future__ import annotations

from datetime import datetime

from jbnet.monitor.checks import Reads
from jbnet.monitor.samples import Sample
from jbnet.ports import SnmpAnswer
from jbnet.snmp.faults import Fault
from jbnet.snmp.ifquality import parse_quality
from jbnet.snmp.mibs import parse_bgp, parse_interfaces, parse_ospf, parse_system

SILENT = frozenset({Fault.TIMEOUT, Fault.CANCELLED, Fault.BAD_TARGET, Fault.SEND_FAILED})
"""Faults that say nothing of the device; with any other, somebody answered."""


def read_answer(answer: SnmpAnswer, reads: frozenset[Reads], time: datetime) -> Sample:
    """Return the sample that an answer gives.

    An answer that broke off tells that the device is there, and nothing of its tables: a row that did not
    come is not a row that is gone. An agent that refuses (wrong user, wrong key) is silent on a live device.
    """
    if answer.error and not answer.varbinds:
        return Sample(answer.target, time, answered=False, pinged=None if answer.error in SILENT else True)
    whole = not answer.error
    return Sample(
        device=answer.target,
        time=time,
        answered=True,
        rtt_s=answer.rtt_s,
        system=parse_system(answer.varbinds),
        interfaces=parse_interfaces(answer.varbinds) if whole and Reads.INTERFACES in reads else None,
        ospf=parse_ospf(answer.varbinds) if whole and Reads.OSPF in reads else None,
        bgp=parse_bgp(answer.varbinds) if whole and Reads.BGP in reads else None,
        quality=parse_quality(answer.varbinds) if whole and Reads.QUALITY in reads else None,
    )
