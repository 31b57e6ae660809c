"""What a device is told about its management, as its configuration needs it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network

from jbnet.config.intent import LOGINS, MANAGERS, SourceList
from jbnet.model.management import Management
from jbnet.platforms.registry import Platform

ACCOUNT = "netops"
"""The account that jbnet logs in with."""


def source_lists(management: Management | None) -> tuple[SourceList, ...]:
    """Return the lists of networks from which logins and SNMP requests are accepted; without any, no list."""
    found: list[SourceList] = []
    if management is not None and management.logins_from:
        found.append(SourceList(LOGINS, "LOGINS", management.logins_from, management.place))
    if management is not None and management.snmp is not None and management.snmp.managers:
        hosts = tuple(IPv4Network(address) for address in management.snmp.managers)
        found.append(SourceList(MANAGERS, "MANAGERS", hosts, management.snmp.place))
    return tuple(found)


def first_management(management: Management | None, known: Platform) -> Management | None:
    """Return as much of it as a device needs that comes out of its box: who may log in.

    Where a planned restart is the only timer, time servers too: a clock that is set by the first deployment would move
    the restart that takes it back.
    """
    if management is None:
        return None
    return replace(management, banner=None, aaa=None, snmp=None, syslog=(),
                   ntp=management.ntp if known.commit_timer == "reboot" else ())  # fmt: skip
