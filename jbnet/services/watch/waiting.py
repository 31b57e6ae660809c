"""What the monitor has seen and could not write yet: who tells people has to know it all the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jbnet.monitor.incidents import Incident


@dataclass(frozen=True, slots=True)
class Unseen:
    """The incidents as they are in rounds that are in memory only, and the time of the last of these."""

    latest: datetime
    incidents: Mapping[str, Incident] = field(default_factory=dict)


class Waiting:
    """Holds the above for another thread; each value is replaced whole."""

    def __init__(self) -> None:
        self.now: Unseen | None = None
        """None: all is written."""

    def add(self, time: datetime, incidents: Iterable[Incident]) -> None:
        """Note a round that could not be written."""
        before = self.now.incidents if self.now is not None else {}
        self.now = Unseen(time, {**before, **{incident.id: incident for incident in incidents}})

    def clear(self) -> None:
        """Note that all is written."""
        self.now = None
