"""The state of the whole network in a few figures: what people look at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jbnet.monitor.alarms import Alarm, AlarmId, standing
from jbnet.monitor.hours import Hours
from jbnet.monitor.incidents import rfc3339
from jbnet.monitor.plant import Plant
from jbnet.monitor.replay import Watchbook
from jbnet.monitor.state import DeviceState

NEVER_CLOSED = Hours()


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts as of ``time``. A site is reachable when any of its devices answers; never-seen is not reachable.

    ``unexplained``: silent devices that no incident explains (yet). ``polled_s``: how long the round took.
    ``closed``: sites that are dark because they are closed. ``alarms`` are those that are raised, worst first.
    """

    time: datetime
    round: int
    sites: int
    sites_reachable: int
    devices: int
    devices_answering: int
    circuits: int
    unexplained: tuple[str, ...] = ()
    polled_s: float = 0.0
    stale_s: float = 15.0
    interval_s: float = 1.0
    closed: int = 0
    alarms: tuple[Mapping[str, object], ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return the summary for ``--json``."""
        return {
            "as_of": rfc3339(self.time),
            "round": self.round,
            "sites": {"reachable": self.sites_reachable, "total": self.sites, "closed": self.closed},
            "devices": {"answering": self.devices_answering, "total": self.devices},
            "circuits": self.circuits,
            "unexplained": list(self.unexplained),
            "alarms": list(self.alarms),
            "polled_s": round(self.polled_s, 3),
            "stale_s": max(self.stale_s, 3 * self.interval_s),
        }


def summarise(
    plant: Plant,
    book: Watchbook,
    time: datetime,
    number: int,
    *,
    polled_s: float,
    stale_s: float,
    interval_s: float,
    hours: Hours = NEVER_CLOSED,
) -> Summary:
    """Return the summary of what the book holds."""
    dark = [s for s in hours.weeks if s in plant.homes and not _reachable(plant.homes[s], book.states)]
    return Summary(
        time=time,
        round=number,
        sites=len(plant.sites),
        sites_reachable=sum(1 for site in plant.sites if _reachable(plant.homes[site], book.states)),
        devices=len(plant.watched),
        devices_answering=sum(1 for d in plant.watched if d in book.states and book.states[d].answer.up),
        circuits=len(plant.lines),
        unexplained=book.incidents.pending,
        polled_s=polled_s,
        stale_s=stale_s,
        interval_s=interval_s,
        closed=sum(1 for site in dark if not hours.is_open(site, time)),
        alarms=tuple(_alarm(key, alarm) for key, alarm in standing(book.carried.alarms).items()),
    )


def _alarm(key: AlarmId, alarm: Alarm) -> Mapping[str, object]:
    return {
        "rule": key.rule,
        "kind": str(key.subject.kind),
        "subject": str(key.subject),
        "severity": str(alarm.severity),
        "measure": alarm.measure,
        "value": alarm.value,
        "limit": alarm.limit,
        "part": alarm.part or None,
        "since": rfc3339(alarm.raised),
    }


def _reachable(devices: tuple[str, ...], states: Mapping[str, DeviceState]) -> bool:
    return any(device in states and states[device].answer.up for device in devices)
