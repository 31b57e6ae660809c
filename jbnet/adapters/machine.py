"""The machine that jbnet runs on: its name, and which addresses are its own."""

from __future__ import annotations

import contextlib
import os
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


LAST = 19


def stand_back() -> None:
    """Let whoever else works on this machine go first, from now on: the lowest weight, and nobody is interrupted.

    jbnet may run on a database host. Not the idle class: that may wait for ever behind others, with a lock in its hand
    that a recovery in earnest waits for. Not the session's weight (autogroup): a later recovery in the same terminal
    would keep it. Whoever started this process further behind (SCHED_IDLE) is obeyed.
    """
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, LAST)
    if os.sched_getscheduler(0) == os.SCHED_OTHER:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


_NOBODYS = IPv4Address("192.0.2.1")
"""An address of documentation (RFC 5737), which no machine has."""


def _can_bind(address: IPv4Address) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tried:
        try:
            tried.bind((str(address), 0))
        except OSError:
            return False
    return True
