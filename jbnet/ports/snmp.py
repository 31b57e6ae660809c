"""SNMP agents: asked, and heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from jbnet.monitor.syslog import SyslogMessage
from jbnet.snmp.types import SnmpAnswer, SnmpTarget, Trap

Heard = Trap | SyslogMessage
"""What devices send unasked."""


class Asked(Protocol):
    """A question that is under way: answers are taken as they come, and nobody waits for the slowest agent."""

    def wait(self, timeout: float) -> bool:
        """Wait until every agent has answered or run out of time; say whether that is so."""

    def take(self) -> Sequence[tuple[SnmpTarget, SnmpAnswer]]:
        """Return the answers that came since this was called last, each with who was asked."""

    def cancel(self) -> None:
        """Let go of it: what is still owed is not waited for."""


class SnmpTransport(Protocol):
    """Asks many agents at once."""

    def begin(
        self, targets: Iterable[SnmpTarget], columns: Sequence[tuple[int, ...]], *, timeout: float, retries: int
    ) -> Asked:
        """Begin what ``walk`` does, and return at once."""

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
    """Receives traps and informs, and syslog messages where the source brings them, from ``start`` to ``close``."""

    def start(self) -> None:
        """Begin to listen. Raises Missing where the port cannot be had."""

    def take(self, timeout: float) -> Heard | None:
        """Return the next trap or message, or None when none came in ``timeout`` seconds."""

    def close(self) -> None:
        """Stop listening; never raises."""
