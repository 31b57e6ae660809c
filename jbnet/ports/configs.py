"""Configurations that are kept: before a change, and from day to day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class ConfigBackups(Protocol):
    """Where configurations are kept before they are changed."""

    def keep(self, device: str, config: str) -> str:
        """Store the text on disk and return where it lies."""

    def read(self, where: str) -> str:
        """Return a text that was kept. Raises Missing."""


@dataclass(frozen=True, slots=True)
class Fetch:
    """Configurations as fetched in one run, secrets masked. ``everybody``: every managed device was asked.

    ``missed`` are devices that were asked and gave none.
    """

    configs: Mapping[str, str]
    keeper: str
    everybody: bool
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One kept fetch: its name, when and by whom it was fetched, the devices whose text differs from before."""

    id: str
    time: datetime
    keeper: str
    changed: tuple[str, ...] = ()


class ConfigHistory(Protocol):
    """What ran on devices from day to day, secrets masked: one version a fetch."""

    def keep(self, fetch: Fetch) -> Version:
        """Keep a fetch on disk, whole or not at all. Raises TargetError."""

    def texts(self, device: str) -> Iterator[tuple[Version, str]]:
        """Yield what a device ran at each fetch that reached it, the newest first. Raises TargetError."""
