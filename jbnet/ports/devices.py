"""Devices: sessions with them, what compares their configurations, and who may change one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from jbnet.config.tree import Patch, Path
from jbnet.model.network import Device


@dataclass(frozen=True, slots=True)
class RunningConfig:
    """What a device runs. ``on_trial``: it puts back what ran before, unless somebody confirms this in time."""

    config: str
    on_trial: bool


class DeviceSession(Protocol):
    """The part of NAPALM's ``NetworkDriver`` that jbnet uses. ``revert_in`` is in seconds.

    ``commit_config`` with ``revert_in`` starts a timer on the device; without ``confirm_commit`` in that
    time the device puts back what ran before. ``compare_config`` is empty when there is nothing to do.
    """

    def open(self) -> None:
        """Log in. Raises Unreachable."""

    def close(self) -> None:
        """Log out; never raises."""

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load a whole configuration as candidate."""

    def compare_config(self) -> str:
        """Return what committing the candidate would change, one command a line; empty: nothing."""

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate run. Raises CommandFailed."""

    def confirm_commit(self) -> None:
        """Stop the timer and save what runs."""

    def has_pending_commit(self) -> bool:
        """Say whether a timer runs."""

    def discard_config(self) -> None:
        """Forget the candidate."""

    def rollback(self) -> None:
        """Put back what ran before the last commit."""

    def get_config(
        self,
        retrieve: str = "all",
        full: bool = False,
        sanitized: bool = False,
        format: str = "text",  # noqa: A002  NAPALM's name
    ) -> Mapping[str, str]:
        """Return the texts ``running`` and ``startup``; ``sanitized`` masks passwords and keys."""

    def running_config(self) -> RunningConfig:
        """Return what runs, and whether on trial as of just before it was read: a timer may run out in between."""

    def get_facts(self) -> Mapping[str, object]:
        """Return NAPALM's facts."""

    def get_ospf_neighbors(self) -> Sequence[Mapping[str, object]]:
        """Return one mapping per neighbour: ``router_id``, ``interface``, ``state`` (RFC 2328 names)."""

    def get_route_to(self, destination: str = "", protocol: str = "", longer: bool = False) -> Mapping[str, object]:
        """Return the routes to an address by prefix. Raises NotImplementedError where the driver cannot tell."""

    def get_established_tunnels(self) -> Sequence[str]:
        """Return the names of encrypted lines whose traffic is protected by now (a Child SA; RFC 7296, 1.3).

        Raises NotImplementedError where the driver cannot tell.
        """

    def cli(self, commands: list[str], encoding: str = "text") -> Mapping[str, object]:
        """Type commands, each one line, and return what each printed. Raises CommandFailed where one is refused."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What takes one configuration to another: as people read it, and as the device is told it, in its own order.

    A command carries the sections above it: ``("ospf 1", "area 0.0.0.1", "undo network 10.0.0.0 0.0.0.255")``.
    """

    patch: Patch
    commands: tuple[Path, ...]

    def __bool__(self) -> bool:
        return bool(self.commands)


class Differ(Protocol):
    """Compares two configurations of one platform by meaning.

    Laws: ``compare(x, x)`` is empty; the commands of ``compare(x, y)`` make ``y`` of ``x``, those of ``compare(y, x)``
    make ``x`` of it again.
    """

    def compare(self, running: str, intended: str) -> Difference:
        """Return what is to be done. Secrets that the device shows encrypted are taken to be the right ones."""


class DeviceSessions(Protocol):
    """Opens sessions; knows addresses, keys and drivers, and by which rules each platform compares."""

    def session(self, device: Device) -> DeviceSession:
        """Return an inert session for the device. Raises Missing where its platform has no driver, or a key lacks."""

    def differ(self, device: Device) -> Differ:
        """Return what compares configurations of the device's platform. Raises Missing where there is none."""


class DeviceLocks(Protocol):
    """Leases on devices, so that two people do not change one at once. A lease ends by itself."""

    def acquire(self, device: str, owner: str, seconds: float) -> None:
        """Take the lease for that long. Raises Refused while somebody else holds it."""

    def release(self, device: str, owner: str) -> None:
        """Give the lease back; nothing happens where ``owner`` does not hold it."""


class Successor(Protocol):
    """Who ends what this process had decided for devices that change together, should it be killed."""

    def waiting(self, change: str, devices: Sequence[str]) -> AbstractContextManager[object]:
        """Let somebody wait during the ``with``; they take over where this process never leaves it.

        ``change`` is the plan's hash. Raises TargetError where nobody can be started.
        """
