"""The machine that jbnet runs on: its name, and which addresses are its own."""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import IPv4Address


def hostname() -> str:
    """Return the machine's name."""
    return socket.gethostname()


def held(addresses: Collection[IPv4Address]) -> frozenset[IPv4Address]:
    """Return those of the addresses that are the machine's own, in the network that this process is in.

    A socket can be bound to them and to no others (bind(2), EADDRNOTAVAIL). Where the kernel lets any address be bound
    (``net.ipv4.ip_nonlocal_bind``) nothing is told by that, and none is returned.
    """
    if _can_bind(_NOBODYS):
        return frozenset()
    return frozenset(address for address in addresses if _can_bind(address))


_NOBODYS = IPv4Address("192.0.2.1")
"""An address of documentation (RFC 5737), which no machine has."""


def _can_bind(address: IPv4Address) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tried:
        try:
            tried.bind((str(address), 0))
        except OSError:
            return False
    return True
