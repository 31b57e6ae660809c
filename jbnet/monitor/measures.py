"""What thresholds are held against: the measures of circuits and devices, from their state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from jbnet.monitor.alarms import Alarms
from jbnet.monitor.cabling import Cabling
from jbnet.monitor.gauged import Gauged, of_devices
from jbnet.monitor.plant import End, Line, Plant
from jbnet.monitor.rates import UNKNOWN, Rate
from jbnet.monitor.state import DeviceState, Subject, SubjectKind
from jbnet.monitor.thresholds import Reading, Threshold

UTILISATION_IN = "utilisation-in"
"""Share of the declared bandwidth that goes down a circuit, towards the lower end."""
UTILISATION_OUT = "utilisation-out"
"""Share that goes up."""
ERRORS = "errors"
"""Errors a second at the worse end (ifInErrors and ifOutErrors)."""
DISCARDS = "discards"
"""Packets discarded a second at the worse end."""
OF_CIRCUITS = (UTILISATION_IN, UTILISATION_OUT, ERRORS, DISCARDS)
RTT = "rtt"
"""Seconds of a round trip to the device."""
JITTER = "jitter"
"""Seconds by which round trips vary (RFC 3550)."""
OF_DEVICES = (RTT, JITTER)
LOSS = "loss"
"""Share of echo requests that were not answered, laid at the line or the device that loses them."""
PATH_RTT = "path-rtt"
"""Seconds of an echo's round trip to a device, laid likewise."""
PATH_JITTER = "path-jitter"
"""Seconds by which echoes' round trips vary (RFC 3550, 6.4.1), laid likewise."""
OF_PATHS = (LOSS, PATH_RTT, PATH_JITTER)
"""What echo probes measure (``jbnet.monitor.probing_paths``)."""
GAUGE = "gauge:"
"""Begins the name of any other measure of a device, as in ``gauge:battery-charge``."""

States = Mapping[str, DeviceState]


class Meters:
    """Reads what thresholds are held against. Which threshold holds for what is worked out once.

    ``cabling`` holds what LLDP sees against what is declared; it is made with it, for the same plant.
    """

    def __init__(self, plant: Plant, thresholds: Sequence[Threshold]):
        self.plant = plant
        self.cabling = Cabling(plant)
        self._of_circuits = [
            (threshold, Subject(SubjectKind.CIRCUIT, circuit), plant.lines[circuit])
            for threshold in thresholds
            if threshold.measure in OF_CIRCUITS
            for circuit in _circuits(plant, threshold, thresholds)
        ]
        self._of_devices = [
            (threshold, Subject(SubjectKind.DEVICE, device))
            for threshold in thresholds
            if threshold.measure in OF_DEVICES
            for device in _devices(plant, threshold.roles)
        ]
        limits: dict[str, list[tuple[Threshold, str]]] = {}
        for threshold in thresholds:
            if threshold.measure.startswith(GAUGE):
                for device in _devices(plant, threshold.roles):
                    limits.setdefault(device, []).append((threshold, threshold.measure.removeprefix(GAUGE)))
        self._gauged = [Gauged(plant, device, found) for device, found in limits.items()]

    def read(self, states: States, before: Alarms | None = None, last: datetime | None = None) -> Iterator[Reading]:
        """Yield every measure with the threshold that it is held against.

        ``before`` are the alarms of the last round, at the time ``last``: gauges that nobody has read since are said to
        be unknown where there is an alarm, and are not looked at otherwise.
        """
        for threshold, subject, line in self._of_circuits:
            yield Reading(threshold, subject, _of_circuit(self.plant, states, line, threshold.measure))
        for threshold, subject in self._of_devices:
            yield Reading(threshold, subject, _of_device(states.get(subject.device), threshold.measure))
        known = of_devices(before or {})
        for gauged in self._gauged:
            yield from gauged.read(states.get(gauged.device), known.get(gauged.device, ()), last)


def _circuits(plant: Plant, threshold: Threshold, thresholds: Iterable[Threshold]) -> Iterator[str]:
    """Yield the circuits that a threshold holds for: those it names, else those whose lower end is of its roles."""
    named = {c for t in thresholds if t.measure == threshold.measure and t.circuits for c in t.circuits}
    devices = plant.network.devices
    for circuit, line in plant.lines.items():
        of_role = circuit not in named and devices[line.z.device].role in threshold.roles
        if of_role or circuit in threshold.circuits:
            yield circuit


def _devices(plant: Plant, roles: frozenset[str]) -> Iterator[str]:
    return (name for name in sorted(plant.watched) if plant.network.devices[name].role in roles)


def _of_device(state: DeviceState | None, measure: str) -> float | None:
    if state is None:
        return None
    if measure == RTT:
        return state.rtt_s
    return state.jitter_s if state.answer.up else None


def _of_circuit(plant: Plant, states: States, line: Line, measure: str) -> float | None:
    if measure in (ERRORS, DISCARDS):
        return _worse(states, line, measure)
    bandwidth = plant.network.circuits[line.circuit].bandwidth
    bps = traffic(states, line, down=measure == UTILISATION_IN) if bandwidth else None
    return bps / (bandwidth * 1e6) if bps is not None and bandwidth else None


def traffic(states: States, line: Line, *, down: bool) -> float | None:
    """Return the traffic of a circuit in bit/s, down to its lower end or up from it, by whichever end knows it."""
    low = _rate(states, line.z)
    bps = low.in_bps if down else low.out_bps
    if bps is not None:
        return bps
    high = _rate(states, line.a)
    return high.out_bps if down else high.in_bps


def _rate(states: States, end: End) -> Rate:
    """Return the traffic of an end that answers: by the 64-bit counters, or for want of them by the others."""
    state = states.get(end.device)
    if state is None or not state.answer.up:
        return UNKNOWN
    found = state.interfaces.get(end.interface)
    if found is not None and found.row is not None and found.row.in_octets is not None:
        return found.rate
    quality = state.quality.get(end.interface)
    return quality.low if quality is not None else UNKNOWN


def _worse(states: States, line: Line, measure: str) -> float | None:
    pick: Callable[[DeviceState, str], float | None] = _errors if measure == ERRORS else _discards
    known = [
        value
        for end in line.ends
        if (state := states.get(end.device)) is not None
        and state.answer.up
        and (value := pick(state, end.interface)) is not None
    ]
    return max(known, default=None)


def _errors(state: DeviceState, interface: str) -> float | None:
    quality = state.quality.get(interface)
    return quality.errors if quality is not None else None


def _discards(state: DeviceState, interface: str) -> float | None:
    quality = state.quality.get(interface)
    return quality.discards if quality is not None else None
