"""Copies of the network on which changes are tried out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

from jbnet.config.standin.standin import PortFilter
from jbnet.model.network import Network
from jbnet.ports.progress import Reporter


@dataclass(frozen=True)
class Blueprint:
    """What a copy of a part of the network is built from.

    ``configs`` says of every device of the part with what it starts; ``network`` is all that is declared, in the
    copy's platform; ``down`` are circuits that do not work in the copy. ``later`` says what some devices will run in
    it: they have the daemons and ports for that as well.
    """

    network: Network
    configs: Mapping[str, str]
    down: tuple[str, ...] = ()
    later: Mapping[str, str] = field(default_factory=dict)


class LiveCopy(Protocol):
    """A copy of a part of the network that is up."""

    def inside(self) -> AbstractContextManager[None]:
        """Be where jbnet works from in the copy: sessions that are opened meanwhile lead to the copy's devices."""

    def reached(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Return those (device, address) pairs that exchange packets now. May be called from another thread."""

    def screen(self, device: str, filters: Sequence[PortFilter]) -> None:
        """Let these packet filters, and no others, work on a device's ports. Raises TargetError."""


class Rehearsal(Protocol):
    """Where changes are tried out: on copies that nobody depends on, and of which nothing is left afterwards."""

    def fits(self, blueprint: Blueprint) -> bool:
        """Say whether there is room for such a copy."""

    def copy(
        self, blueprint: Blueprint, asking: Mapping[str, str], reporter: Reporter
    ) -> AbstractContextManager[LiveCopy]:
        """Build the copy, and take it down at the end, whatever happens; ``asking``: who will ask, from which address.

        Raises TargetError where it cannot be built.
        """
