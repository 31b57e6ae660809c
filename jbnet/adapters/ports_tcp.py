"""Knocking at TCP ports. Implements PortProber."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence

from jbnet.recovery.readiness_around import Port


class TcpPorts:
    """Connects and closes again. ``addresses``: from a host's name to its addresses; the first one is tried."""

    def __init__(self, addresses: Callable[[str], Sequence[str]]):
        self._addresses = addresses

    def knock(self, host: str, port: int, timeout: float) -> str:
        """Say what a connection meets: a refusal comes from a host that is there, everything else is silence."""
        known = self._addresses(host)
        if not known:
            return Port.SILENT
        try:
            with socket.create_connection((known[0], port), timeout):
                return Port.OPEN
        except OSError as error:
            return Port.CLOSED if error.errno == errno.ECONNREFUSED else Port.SILENT
