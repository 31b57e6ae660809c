"""Which messages are a reason to look at a device at once: those about links and neighbours. Never a verdict."""

from __future__ import annotations

import re

from jbnet.monitor.syslog import SyslogMessage

_PARTS = (
    "IFNET|IFPDT|IFADP|PHY|LINEPROTO|LINK|ETHTRUNK|LAGG|LACP|TRUNK|OSPF|OSPFV3|BGP|ISIS|BFD|VRRP|ARP_PING|NQA|TUNNEL|DEVM|"
    "LLDP|RM"
)
"""Modules by which VRP (``IFNET/4/LINK_STATE``), Comware (``IFNET/3/PHY_UPDOWN``) and IOS (``LINK-3-UPDOWN``) name
themselves in their manuals' lists of log messages."""
_TAG = re.compile(rf"(?:%%\d\d)?(?:{_PARTS})(?:/\d/|-(?:[A-Z0-9_]+-)*\d-)", re.IGNORECASE)
_SAID = re.compile(
    r"\bAdjChg\b|%ADJCHANGE|%NOTIFICATION|\bBFD\b.*\b(?:up|down)\b"  # FRR: ospfd, bgpd, bfdd
    r"|\b(?:link|interface|carrier|neighbou?r|adjacency|session|line protocol|peer)\b.{0,80}"
    r"\b(?:up|down|lost|gone|full|established|idle|deleted|acquired)\b",
    re.IGNORECASE,
)
_COLD = re.compile(r"\b(?:restart(?:ed|ing)?|reboot(?:ed|ing)?|starting|power (?:failed|supply|loss))\b", re.IGNORECASE)
_LATER_THAN = 6
"""Severity: what is only for debugging sets nothing off."""


def is_news(message: SyslogMessage) -> bool:
    """Say whether a message tells of a link, a neighbour or a restart."""
    if message.severity > _LATER_THAN:
        return False
    return any((_TAG.match(message.tag), _SAID.search(message.text), _COLD.search(message.text)))
