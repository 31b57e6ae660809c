"""What an apply works with, and what it gives: bounds, the desk, how a device's course ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

from jbnet.change.endings import State
from jbnet.change.timers import REVERT_S
from jbnet.model.network import Network
from jbnet.model.text import Text
from jbnet.ports import (
    Clock,
    ConfigBackups,
    DeviceLocks,
    DeviceSessions,
    Journal,
    LoadedSecrets,
    Progress,
    Reporter,
    Secrets,
    Successor,
    Windows,
)
from jbnet.services.deploy.secrets import SecretBook

WAITING = 4
"""How much more seldom than for a neighbour a device on which commands are typed is asked whether its timer is over."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Bounds in seconds: the timer on the device, how long to look, how often, the lease, the whole course.

    ``act_s`` bounds the answer to a commit or rollback: either may take away the address that the session uses.
    ``half_s`` bounds it where the other end of the link has yet to follow. ``wait_s``: how often to look whether a
    timer on a device has run out.
    """

    revert_s: int = REVERT_S
    act_s: float = 40.0
    half_s: float = 15.0
    look_s: float = 30.0
    poll_s: float = 0.4
    wait_s: float = 0.4
    lease_s: float = 300.0
    device_s: float = 240.0
    workers: int = 16

    def at_pace(self, times: int) -> Timing:
        """Return the bounds for a device on which everything takes so many times as long; looking does not."""
        if times == 1:
            return self
        return replace(
            self, revert_s=self.revert_s * times, act_s=self.act_s * times, half_s=self.half_s * times,
            poll_s=self.poll_s * times, wait_s=self.wait_s * times * WAITING, lease_s=self.lease_s * times,
            device_s=self.device_s * times,
        )  # fmt: skip

    @staticmethod
    def of_timer(seconds: int) -> Timing:
        """Return the bounds that fit a timer on the device: what has to happen before it runs out."""
        usual = Timing()
        look_s, half_s = min(usual.look_s, seconds / 2), min(usual.half_s, seconds / 6)
        return replace(usual, revert_s=seconds, look_s=look_s, half_s=half_s)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one device. ``missing`` names new neighbours that are not there yet (it is no failure)."""

    device: str
    state: State
    reason: Text | None = None
    backup: str = ""
    missing: tuple[str, ...] = ()
    seconds: float = 0.0
    refused_by_rule: bool = False


@dataclass(frozen=True)
class JournalOf:
    """The journal as one change writes it: every entry names its plan, since others may write in between."""

    change: str
    whole: Journal

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        """Write an entry of the change; those about the change itself have it as their subject."""
        named = {} if subject == self.change else {"change": self.change}
        return self.whole.append(kind, subject, {**data, **named})

    def entries(self) -> Sequence[Mapping[str, object]]:
        """Return all entries, those of other changes too."""
        return self.whole.entries()


class Nobody:
    """Nobody waits to take over. Implements Successor."""

    def waiting(self, change: str, devices: Sequence[str]) -> AbstractContextManager[object]:
        """Start nobody."""
        return nullcontext()


class Silent:
    """Nobody looks. Implements Reporter."""

    def report(self, progress: Progress) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Desk:
    """What an apply works with. ``secrets`` None: no configuration needs any. ``successor`` is for units.

    ``loaded`` None: it is not remembered which secrets devices were given. ``windows`` None: no monitor is told.
    """

    network: Network
    sessions: DeviceSessions
    journal: Journal
    locks: DeviceLocks
    backups: ConfigBackups
    clock: Clock
    reporter: Reporter
    owner: str
    timing: Timing = field(default_factory=Timing)
    secrets: Secrets | None = None
    successor: Successor = field(default_factory=Nobody)
    loaded: LoadedSecrets | None = None
    windows: Windows | None = None
    overrides: frozenset[str] = frozenset()
    """Devices whose dangers are accepted in this run."""

    @property
    def book(self) -> SecretBook | None:
        """Return what knows the secrets of devices, None where nothing is remembered."""
        if self.secrets is None or self.loaded is None:
            return None
        return SecretBook(self.secrets, self.loaded)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Whom the device must see after the change: ``kept`` were there before, ``new`` are expected to come.

    Both hold interface names. ``uplink`` is the one of ``new`` without which the change counts as failed.
    """

    kept: frozenset[str]
    new: frozenset[str]
    uplink: str | None

    def lost(self, seen: Collection[str]) -> tuple[str, ...]:
        """Return those whose silence means that the change failed; ``seen`` are those that are there."""
        lost = sorted(self.kept.difference(seen))
        if self.uplink in self.new and self.uplink not in seen:
            lost.append(self.uplink)
        return tuple(lost)
