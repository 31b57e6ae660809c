"""SNMP agents: asked, and heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from jbnet.snmp.types import SnmpAnswer, SnmpTarget, Trap


class SnmpTransport(Protocol):
    """Asks many agents at once."""

    def walk(
        self, targets: Iterable[SnmpTarget], columns: Sequence[tuple[int, ...]], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """Walk the columns on every agent; one answer per target, in order. Never raises for an agent's fault.

        A column that ends in ``.0`` is a scalar (``sysUpTime.0``): asked once, together with the first rows.
        ``timeout`` is in seconds for each try; a request is sent at most ``1 + retries`` times.
        """

    def get(
        self, targets: Iterable[SnmpTarget], oids: Sequence[tuple[int, ...]], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """Get the variables on every agent; one answer per target, in order."""


class TrapSource(Protocol):
    """Receives traps and informs, from ``start`` to ``close``."""

    def start(self) -> None:
        """Begin to listen. Raises Missing where the port cannot be had."""

    def take(self, timeout: float) -> Trap | None:
        """Return the next trap, or None when none came in ``timeout`` seconds."""

    def close(self) -> None:
        """Stop listening; never raises."""
