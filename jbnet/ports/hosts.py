"""Hosts: commands on them over SSH, and whether they are there at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Completed:
    """What a remote command answered."""

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str


class RemoteHost(Protocol):
    """Commands on a host over SSH, host keys checked. ``argv`` is quoted by the adapter, never by the caller."""

    name: str

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        """Run a command and return what it answered, whatever its code. Raises Unreachable."""


class RemoteHosts(Protocol):
    """Opens remote hosts by device name and account."""

    def host(self, device: str, user: str, via: str | None = None) -> RemoteHost:
        """Return the host; connects on first use. ``via`` names the device from which to connect (a vantage)."""


class Prober(Protocol):
    """Says whether hosts are there at all, apart from any service on them."""

    def ping(self, addresses: Sequence[str], timeout: float) -> Mapping[str, bool | None]:
        """Ask all at once (ICMP echo, RFC 792); None: it could not be asked. Never raises for a silent host."""
