"""Maintenance: a window of time in which what is named may be down without that being an incident.

A window hides nothing beyond what it names and nothing after it ends. It begins to count when it is registered,
never before: what was recorded then replays the same now, with all windows that were ever registered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jbnet.monitor.causes import CauseId, CauseKind

AFTERWARDS = timedelta(minutes=10)
"""What begins so soon after work on it has ended is shown with that work: it may have been left behind by it."""


class Opener(StrEnum):
    """Who opened a window."""

    DECLARED = "declared"
    """``monitors/maintenance.yaml``."""
    CHANGE = "change"
    """``jbnet apply``, for the devices of its plan."""
    RECOVERY = "recovery"
    """A recovery (``jbnet dr``), for the hosts that one of its steps touches."""
    DRILL = "drill"
    """A drill, for what it takes down."""
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A window, from ``begins`` up to ``ends``. ``id`` names it for good, such as ``declared:core-upgrade``.

    ``devices`` and ``circuits`` are what it names; a device stands for the circuits that end on it, because they go
    down with it. ``registered`` is when a window of a change, a drill or a person became known (None: declared).
    ``ended`` is when it was closed before its time. ``work`` is the number of the change or the execution.
    """

    id: str
    opener: Opener
    begins: datetime
    ends: datetime
    devices: frozenset[str] = frozenset()
    circuits: frozenset[str] = frozenset()
    reason: str = ""
    who: str = ""
    registered: datetime | None = None
    ended: datetime | None = None
    work: str = ""

    @property
    def related(self) -> str:
        """Return what an incident that has to do with it is shown with, such as ``change 0123456789ab``."""
        return f"{self.opener} {self.work or self.id.partition(':')[2]}"

    def span(self) -> tuple[datetime, datetime]:
        """Return from when up to when the window counts; where it never does the end is not after the beginning."""
        begins = max(self.begins, self.registered) if self.registered else self.begins
        return begins, min(self.ends, self.ended) if self.ended else self.ends

    def in_force(self, now: datetime) -> bool:
        """Say whether the window counts at a moment."""
        begins, ends = self.span()
        return begins <= now < ends

    def names(self, cause: CauseId, ends_of: Iterable[str] = ()) -> bool:
        """Say whether a cause is what the window names. ``ends_of``: the devices on which a circuit ends."""
        if cause.kind is CauseKind.CIRCUIT:
            return cause.name in self.circuits or not self.devices.isdisjoint(ends_of)
        return cause.kind is CauseKind.DEVICE and cause.name in self.devices


def window_of(
    windows: Iterable[Maintenance], cause: CauseId, now: datetime, ends_of: Iterable[str] = ()
) -> Maintenance | None:
    """Return the window in force that names a cause, of several the one that ends last; None: there is none.

    This is the question to ask for a subject and a time. ``ends_of``: the devices on which a circuit ends.
    """
    devices = tuple(ends_of)
    found = [window for window in windows if window.in_force(now) and window.names(cause, devices)]
    return max(found, key=lambda window: (window.ends, window.id), default=None)


def worked_on(
    windows: Iterable[Maintenance], cause: CauseId, since: datetime, now: datetime, ends_of: Iterable[str] = ()
) -> Maintenance | None:
    """Return the window during which, or shortly after which, something began that it names, of several the latest.

    ``since``: when it began; ``now``: what was registered later is not known yet. ``ends_of``: as in ``window_of``.
    """
    devices, found = tuple(ends_of), list[Maintenance]()
    for window in windows:
        begins, ends = window.span()
        if begins < ends and begins <= now and begins <= since < ends + AFTERWARDS and window.names(cause, devices):
            found.append(window)
    return max(found, key=lambda window: (window.span()[0], window.id), default=None)
