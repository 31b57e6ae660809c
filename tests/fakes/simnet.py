"""A simulated network: agents whose answers follow the declared graph with cut circuits and dead devices.

It implements the SnmpTransport port, so that what the monitor sees went through the same parsers as real answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from jbnet.model.network import Device, Network
from jbnet.monitor.plant import Line, survey
from jbnet.monitor.samples import Sample
from jbnet.snmp import mibs
from jbnet.snmp.types import Oid, SnmpAnswer, SnmpTarget, Value, VarBind
from jbnet.topology.graph import FailureSet

START = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class FakeClock:
    """A clock that moves when somebody waits."""

    def __init__(self, start: datetime = START):
        self.time = start

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.time.timestamp()

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Answered:
    """A question that is answered: implements the Asked port."""

    def __init__(self, answers: Sequence[tuple[SnmpTarget, SnmpAnswer]]):
        self.answers = answers

    def wait(self, timeout: float) -> bool:
        return True

    def take(self) -> Sequence[tuple[SnmpTarget, SnmpAnswer]]:
        taken, self.answers = self.answers, ()
        return taken

    def cancel(self) -> None:
        return


class SimNet:
    """The network as it stands. Change what is broken and look again.

    ``cut``: circuits whose interfaces are down; ``dropped``: circuits that carry nothing while their interfaces
    stay up; ``missing``: circuits without interfaces; ``speechless``: circuits that carry traffic but no routing
    yet; ``dead``: devices without power (``dark_lines``: the far ends of their lines go down as well); ``deaf``:
    devices whose agent does not answer; ``unconverged``: devices that cannot be reached for want of a route;
    ``lossy``: devices that lose their next so many answers.
    """

    def __init__(self, network: Network, *, dark_lines: bool = True):
        self.plant = survey(network)
        self.network = network
        self.dark_lines = dark_lines
        self.cut: set[str] = set()
        self.dropped: set[str] = set()
        self.dead: set[str] = set()
        self.deaf: set[str] = set()
        self.missing: set[str] = set()
        self.speechless: set[str] = set()
        self.unconverged: set[str] = set()
        self.lossy: dict[str, int] = {}
        self.asked: list[str] = []
        self.walks = 0
        self.ticks = 0

    def reached(self) -> frozenset[str]:
        """Return the devices that the NOC reaches, as the routers forward it (the oracle and the lab prove that)."""
        broken = FailureSet.of(circuits=self.cut | self.missing, devices=self.dead, silent=self.dropped)
        assert self.plant.origin is not None
        return self.plant.forecaster.reached(self.plant.origin, broken)

    def answers(self, device: str, reached: frozenset[str]) -> bool:
        if self.lossy.get(device, 0):
            self.lossy[device] -= 1
            return False
        return device in reached and device not in self.deaf and device not in self.unconverged

    def sample(self, device: str, time: datetime, reached: frozenset[str] | None = None) -> Sample:
        """Return one look at a device."""
        if not self.answers(device, self.reached() if reached is None else reached):
            return Sample(device, time, answered=False)
        found = self.network.devices[device]
        return Sample(
            device,
            time,
            answered=True,
            rtt_s=0.001,
            system=mibs.System(self.ticks, device, 1, self.ticks // 100),
            interfaces=tuple(self._rows(found)),
            ospf=tuple(self._neighbours(found)),
            bgp=tuple(self._sessions(found)),
        )

    def look(self, time: datetime, devices: Iterable[str] | None = None) -> tuple[Sample, ...]:
        """Return one look at many devices (default: all watched ones)."""
        self.ticks += 100
        reached = self.reached()
        return tuple(self.sample(d, time, reached) for d in sorted(devices or self.plant.watched))

    def line_works(self, circuit: str) -> bool:
        """Say whether both interfaces of a circuit are up."""
        line = self.plant.lines[circuit]
        dark = self.dark_lines and any(end.device in self.dead for end in line.ends)
        return circuit not in self.cut and not dark

    def _rows(self, device: Device) -> Iterable[mibs.InterfaceRow]:
        for index, interface in enumerate(device.interfaces, start=1):
            if interface.circuit not in self.missing:
                up = interface.circuit is None or self.line_works(interface.circuit)
                oper = mibs.OperStatus.UP if up else mibs.OperStatus.DOWN
                octets = self.ticks * 1000
                yield mibs.InterfaceRow(
                    interface.name, index, mibs.AdminStatus.UP, oper, octets, octets, discontinuity=0, last_change=0
                )

    def _talks(self, line: Line) -> bool:
        alive = not any(end.device in self.dead for end in line.ends)
        return alive and self.line_works(line.circuit) and line.circuit not in self.dropped | self.speechless

    def _neighbours(self, device: Device) -> Iterable[mibs.OspfNeighbor]:
        for interface in device.interfaces:
            if interface.circuit and interface.circuit not in self.missing:
                line = self.plant.lines[interface.circuit]
                end = line.a if line.a.device == device.name else line.z
                if end.neighbour and self._talks(line):
                    yield mibs.OspfNeighbor(end.neighbour, None, mibs.OspfState.FULL)

    def _sessions(self, device: Device) -> Iterable[mibs.BgpPeer]:
        for session in self.network.bgp_sessions:
            if session.device == device.name:
                works = self._talks(self.plant.lines[session.circuit])
                state = mibs.BgpState.ESTABLISHED if works else mibs.BgpState.ACTIVE
                yield mibs.BgpPeer(str(session.peer_address), state)

    def walk(
        self, targets: Iterable[SnmpTarget], columns: Sequence[Oid], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """Implement the SnmpTransport port."""
        self.walks += 1
        self.ticks += 100
        reached = self.reached()
        return [self._answer(target, set(columns), reached) for target in targets]

    def begin(self, targets: Iterable[SnmpTarget], columns: Sequence[Oid], *, timeout: float, retries: int) -> Answered:
        """Implement the SnmpTransport port: all have answered at once."""
        asked = list(targets)
        answers = self.walk(asked, columns, timeout=timeout, retries=retries)
        return Answered(list(zip(asked, answers, strict=True)))

    def get(
        self, targets: Iterable[SnmpTarget], oids: Sequence[Oid], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """Implement the SnmpTransport port."""
        return self.walk(targets, oids, timeout=timeout, retries=retries)

    def _answer(self, target: SnmpTarget, columns: set[Oid], reached: frozenset[str]) -> SnmpAnswer:
        self.asked.append(target.name)
        sample = self.sample(target.name, START, reached)
        if not sample.answered:
            return SnmpAnswer(target.name, (), "timeout")
        lengths = {len(column) for column in columns}
        found = tuple(v for v in varbinds(sample) if any(v.oid[:length] in columns for length in lengths))
        return SnmpAnswer(target.name, found, "", 0.001)


def varbinds(sample: Sample) -> Iterable[VarBind]:
    """Return a sample as the variables by which an agent reports it."""
    if sample.system is not None:
        scalars: tuple[tuple[Oid, Value], ...] = (
            (mibs.SYS_UPTIME, sample.system.uptime),
            (mibs.SYS_NAME, (sample.system.name or "").encode()),
            (mibs.SNMP_ENGINE_BOOTS, sample.system.engine_boots),
            (mibs.SNMP_ENGINE_TIME, sample.system.engine_time),
        )
        for oid, scalar in scalars:
            yield VarBind(oid, 0, scalar)
    for row in sample.interfaces or ():
        for column, value in (
            (mibs.IF_NAME, row.name.encode()),
            (mibs.IF_ADMIN_STATUS, row.admin),
            (mibs.IF_OPER_STATUS, row.oper),
            (mibs.IF_HC_IN_OCTETS, row.in_octets),
            (mibs.IF_HC_OUT_OCTETS, row.out_octets),
            (mibs.IF_COUNTER_DISCONTINUITY_TIME, row.discontinuity),
        ):
            yield VarBind((*column, row.index), 0, value)
    for neighbour in sample.ospf or ():
        index = (*map(int, neighbour.address.split(".")), 0)
        yield VarBind((*mibs.OSPF_NBR_STATE, *index), 0, neighbour.state)
    for peer in sample.bgp or ():
        yield VarBind((*mibs.BGP_PEER_STATE, *map(int, peer.remote.split("."))), 0, peer.state)
