"""What may pass the filters of agencies and partners beside what their services need, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from ipaddress import IPv4Network

from jbnet.model.findings import Place


@dataclass(frozen=True, slots=True)
class Permission:
    """Somebody behind a filter may open connections to somebody else until a day, inclusive.

    ``source`` and ``target`` are the ends as they are called, ``sources`` and ``targets`` the prefixes that these come
    to. ``protocol`` is ip, tcp, udp or icmp; ``port`` that of the target, None: any.
    """

    name: str
    source: str
    target: str
    sources: tuple[IPv4Network, ...]
    targets: tuple[IPv4Network, ...]
    protocol: str
    port: int | None
    until: date
    reason: str
    place: Place | None = None
