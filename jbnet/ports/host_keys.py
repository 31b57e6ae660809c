"""SSH host keys: asked for, and known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device


class HostKeyProbe(Protocol):
    """Asks one device for its host keys; logs in nowhere."""

    def keys(self) -> tuple[HostKey, ...]:
        """Return the keys that it shows, one of a kind. Raises Unreachable."""

    def close(self) -> None:
        """End it; never raises."""


class HostKeyProbes(Protocol):
    """Gives the probe of a device; knows addresses."""

    def probe(self, device: Device) -> HostKeyProbe:
        """Return an inert probe."""


class KnownHosts(Protocol):
    """The host keys that are known, by device name."""

    def keys(self, device: str) -> tuple[HostKey, ...]:
        """Return the device's keys; empty: none is known. Raises Refused where they cannot be read."""

    def keep(self, device: str, keys: Sequence[HostKey], *, replace: bool = False) -> None:
        """Make the keys known. Raises Refused while other keys of the device are known, unless told to replace them."""
