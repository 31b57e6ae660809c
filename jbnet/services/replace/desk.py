"""What a replacement works with, and what people say when the new box is taken in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from jbnet.change.model import Plan
from jbnet.model.network import Device
from jbnet.ports import Prober
from jbnet.services.deploy.desk import Desk
from jbnet.services.host_keys import Office, Trust


class Papers(Protocol):
    """What is written down for a replacement, outside of the journal."""

    def check(self, device: Device, serial: str) -> None:
        """Raise what would stand in the way of the other two; writes nothing."""

    def declare(self, device: Device, serial: str) -> str:
        """Write the serial number into the declaration; return the file."""

    def print(self, device: Device, old: str | None, serial: str) -> Sequence[str]:
        """Write bootstrap, full configuration and sheet as private files; return their paths."""

    def shred(self, device: Device) -> Sequence[str]:
        """Remove those of them that hold secrets, and return their paths."""


@dataclass(frozen=True)
class Bench:
    """What a replacement works with; the journal of ``desk`` and ``office`` is the same."""

    desk: Desk
    office: Office
    prober: Prober
    papers: Papers
    addresses: Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Wishes:
    """What people say when the new box is taken in.

    ``trust`` vouches for its host key. ``approve`` is shown the plan and returns the devices whose dangers are
    accepted, None where it is not to be carried out. ``without`` names interfaces on which no neighbour is expected
    now; ``override``: a key of the old box, or another serial number, is accepted.
    """

    trust: Trust
    approve: Callable[[Plan], Collection[str] | None]
    without: Collection[str] = ()
    override: bool = False
