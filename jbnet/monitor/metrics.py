"""What the monitor knows, as metrics in the sense of OpenMetrics 1.0: families of samples with names that stay.

Units are base units (seconds, bytes). What is unknown has no sample: it is neither 0 nor what it was. Names and labels
are documented in docs/fitting-in.md, which a test compares with ``FAMILIES``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jbnet.monitor.incidents import Incident
from jbnet.monitor.lines import LineState, judge
from jbnet.monitor.plant import Plant
from jbnet.monitor.points import Family, Labels, Point
from jbnet.monitor.policy import Policy
from jbnet.monitor.replay import Watchbook
from jbnet.monitor.summary import Summary
from jbnet.monitor.watch import Watch


def _gauge(name: str, means: str, *labels: str, unit: str = "") -> Family:
    return Family(f"jbnet_{name}", "gauge", unit, labels, means)


def _counter(name: str, means: str, *labels: str, unit: str = "") -> Family:
    return Family(f"jbnet_{name}", "counter", unit, labels, means)


SITES = _gauge("sites", "Sites in use by level; state: reachable or dark.", "level", "state")
DEVICE_UP = _gauge("device_up", "Whether the agent of a device answers.", "device", "site", "role")
RTT = _gauge("device_round_trip_seconds", "Last round trip to the device.", "device", unit="seconds")
JITTER = _gauge("device_jitter_seconds", "Smoothed variation of the round trip.", "device", unit="seconds")
GAUGE = _gauge("device_gauge", "Other measures of a device, in the unit that belongs to each name.", "device", "name")
PORT_UP = _gauge("interface_up", "Whether an interface is up (ifOperStatus).", "device", "interface")
PORT_IN = _counter("interface_receive_bytes", "ifHCInOctets.", "device", "interface", unit="bytes")
PORT_OUT = _counter("interface_transmit_bytes", "ifHCOutOctets.", "device", "interface", unit="bytes")
NEIGHBOUR_UP = _gauge(
    "neighbour_up", "Whether a neighbour (OSPF) or session (BGP) stands.", "device", "kind", "neighbour"
)
CIRCUIT_UP = _gauge("circuit_up", "Whether a circuit works, by what its ends report.", "circuit", "carrier", "backup")
INCIDENTS = _gauge("incidents_open", "Open incidents by the kind of their cause.", "cause", "severity", "state")
CUT_OFF = _gauge("incident_sites", "Sites that an open incident cuts off.", "incident", "cause", "name", "severity")
SERVICE = _gauge("service_sites_lost", "Sites that have lost a service.", "service")
ALARMS = _gauge("alarms", "Raised alarms by rule.", "rule", "severity")
UNEXPLAINED = _gauge("devices_unexplained", "Silent devices that no incident explains yet.")
FAMILIES = (
    SITES, DEVICE_UP, RTT, JITTER, GAUGE, PORT_UP, PORT_IN, PORT_OUT, NEIGHBOUR_UP, CIRCUIT_UP, INCIDENTS, CUT_OFF,
    SERVICE, ALARMS, UNEXPLAINED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """The network as of one committed round. All of it is frozen: whoever reads it holds up nobody."""

    plant: Plant
    policy: Policy
    book: Watchbook
    summary: Summary
    own: Mapping[str, float] = field(default_factory=dict)

    @property
    def time(self) -> datetime:
        """Return the round's time."""
        return self.summary.time


def points(picture: Picture) -> Iterator[Point]:
    """Yield all that is known of the network."""
    yield from _sites(picture)
    for device in sorted(picture.plant.watched):
        yield from _device(picture, device)
    yield from _circuits(picture)
    yield from _incidents(picture.book.incidents.open.values())
    yield from _count(ALARMS, ((str(a["rule"]), str(a["severity"])) for a in picture.summary.alarms))
    yield Point(UNEXPLAINED, (), len(picture.summary.unexplained))


def _sites(picture: Picture) -> Iterator[Point]:
    plant, states = picture.plant, picture.book.states
    found: Counter[Labels] = Counter()
    for site in plant.sites:
        up = any(device in states and states[device].answer.up for device in plant.homes[site])
        found[str(plant.network.sites[site].level), "reachable" if up else "dark"] += 1
    for level in sorted({level for level, _ in found}):
        yield from (Point(SITES, (level, state), found[level, state]) for state in ("reachable", "dark"))


def _device(picture: Picture, name: str) -> Iterator[Point]:
    state, declared = picture.book.states.get(name), picture.plant.network.devices[name]
    if state is None:
        return
    yield from _up(DEVICE_UP, (name, declared.site, declared.role), state.answer)
    if not state.answer.up:  # what it reported last may be long over
        return
    if state.rtt_s is not None:
        yield Point(RTT, (name,), state.rtt_s)
    if state.jitter_s is not None:
        yield Point(JITTER, (name,), state.jitter_s)
    yield from (Point(GAUGE, (name, gauge), value) for gauge, value in sorted(state.gauges.items()))
    for port, interface in sorted(state.interfaces.items()):
        yield from _up(PORT_UP, (name, port), interface.watch)
        row = interface.row
        if row is not None and row.in_octets is not None:
            yield Point(PORT_IN, (name, port), row.in_octets)
        if row is not None and row.out_octets is not None:
            yield Point(PORT_OUT, (name, port), row.out_octets)
    for kind, watches in (("ospf", state.ospf), ("bgp", state.bgp)):
        for far, watch in sorted(watches.items()):
            yield from _up(NEIGHBOUR_UP, (name, kind, far), watch)


def _up(family: Family, values: Labels, watch: Watch) -> Iterator[Point]:
    if watch.up or watch.down:
        yield Point(family, values, float(watch.up))


def _circuits(picture: Picture) -> Iterator[Point]:
    plant, states = picture.plant, picture.book.states
    for name, line in plant.lines.items():
        found = judge(line, states, plant.watched, picture.time, picture.policy)
        if found.state in (LineState.UP, LineState.DOWN) and any(
            state is not None and state.answer.up for state in (states.get(end.device) for end in line.ends)
        ):
            carrier = plant.network.circuits[name].carrier or ""
            yield Point(CIRCUIT_UP, (name, carrier, str(line.backup).lower()), float(not found.down))


def _incidents(found: Iterable[Incident]) -> Iterator[Point]:
    incidents = list(found)
    yield from _count(INCIDENTS, ((str(i.root_cause.kind), str(i.severity), i.state) for i in incidents))
    for one in incidents:
        cause = one.root_cause
        yield Point(CUT_OFF, (one.id, str(cause.kind), cause.name, str(one.severity)), len(one.sites))
    lost: Counter[str] = Counter()
    for one in incidents:
        lost.update({service.name: service.sites for service in one.services})
    yield from (Point(SERVICE, (service,), count) for service, count in sorted(lost.items()))


def _count(family: Family, values: Iterable[Labels]) -> Iterator[Point]:
    yield from (Point(family, labels, count) for labels, count in sorted(Counter(values).items()))
