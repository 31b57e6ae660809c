"""One device's last minutes from its recorded looks: rates, round trips and what is known now. Pure replaying."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from jbnet.monitor.rates import UNKNOWN, Rate
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, advance

Trace = Sequence[float | None]
"""A measure look by look, oldest first; None: not known then."""


@dataclass(frozen=True, slots=True)
class Lately:
    """A device as it stands, and how it came there. Traffic by interface in bit/s, round trips in seconds.

    ``state`` has the conditions that the monitor believes, with rates, gauges and errors of the last looks.
    """

    state: DeviceState
    incoming: Mapping[str, Trace] = field(default_factory=dict)
    outgoing: Mapping[str, Trace] = field(default_factory=dict)
    rtt_s: Trace = ()

    def rate(self, interface: str) -> Rate:
        """Return the traffic of an interface now; unknown where the device does not answer."""
        found = self.state.interfaces.get(interface)
        return found.rate if found is not None and self.state.answer.up else UNKNOWN


def lately(kept: DeviceState, samples: Iterable[Sample]) -> Lately:
    """Return a device's last minutes. ``kept`` is its state as the monitor keeps it, without rates; ``samples`` in
    order of time.

    A rate is noted once for each new reading of the counters, so that looks between two readings repeat nothing.
    """
    state = DeviceState(kept.device)
    incoming: dict[str, list[float | None]] = {}
    outgoing: dict[str, list[float | None]] = {}
    rtt: list[float | None] = []
    read: dict[str, datetime | None] = {}
    for sample in samples:
        state, _ = advance(state, sample)
        rtt.append(sample.rtt_s if sample.answered else None)
        for name, found in state.interfaces.items():
            fresh = found.read is not None and found.read != read.get(name)
            if (fresh and name in read) or not sample.answered:
                known = found.rate if sample.answered else UNKNOWN
                incoming.setdefault(name, []).append(known.in_bps)
                outgoing.setdefault(name, []).append(known.out_bps)
            read[name] = found.read
    return Lately(_joined(kept, state), incoming, outgoing, rtt)


def _joined(kept: DeviceState, replayed: DeviceState) -> DeviceState:
    """Return the conditions that are believed with the figures of the last looks."""
    rates = {name: found.rate for name, found in replayed.interfaces.items()}
    interfaces = {name: replace(i, rate=rates.get(name, UNKNOWN)) for name, i in kept.interfaces.items()}
    return replace(
        kept,
        interfaces=interfaces,
        rtt_s=replayed.rtt_s,
        jitter_s=replayed.jitter_s,
        gauges=replayed.gauges,
        quality=replayed.quality,
        system=replayed.system or kept.system,
        last_seen=replayed.last_seen or kept.last_seen,
    )
