"""The declared cabling against what LLDP sees (IEEE 802.1AB): another device, or another port of the right one.

Only what is seen for certain counts. An agent without LLDP, a port on which nobody speaks, a neighbour whose port has a
name that nobody knows: all that says nothing. A stranger on a leased line is the carrier's box; on a cable of our own
it is one too many.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jbnet.inventory.cables import is_cable
from jbnet.monitor.plant import End, Line, Plant
from jbnet.monitor.ports import port_names
from jbnet.monitor.state import DeviceState
from jbnet.snmp.lldp import ChassisKind, Lldp, LldpNeighbour, LldpPort, PortKind

States = Mapping[str, DeviceState]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What LLDP says of a circuit: whether it is as declared, and otherwise what stands where what was expected."""

    right: bool
    expected: str = ""
    actual: str = ""


RIGHT = Verdict(right=True)


@dataclass(frozen=True)
class Cabling:
    """Holds what is declared of ports and names; made once for a plant."""

    plant: Plant
    _devices: Mapping[str, str] = field(init=False)
    _addresses: Mapping[str, str] = field(init=False)
    _ports: Mapping[str, Mapping[str, str]] = field(init=False)
    _shared: Mapping[tuple[str, str], tuple[End, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Index the names, addresses and ports of all devices."""
        devices = self.plant.network.devices
        addresses = {str(i.address.ip): d.name for d in devices.values() for i in d.interfaces if i.address is not None}
        shared: dict[tuple[str, str], list[End]] = {}
        object.__setattr__(self, "_devices", {name.casefold(): name for name in devices})
        object.__setattr__(self, "_addresses", addresses)
        object.__setattr__(self, "_ports", {name: self._names(name) for name in devices})
        for line in self.plant.lines.values():
            for near, far in ((line.a, line.z), (line.z, line.a)):
                shared.setdefault((near.device, self._socket(near)), []).append(far)
        object.__setattr__(self, "_shared", {key: tuple(found) for key, found in shared.items()})

    def _names(self, device: str) -> dict[str, str]:
        """Return the plug behind each name by which a port of a device may be called, in small letters."""
        found: dict[str, str] = {}
        real = port_names(self.plant.network, device)
        for interface in self.plant.network.devices[device].interfaces:
            plug = _plug(real.get(interface.name, interface.name))
            found |= {interface.name.casefold(): plug, plug.casefold(): plug}
        return found

    def _socket(self, end: End) -> str:
        return self._ports[end.device].get(end.interface.casefold(), end.interface)

    def chassis(self, states: States) -> dict[tuple[int, str], str]:
        """Return the devices by the chassis that they call themselves; one that two claim is nobody's."""
        found: dict[tuple[int, str], str] = {}
        twice = set()
        for device, state in states.items():
            own = state.lldp
            if own is not None and own.kind is not None and own.chassis is not None:
                key = (own.kind, own.chassis)
                twice |= {key} & found.keys()
                found[key] = device
        return {key: device for key, device in found.items() if key not in twice}

    def judge(self, line: Line, states: States, chassis: Mapping[tuple[int, str], str]) -> Verdict | None:
        """Return what LLDP says of a circuit at its two ends, None where it says nothing."""
        found = [v for near in line.ends if (v := self._at(line, near, states, chassis)) is not None]
        return next((verdict for verdict in found if not verdict.right), found[0] if found else None)

    def _at(self, line: Line, near: End, states: States, chassis: Mapping[tuple[int, str], str]) -> Verdict | None:
        state = states.get(near.device)
        if state is None or not state.answer.up or state.lldp is None:
            return None
        far = line.z if near is line.a else line.a
        seen = list(self._seen(near, state, state.lldp))
        verdicts = [self._neighbour(line, near, far, neighbour, states, chassis) for neighbour in seen]
        if not seen or any(verdict is not None and verdict.right for verdict in verdicts):
            return RIGHT  # nobody is seen: nothing contradicts the declaration any more
        return next((verdict for verdict in verdicts if verdict is not None), None)

    def _seen(self, near: End, state: DeviceState, own: Lldp) -> Iterator[LldpNeighbour]:
        plug = self._socket(near)
        numbers = {port.number for port in own.ports if self._is_plug(near.device, port, plug, state)}
        return (neighbour for neighbour in own.neighbours if neighbour.number in numbers)

    def _is_plug(self, device: str, port: LldpPort, plug: str, state: DeviceState) -> bool:
        """Say whether a port of LLDP is that plug: by its name, its description, or its ifIndex."""
        known = self._ports[device]
        for name in (port.id, port.description):
            if name is not None and name.casefold() in known:
                return known[name.casefold()] == plug
        rows = (found.row for found in state.interfaces.values() if found.row is not None)
        named = next((row.name for row in rows if row.index == port.number), None)
        return named is not None and known.get(named.casefold()) == plug

    def _neighbour(
        self,
        line: Line,
        near: End,
        far: End,
        seen: LldpNeighbour,
        states: States,
        chassis: Mapping[tuple[int, str], str],
    ) -> Verdict | None:
        allowed = self._shared[near.device, self._socket(near)]
        who = self._who(seen, chassis)
        expected = f"{far.device}/{self._socket(far)}"
        if who is None:
            own = is_cable(self.plant.network, self.plant.network.circuits[line.circuit])
            return _wrong(expected, f"{seen.system or seen.chassis}/{seen.port}") if own else None
        port = self._port_of(who, seen, states)
        if who not in {end.device for end in allowed}:
            return _wrong(expected, f"{who}/{port or seen.description or seen.port}")
        if port is None:
            return None
        right = port in {self._socket(end) for end in allowed if end.device == who}
        return RIGHT if right else _wrong(expected, f"{who}/{port}")

    def _who(self, seen: LldpNeighbour, chassis: Mapping[tuple[int, str], str]) -> str | None:
        """Return the device that a neighbour is: by its chassis, by its address, by its name."""
        if (seen.kind, seen.chassis) in chassis:
            return chassis[seen.kind, seen.chassis]
        if seen.kind == ChassisKind.ADDRESS and seen.chassis in self._addresses:
            return self._addresses[seen.chassis]
        names = [seen.system, seen.chassis if seen.kind == ChassisKind.LOCAL else None]
        candidates = [part for name in names if name for part in (name, name.partition(".")[0])]
        return next((self._devices[name.casefold()] for name in candidates if name.casefold() in self._devices), None)

    def _port_of(self, device: str, seen: LldpNeighbour, states: States) -> str | None:
        """Return the plug of the neighbour, None where it has a name that nobody knows."""
        known = self._ports[device]
        state = states.get(device)
        told = state.lldp.ports if state is not None and state.lldp is not None else ()
        own = next((p for p in told if (p.kind, p.id) == (seen.port_kind, seen.port)), None)
        names: Iterable[str | None] = (
            seen.port,
            seen.description,
            own.id if own else None,
            own.description if own else None,
        )
        if seen.port_kind == PortKind.MAC:
            names = (name for name in names if name != seen.port)
        found = next((known[name.casefold()] for name in names if name and name.casefold() in known), None)
        if found is not None or state is None:
            return found
        return next((n for n in state.interfaces if n.casefold() == seen.port.casefold()), None)


def _wrong(expected: str, actual: str) -> Verdict:
    return Verdict(right=False, expected=expected, actual=actual)


def _plug(port: str) -> str:
    """Return the port that is plugged: several lines may share one as VLANs, GigabitEthernet0/1/0.101."""
    return port.partition(".")[0]
