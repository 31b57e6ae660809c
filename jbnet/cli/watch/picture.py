"""What was read from the monitor's store at one moment: all that a screen is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jbnet.model.network import Network
from jbnet.model.text import Text
from jbnet.monitor.board import Entry
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, Event


@dataclass(frozen=True)
class Details:
    """What is known of the one incident, site or device that is looked at.

    ``history``: what happened to an incident, oldest first, or to a device, latest first. ``states`` are those of
    the devices that are shown.
    """

    entry: Entry | None = None
    history: Sequence[Event] = ()
    states: Mapping[str, DeviceState] = field(default_factory=dict)
    samples: Sequence[Sample] = ()


NO_DETAILS = Details()


@dataclass(frozen=True)
class Picture:
    """The network as the monitor last saw it. ``summary`` is that of ``jbnet.monitor.summary``; None: nothing yet.

    ``entries`` are the open incidents, worst first. ``now`` is the time of this picture. ``trouble``: why the store
    cannot be read; what is shown then is older than it seems. ``network`` None: the declaration cannot be read.
    """

    now: datetime
    summary: Mapping[str, Any] | None = None
    entries: tuple[Entry, ...] = ()
    details: Details = NO_DETAILS
    network: Network | None = None
    trouble: Text | None = None
    closed_today: int = 0

    @property
    def as_of(self) -> datetime | None:
        """Return when the monitor last looked."""
        return datetime.fromisoformat(str(self.summary["as_of"])) if self.summary else None

    @property
    def age_s(self) -> float:
        """Return the seconds since the monitor last looked; 0 where it never did."""
        return (self.now - self.as_of).total_seconds() if self.as_of else 0.0

    @property
    def blind(self) -> bool:
        """Say whether nobody looks any more: what is shown was true once."""
        if self.summary is None or self.trouble is not None:
            return True
        return self.age_s > float(self.summary["stale_s"])
