"""What the time of day and the calendar say of trouble: closed places, and work that was announced."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from jbnet.monitor.causes import Cause, CauseId, CauseKind, View
from jbnet.monitor.hours import Hours
from jbnet.monitor.maintenance import Maintenance, window_of, worked_on
from jbnet.monitor.plant import Plant


@dataclass(frozen=True, slots=True)
class Calendar:
    """Opening hours and maintenance windows: all that were ever declared or registered, in force or not."""

    hours: Hours = field(default_factory=Hours)
    windows: tuple[Maintenance, ...] = ()

    def with_windows(self, more: Iterable[Maintenance]) -> Calendar:
        """Return the calendar with windows that were registered beside the declared ones."""
        added = tuple(more)
        return replace(self, windows=(*self.windows, *added)) if added else self

    def maintenance_of(self, plant: Plant, cause: CauseId, now: datetime) -> Maintenance | None:
        """Return the window in force that names a cause; a device stands for the circuits that end on it."""
        if not self.windows:
            return None
        return window_of(self.windows, cause, now, _ends_of(plant, cause))

    def related(self, plant: Plant, cause: CauseId, since: datetime, now: datetime) -> str:
        """Return the work during or shortly after which a cause began that it names (``change ID``); empty: none."""
        found = worked_on(self.windows, cause, since, now, _ends_of(plant, cause)) if self.windows else None
        return found.related if found is not None else ""


def _ends_of(plant: Plant, cause: CauseId) -> list[str]:
    """Return the devices on which a circuit ends."""
    line = plant.lines.get(cause.name) if cause.kind is CauseKind.CIRCUIT else None
    return [end.device for end in line.ends] if line else []


def dormant(view: View, cause: Cause, hours: Hours) -> bool:
    """Say whether a cause is nothing but closed places that went dark: it silences somebody, and only such.

    What serves no site, or also a site that is open or never closes, is missed; so is a line that is down while
    everybody answers.
    """
    if not hours.weeks or not cause.devices:
        return False
    served = view.plant.served
    return all(
        served.get(device) and not any(hours.is_open(site, view.now) for site in served[device])
        for device in cause.devices
    )


def line_or_power(view: View, cause: Cause) -> bool:
    """Say whether a cause cannot be told from a place without power: its one line that can be seen, and it is dark.

    A line that is down at its near end only, and a silent device behind one line, look the same in both cases. A
    device that still answers echo requests has power.
    """
    far = _dark_end(view, cause)
    if far is None or view.alive(far):
        return False
    edges = view.plant.graph.adjacency.get(far, ())
    return sum(1 for edge in edges if view.answering(edge.other(far))) == 1


def _dark_end(view: View, cause: Cause) -> str | None:
    """Return the silent device that a cause is or ends on."""
    if cause.id.kind is CauseKind.DEVICE:
        return cause.id.name if cause.id.name in cause.devices else None
    ends = view.plant.lines[cause.id.name].ends if cause.id.kind is CauseKind.CIRCUIT else ()
    silent = [end.device for end in ends if end.device in cause.devices]
    return silent[0] if len(silent) == 1 else None
