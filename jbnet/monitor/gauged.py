"""Gauges of devices held against thresholds, each part by itself: a fan, a board, the optics of a port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from jbnet.monitor.alarms import AlarmId, Alarms
from jbnet.monitor.plant import Plant
from jbnet.monitor.ports import port_names
from jbnet.monitor.state import DeviceState, Subject, SubjectKind
from jbnet.monitor.thresholds import Reading, Threshold

OPTICAL = "optical-"
"""Begins the names of gauges of a port's optics. They are held against anything only on ports of lines that are up: a
spare port is dark, and of a line that is down there is an incident already."""


def of_devices(alarms: Alarms) -> Mapping[str, Sequence[AlarmId]]:
    """Return the alarms about devices and their parts, by device."""
    found: dict[str, list[AlarmId]] = {}
    for key in alarms:
        if key.subject.kind is SubjectKind.DEVICE:
            found.setdefault(key.subject.device, []).append(key)
    return found


class Gauged:
    """What the gauges of one device are held against: ``limits``, each with the gauge's name."""

    def __init__(self, plant: Plant, device: str, limits: Sequence[tuple[Threshold, str]]):
        self.device = device
        self._limits = limits
        self._ports: dict[str, list[str]] = {}
        real = port_names(plant.network, device)
        for interface in plant.network.devices[device].interfaces:
            if interface.circuit is not None:
                plug = real.get(interface.name, interface.name).partition(".")[0]
                self._ports.setdefault(plug, []).append(interface.name)

    def read(self, state: DeviceState | None, known: Sequence[AlarmId], last: datetime | None) -> Iterator[Reading]:
        """Yield what the gauges come to.

        A part is held against a threshold when it was read since ``last``: so many looks are so many reads. Until then
        an alarm about it (``known``) stands as it is. One about a part that is no longer listed goes.
        """
        fresh = state is not None and state.vitals_read is not None and (last is None or state.vitals_read > last)
        for threshold, name in self._limits:
            if state is not None and name in state.gauges:
                yield Reading(threshold, Subject(SubjectKind.DEVICE, self.device), state.gauges[name])
            elif state is not None and fresh:
                yield from self._judged(threshold, name, state)
            elif known:
                yield from (Reading(threshold, key.subject, None) for key in known if key.rule == threshold.name)

    def _judged(self, threshold: Threshold, name: str, state: DeviceState) -> Iterator[Reading]:
        """Yield the parts each by itself, or of all of them the worst."""
        if not threshold.per_device:
            yield from self._parts(threshold, name, state)
            return
        worst: Reading | None = None
        for one in self._parts(threshold, name, state):
            if one.value is not None and (
                worst is None or worst.value is None or threshold.worse(one.value, worst.value)
            ):
                worst = one
        if worst is not None:
            yield replace(worst, subject=Subject(SubjectKind.DEVICE, self.device), part=worst.subject.part)

    def _parts(self, threshold: Threshold, name: str, state: DeviceState) -> Iterator[Reading]:
        for gauges in state.vitals.values():
            for part, value in gauges.get(name, {}).items():
                if name.startswith(OPTICAL) and part not in self._ports:
                    continue
                lit = not name.startswith(OPTICAL) or self._up(state, part)
                yield Reading(threshold, Subject(SubjectKind.DEVICE, self.device, part), value if lit else None)

    def _up(self, state: DeviceState, port: str) -> bool:
        found = (state.interfaces.get(name) for name in self._ports[port])
        return any(interface is not None and interface.watch.up for interface in found)
