"""Loss, round trip and jitter of the paths to devices, laid at the lines and held against thresholds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jbnet.monitor import thresholds
from jbnet.monitor.alarms import Alarm, AlarmId, Alarms
from jbnet.monitor.causes import CauseId
from jbnet.monitor.consequences import failure_of
from jbnet.monitor.measures import LOSS, OF_PATHS, PATH_RTT
from jbnet.monitor.plant import Plant
from jbnet.monitor.probing_lines import CLEARED, SURE, lay, weight_of_loss
from jbnet.monitor.state import Event, Subject, SubjectKind
from jbnet.monitor.thresholds import Reading, Threshold
from jbnet.topology.graph import FailureSet
from jbnet.topology.paths import paths_from

Echoes = Mapping[str, Mapping[str, float]]
"""By device: ``sent``, ``lost``, ``rtt``, ``jitter``, as ``jbnet.monitor.probing.Probed`` has them."""
Paths = Mapping[str, tuple[str, ...]]


@dataclass
class PathMemory:
    """The paths for the faults that stand; worked out anew when these change."""

    _plant: Plant | None = field(default=None, repr=False)
    _failure: FailureSet = field(default_factory=FailureSet)
    _paths: Paths = field(default_factory=dict, repr=False)

    def of(self, plant: Plant, causes: Iterable[CauseId]) -> Paths:
        """Return the lines to every watched device that packets arrive at, from where the monitor looks."""
        failure = failure_of(*causes)
        if self._plant is not plant or failure != self._failure:
            origin = plant.origin
            found = paths_from(plant.forecaster.whole, origin, failure, sorted(plant.watched)) if origin else {}
            self._plant, self._failure, self._paths = plant, failure, found
        return self._paths


def judge(
    before: Alarms, limits: Iterable[Threshold], plant: Plant, paths: Paths, echoes: Echoes, now: datetime
) -> tuple[Alarms, tuple[Event, ...]]:
    """Return the alarms of paths after echoes were counted, and what was raised and cleared.

    ``echoes``: of the devices of which something is known. Of what nobody heard nothing is said.
    """
    alarms: dict[AlarmId, Alarm] = {}
    events: list[Event] = []
    declared = [limit for limit in limits if limit.measure in OF_PATHS]
    for measure in OF_PATHS:
        mine = [limit for limit in declared if limit.measure == measure]
        names = {limit.name for limit in mine}
        old = {key: alarm for key, alarm in before.items() if key.rule in names}
        found, happened = thresholds.judge(old, _Laid(mine, plant, paths, echoes).readings(old), now)
        alarms.update(found)
        events.extend(happened)
    return alarms, tuple(events)


class _Laid:
    """One measure of one moment, laid at lines and devices."""

    def __init__(self, limits: list[Threshold], plant: Plant, paths: Paths, echoes: Echoes):
        self._limits = {limit.name: limit for limit in limits}
        self._paths, self._echoes = paths, echoes
        self._of = {device: limit for device in echoes if (limit := _limit_of(limits, plant, device)) is not None}
        self._weights = {device: weight(limit, echoes[device]) for device, limit in self._of.items()}
        self._blames = lay(paths, self._weights)

    def readings(self, old: Alarms) -> Iterator[Reading]:
        """Yield what is blamed, each under the rule by which it is known already, and what is known and is not."""
        rules = {key.subject: key.rule for key in sorted(old)}
        blamed = {blame.subject: blame for blame in self._blames}
        for subject, blame in blamed.items():
            nearest = min(blame.devices, key=lambda device: (len(self._paths.get(device, ())), device))
            name = rules.get(subject, self._of[nearest].name)
            yield Reading(self._limits[name], subject, self._value(blame.devices, worst=False))
        for subject, name in rules.items():
            if subject not in blamed:
                yield Reading(self._limits[name], subject, self._after(subject))

    def _after(self, subject: Subject) -> float | None:
        """Return the measure of what is not blamed: unknown while others are, or while it speaks against itself."""
        devices = [device for device in self._weights if self._concerns(subject, device)]
        elsewhere = {device for blame in self._blames for device in blame.devices}
        if not devices or elsewhere.issuperset(devices) or sum(self._weights[d] for d in devices) >= 0:
            return None
        return self._value([device for device in devices if device not in elsewhere], worst=True)

    def _concerns(self, subject: Subject, device: str) -> bool:
        if subject.kind is SubjectKind.CIRCUIT:
            return subject.device in self._paths.get(device, ())
        return subject.device == device

    def _value(self, devices: Collection[str], *, worst: bool) -> float:
        """Return the loss of all together; of the others what the best of the bad has, or the worst of all."""
        measure = next(iter(self._limits.values())).measure
        if measure == LOSS:
            sent = sum(self._echoes[device]["sent"] for device in devices)
            return sum(self._echoes[device]["lost"] for device in devices) / sent
        bad = [device for device in devices if worst or self._weights[device] > 0]
        values = [self._echoes[device][_key(measure)] for device in bad if _key(measure) in self._echoes[device]]
        return max(values) if worst else min(values)


def weight(limit: Threshold, echoes: Mapping[str, float]) -> float:
    """Return how surely a path is bad (above zero) or good: loss is counted, what is measured is known."""
    if limit.measure == LOSS:
        return weight_of_loss(int(echoes["sent"]), int(echoes["lost"]), limit.clear_at, limit.raise_at)
    value = echoes.get(_key(limit.measure))
    if value is None:
        return 0.0
    if limit.beyond(value, raised=False):
        return SURE
    return 0.0 if limit.beyond(value, raised=True) else CLEARED


def _key(measure: str) -> str:
    return "rtt" if measure == PATH_RTT else "jitter"


def _limit_of(limits: Iterable[Threshold], plant: Plant, device: str) -> Threshold | None:
    """Return the first declared limit that holds for a device, by its role."""
    role = plant.network.devices[device].role
    return next((limit for limit in limits if role in limit.roles), None)
