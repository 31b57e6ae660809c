"""What is declared beside the policy: the calendar and the thresholds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from jbnet.model.network import Network
from jbnet.monitor.calendar import Calendar
from jbnet.monitor.hours import Hours
from jbnet.monitor.maintenance import Maintenance
from jbnet.monitor.measures import OF_PATHS, Meters
from jbnet.monitor.plant import Plant
from jbnet.monitor.probing import NO_PROBES, ProbeKind, Probes
from jbnet.monitor.probing_judge import ProbeRules
from jbnet.monitor.ready_judge import ReadyRules
from jbnet.monitor.thresholds import Threshold

OF_THE_HOST = frozenset({"gauge:cpu", "gauge:memory", "gauge:disk"})
"""What every device of a lab measures of the one machine that it runs on."""


@dataclass(frozen=True)
class Rules:
    """The calendar (opening hours and maintenance) and the thresholds by which a round is judged.

    ``ready``: when what a look at the readiness for recovery found is an alarm.
    """

    calendar: Calendar = field(default_factory=Calendar)
    thresholds: tuple[Threshold, ...] = ()
    probes: Probes = NO_PROBES
    ready: ReadyRules = field(default_factory=ReadyRules)
    probing: ProbeRules = field(init=False, repr=False, compare=False)
    _meters: list[Meters] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put together what probes are judged by."""
        object.__setattr__(self, "probing", ProbeRules(self.probes, self.thresholds))

    def within(self, network: Network) -> Rules:
        """Return the rules without thresholds of circuits that a part of the network does not have.

        A window or a place that is not in it is never asked about.
        """
        there = frozenset(network.circuits)
        kept = tuple(replace(limit, circuits=limit.circuits & there) for limit in self.thresholds)
        return replace(self, thresholds=kept, probes=self.probes.within(network.devices))

    def in_lab(self) -> Rules:
        """Return the rules as they hold in a lab; its months are those of the network.

        Nothing ever closes there, and what all its devices have in common is the host's: nobody judges it by them.
        """
        hours = Hours(offset_min=self.calendar.hours.offset_min)
        own = tuple(limit for limit in self.thresholds if limit.measure not in OF_THE_HOST)
        return replace(self, calendar=replace(self.calendar, hours=hours), thresholds=own)

    def with_windows(self, more: Iterable[Maintenance]) -> Rules:
        """Return the rules with windows that were registered beside the declared ones."""
        calendar = self.calendar.with_windows(more)
        if calendar is self.calendar:
            return self
        changed = Rules(calendar, self.thresholds, self.probes, self.ready)
        changed._meters[:] = self._meters  # the same thresholds are read by the same meters
        object.__setattr__(changed, "probing", self.probing)
        return changed

    def as_declared(self, found: Rules) -> Rules:
        """Return the rules with calendar and thresholds as other files declare them; what is probed stays."""
        return replace(self, calendar=found.calendar, thresholds=found.thresholds)

    def over_s(self, rule: str) -> float:
        """Return over how many seconds the measure of a rule is taken, or has to be beyond its limit; 0: a moment."""
        limit = next((limit for limit in self.thresholds if limit.name == rule), None)
        if limit is None or limit.measure not in OF_PATHS:
            return limit.seconds if limit is not None else 0.0
        windows = (probe.window_s for probe in self.probes.declared if probe.kind is ProbeKind.ECHO)
        return max(windows, default=limit.seconds)

    def meters(self, plant: Plant) -> Meters:
        """Return what reads the measures of a plant; it is made once."""
        if not self._meters or self._meters[0].plant is not plant:
            self._meters[:] = [Meters(plant, self.thresholds)]
        return self._meters[0]


PLAIN = Rules()
"""Nothing ever closes, no work is announced, no measure has a limit."""
