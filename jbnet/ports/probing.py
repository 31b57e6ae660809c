"""Probing: echoes on their way to devices, and services tried as their users would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from jbnet.monitor.probing import Target
from jbnet.monitor.probing_results import Probed


class Echoes(Protocol):
    """Sends echo requests to many addresses, evenly over a span of time."""

    def sweep(
        self, addresses: Sequence[str], requests: int, over_s: float, timeout_s: float, stopped: Callable[[], bool]
    ) -> Mapping[str, tuple[float | None, ...]]:
        """Send so many requests to each address within ``over_s`` seconds; return each one's round trip in seconds.

        None: not answered within ``timeout_s``. An address to which nothing could be sent is not in the answer: of it
        nothing is known. Ends soon after ``stopped`` says so, with what it has. Never raises for an address's fault.
        """


class ServiceProbe(Protocol):
    """Tries one kind of service."""

    def probe(self, target: Target) -> Probed:
        """Try it once, within about ``target.probe.timeout_s`` seconds a wait. Never raises for a target's fault."""
