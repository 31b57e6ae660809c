"""The action set-cost: the OSPF cost of a declared circuit, at the ends that the step names.

A change like any other (``jbnet.services.deploy``): planned from what runs, locked, backed up, committed on the
device's own timer, looked at with a new login, confirmed. Only its one line differs; what else drifted there stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from jbnet.change.costs import DRAINED, cost_in, cost_line, left_without, port_of, with_cost
from jbnet.config.naming import port_namer
from jbnet.model.errors import Refused, UsageError
from jbnet.model.network import Circuit, Network
from jbnet.model.text import text
from jbnet.platforms.changing import changing
from jbnet.ports import DeviceSession, StepOutcome
from jbnet.services.deploy.desk import Desk
from jbnet.services.deploy.guard import full_neighbours
from jbnet.services.deploy.plan import managed
from jbnet.services.recover.actions import Params, named
from jbnet.services.recover.one_line import OneLine, all_of

SHOWN = 3
"""Devices that a refusal names."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One end as it stands: the cost that its configuration says and the one that OSPF announces, None unknown.

    ``full``: a neighbour is fully adjacent there (RFC 2328, 10.1). ``on_trial``: a timer may take it back.
    """

    said: int | None
    announced: int | None
    full: bool
    on_trial: bool


def number(network: Network, circuit: Circuit, device: str, wanted: object) -> int:
    """Return the cost that a step wants at an end: a number, ``drained``, or ``declared``."""
    if wanted == "drained":
        return DRAINED
    declared = port_of(network, circuit, device).cost
    return int(str(declared if wanted == "declared" else wanted))


def typed(network: Network, params: Params) -> tuple[tuple[str, str], ...]:
    """Return what a step types, as pairs of a device and a line below its headings. Raises UsageError."""
    circuit = _circuit(network, params)
    found = []
    for name in _ends(params):
        port, cost = port_of(network, circuit, name), number(network, circuit, name, params.get("cost"))
        found.append((name, " / ".join(cost_line(network, network.devices[name], port, cost))))
    return tuple(found)


class SetCost:
    """A circuit has this cost at these ends. ``here``: the device that jbnet works from; ``desk`` is made when used."""

    def __init__(self, network: Network, here: str, desk: Callable[[], Desk]):
        self._network, self._here, self._line = network, here, OneLine(network, desk)

    def probe(self, params: Params) -> StepOutcome:
        """Done when each end says it and announces it, and no timer would take it back."""
        circuit = _circuit(self._network, params)
        seen = self._ends_seen(circuit, _ends(params))
        wanted = {name: number(self._network, circuit, name, params.get("cost")) for name in seen}
        done = all(one.said == one.announced == wanted[name] and not one.on_trial for name, one in seen.items())
        shown = ", ".join(f"{name} {one.announced if one.announced is not None else '?'}" for name, one in seen.items())
        message = (
            text("{circuit} has the cost {cost}: {seen}", circuit=circuit.name, cost=str(params["cost"]), seen=shown)
            if done
            else text(
                "{circuit} has not the cost {cost}: {seen}", circuit=circuit.name, cost=str(params["cost"]), seen=shown
            )
        )
        return StepOutcome(done, message, {"wanted": wanted, "ends": {name: asdict(one) for name, one in seen.items()}})

    def do(self, params: Params) -> StepOutcome:
        """Change it on all ends. Raises Refused where somebody would be left without another way, CommandFailed."""
        circuit, ends = _circuit(self._network, params), _ends(params)
        wanted = {name: number(self._network, circuit, name, params.get("cost")) for name in ends}
        if DRAINED in wanted.values():
            self._check_ways(circuit)
        made = self._line.carry_out(
            circuit.name, list(wanted), lambda name, running: self._text(circuit, name, wanted[name], running)
        )
        lines = {name: list(change.diff) for name, change in made.changes.items()}
        said = text("{circuit}: the cost is set at {ends}", circuit=circuit.name, ends=", ".join(ends))
        return StepOutcome(True, said, {"plan": made.hash, "lines": lines})

    def verify(self, params: Params) -> StepOutcome:
        """Look again, with new logins."""
        return self.probe(params)

    def _text(self, circuit: Circuit, name: str, cost: int, running: str) -> str:
        port = port_of(self._network, circuit, name)
        return with_cost(self._network, self._network.devices[name], port, running, cost)

    def _check_ways(self, circuit: Circuit) -> None:
        """Raise Refused where draining the circuit would leave anybody without a way that is not drained.

        Lines of both homes are looked at as they stand; what answers nothing is taken for gone, for unknown is not up.
        """
        network = self._network
        homes = {network.devices[end.device].home for end in (circuit.a, circuit.z)}
        near = [d.name for d in managed(network, network.devices.values()) if d.home in homes]
        lines = [one for one in network.circuits.values() if {one.a.device, one.z.device} & set(near)]
        seen = self._line.asked(near, lambda session, name: self._lines_seen(session, name, lines))
        gone = {one.name for one in lines if one.name != circuit.name and not _is_usable(one, seen)}
        alone = left_without(network, self._here, gone, {circuit.name})
        if alone:
            raise Refused(
                "{circuit} is not drained: it is the only way left to {devices}",
                circuit=circuit.name,
                devices=", ".join(alone[:SHOWN]) + (f" (+{len(alone) - SHOWN})" if len(alone) > SHOWN else ""),
                hint=text("see to the other line first: {lines}", lines=", ".join(sorted(gone)) or "-"),
            )

    def _lines_seen(self, session: DeviceSession, name: str, lines: Sequence[Circuit]) -> dict[str, bool]:
        """Say of each line with OSPF at a device whether it works there and is not drained."""
        device, running = self._network.devices[name], session.running_config().config
        full, namer = full_neighbours(session), port_namer(self._network, self._network.devices[name])
        found = {}
        for line in lines:
            for end in (line.a, line.z):
                port = device.interface(end.interface) if end.device == name else None
                if port is not None and port.area is not None and port.cost is not None and not port.passive:
                    cost = cost_in(self._network, device, port, running)
                    found[line.name] = namer(port).name in full and cost != DRAINED
        return found

    def _ends_seen(self, circuit: Circuit, names: Sequence[str]) -> dict[str, Seen]:
        return all_of(self._line.asked(names, lambda session, name: self._end_seen(session, circuit, name)))

    def _end_seen(self, session: DeviceSession, circuit: Circuit, name: str) -> Seen:
        device, port = self._network.devices[name], port_of(self._network, circuit, name)
        running, shown = session.running_config(), port_namer(self._network, device)(port).name
        asking = changing(device.platform).shown_cost
        (answer,) = session.cli([asking.command.format(port=shown)]).values()
        said = cost_in(self._network, device, port, running.config)
        return Seen(said, asking.read(str(answer)), shown in full_neighbours(session), running.on_trial)


def _is_usable(line: Circuit, seen: Mapping[str, Mapping[str, bool] | Exception]) -> bool:
    """Say whether a line is seen to work at each of its ends that was asked, and at one at least.

    A line without OSPF is nobody's second way here, and stays as it is declared.
    """
    told = [seen[end.device] for end in (line.a, line.z) if end.device in seen]
    answers = [one for one in told if not isinstance(one, Exception)]
    if not answers:
        return False
    return all(one.get(line.name, True) for one in answers)


def _circuit(network: Network, params: Params) -> Circuit:
    name = named(params, "circuit")
    if name not in network.circuits:
        raise UsageError("there is no circuit {name}", name=name)
    return network.circuits[name]


def _ends(params: Params) -> tuple[str, ...]:
    ends = params.get("ends")
    if not isinstance(ends, list) or not ends:
        raise UsageError("a step lacks the parameter {key}", key="ends")
    return tuple(dict.fromkeys(map(str, ends)))
