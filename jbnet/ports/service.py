"""Whom clients of a database reach: fences, service addresses, and a look with a client's eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from jbnet.recovery.observed import RingLook, ServiceLook


@dataclass(frozen=True, slots=True)
class FenceProof:
    """What was seen of a fence. ``proved`` only by positive observations; ``observations`` are the evidence."""

    database: str
    host: str
    proved: bool
    by: str
    observations: tuple[Mapping[str, object], ...] = ()


class Fence(Protocol):
    """Cuts clients off from a database on a host, and proves it (design section 5, rule 3)."""

    def check(self, database: str, host: str, patience: float = 6.0) -> FenceProof:
        """Look whether it is fenced; changes nothing, never raises for a silent host. ``patience``: how many
        seconds the host itself is waited for.
        """

    def glance(self, database: str, host: str) -> FenceProof:
        """Look only as far as it takes to know whether closing it is left to do: no proof missing here is missing
        altogether. Changes nothing, never raises for a silent host.
        """

    def close(self, database: str, host: str) -> FenceProof:
        """Stop the service with a marker where the host can be reached, and filter around it."""

    def open(self, database: str, host: str) -> FenceProof:
        """Take every filter of it away; ``proved`` then says whether something still holds it fenced."""

    def rings(self, host: str, databases: Sequence[str]) -> Mapping[str, tuple[RingLook, ...]]:
        """Read the rings around a host from every vantage, as a proof would, for databases on it at once.

        Changes nothing, never raises for a router that is silent.
        """

    def remains(self, host: str, databases: Sequence[str]) -> Mapping[str, Mapping[str, bool | None]]:
        """Say as ``filtered`` does for databases at once; changes nothing."""

    def filtered(self, database: str, host: str) -> Mapping[str, bool | None]:
        """Say for every router of the rings whether it filters; None: it did not answer."""


class RouteControl(Protocol):
    """Which host announces a service address."""

    def announce(self, address: str, host: str, *, prefer: bool) -> None:
        """Let the host announce it; ``prefer`` over another host that may announce it too."""

    def withdraw(self, address: str, host: str) -> None:
        """Let the host no longer announce it."""

    def announces(self, address: str, host: str) -> bool:
        """Say whether the host holds the address. Raises Unreachable."""

    def seen_at(self, address: str, device: str) -> tuple[str, ...]:
        """Return the origins (router addresses) of the route that ``device`` uses; empty: it has none."""


class WriteCheck(Protocol):
    """Writes as a client does, through an address."""

    def write(self, database: str, address: str, timeout: float) -> Mapping[str, object]:
        """Write and read back one row; return ``ok``, ``server`` (its own address), ``seconds`` and ``error``."""


class ServiceLooks(Protocol):
    """Looks with a client's eyes, and writes nothing."""

    def identity(self, database: str, address: str, timeout: float) -> ServiceLook:
        """Ask whoever answers at an address who it is. Raises Unreachable when no client gets through."""


class PortProber(Protocol):
    """Knocks at the ports of applications."""

    def knock(self, host: str, port: int, timeout: float) -> str:
        """Say what a connection meets: one of ``jbnet.recovery.readiness_around.Port``. Never raises."""

    def release(self, host: str, port: int, timeout: float) -> str | None:
        """Return what runs there, by its own word (``GET /release``); None: it does not say. Never raises."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an application answered: HTTP's code (None: nobody did), and the words. ``refused``: nothing listens."""

    code: int | None
    words: Mapping[str, object]
    refused: bool = False


class ApplicationCalls(Protocol):
    """Talks to an application as its clients do: HTTP, and JSON."""

    def call(self, host: str, port: int, path: str, body: Mapping[str, object] | None, timeout: float) -> Said:
        """GET a path, or POST a body to it. Never raises."""
