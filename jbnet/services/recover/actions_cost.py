"""The action set-cost: the OSPF cost of a declared circuit, at the ends that the step names.

A change like any other (``jbnet.services.deploy``): planned from what runs, locked, backed up, committed on the
device's own timer, looked at with a new login, confirmed. Only its one line differs; what else drifted there stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TypeVar

from jbnet.change.applied import applied
from jbnet.change.costs import DRAINED, cost_in, cost_line, left_without, port_of, with_cost
from jbnet.change.endings import GOOD
from jbnet.change.model import Change, Plan
from jbnet.config.naming import port_namer
from jbnet.model.errors import CommandFailed, Refused, UsageError
from jbnet.model.network import Circuit, Device, Network
from jbnet.model.text import Text, text
from jbnet.platforms.changing import changing
from jbnet.platforms.masking import masked
from jbnet.ports import DeviceSession, StepOutcome
from jbnet.services.deploy.aim import Runs
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.desk import Desk
from jbnet.services.deploy.guard import full_neighbours
from jbnet.services.deploy.plan import managed, plan
from jbnet.services.deploy.secrets import Standing
from jbnet.services.pool import Held, each
from jbnet.services.recover.actions import Params, named

T = TypeVar("T")
ASK_S = 20.0
"""Seconds for a router to be read: those of both homes at once."""
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


@dataclass(frozen=True)
class Given:
    """Implements Aim: each device shall run a text that was made of what it runs."""

    texts: Mapping[str, str]

    def config(self, device: Device) -> str:
        """Return the text."""
        return self.texts[device.name]

    def secrets(self, device: Device, named: str, running: str) -> Standing:
        """Return nothing: a cost leaves secrets as they are."""
        del device, named, running
        return Standing()

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        """Return nothing: what speaks against a cost was asked before."""
        del device, runs
        return ()


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
        self._network, self._here, self._make = network, here, desk

    @cached_property
    def _desk(self) -> Desk:
        """What changes are made with; a recovery without such a step opens none of it."""
        return replace(self._make(), loaded=None)  # a cost says nothing of which secrets are loaded

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
        made = self._plan(circuit, wanted)
        begun = applied(self._desk.journal.entries()).get(made.hash)
        outcome = apply(made, self._desk, resume=begun is not None and begun.ended is None)
        if not outcome.ok:
            why = "; ".join(str(one.reason) for one in outcome.results if one.state not in GOOD and one.reason)
            kind = Refused if outcome.refused else CommandFailed
            raise kind("{circuit}: its cost is not set: {reason}", circuit=circuit.name, reason=why or "interrupted")
        lines = {name: list(change.diff) for name, change in made.changes.items()}
        said = text("{circuit}: the cost is set at {ends}", circuit=circuit.name, ends=", ".join(ends))
        return StepOutcome(True, said, {"plan": made.hash, "lines": lines})

    def verify(self, params: Params) -> StepOutcome:
        """Look again, with new logins."""
        return self.probe(params)

    def _plan(self, circuit: Circuit, wanted: Mapping[str, int]) -> Plan:
        """Plan the one line at each end, from what runs there."""
        network, desk = self._network, self._desk
        running = _all_of(self._asked(list(wanted), lambda session, _name: session.running_config().config))
        texts = {name: self._text(circuit, name, cost, running[name]) for name, cost in wanted.items()}
        devices = [network.devices[name] for name in wanted]
        if len(managed(network, devices)) < len(devices):
            raise UsageError("{circuit}: not all of its ends are managed by jbnet", circuit=circuit.name)
        made = plan(network, devices, desk.sessions, desk.reporter, aim=Given(texts), known=list(wanted))
        for name, reason in made.unasked.items():
            raise CommandFailed("{device}: its cost is not set: {reason}", device=name, reason=reason)
        return replace(made, changes={name: self._without_secrets(texts, name, made) for name in made.changes})

    def _text(self, circuit: Circuit, name: str, cost: int, running: str) -> str:
        port = port_of(self._network, circuit, name)
        return with_cost(self._network, self._network.devices[name], port, running, cost)

    def _without_secrets(self, texts: Mapping[str, str], name: str, made: Plan) -> Change:
        """Return the change as a plan may hold it; the file among the backups has what is to run, whole."""
        change, platform = made.changes[name], self._network.devices[name].platform
        bare = masked(platform, texts[name])
        if bare == texts[name]:
            return change
        return replace(change, intended=bare, source=self._desk.backups.keep(name, texts[name]))

    def _check_ways(self, circuit: Circuit) -> None:
        """Raise Refused where draining the circuit would leave anybody without a way that is not drained.

        Lines of both homes are looked at as they stand; what answers nothing is taken for gone, for unknown is not up.
        """
        network = self._network
        homes = {network.devices[end.device].home for end in (circuit.a, circuit.z)}
        near = [d.name for d in managed(network, network.devices.values()) if d.home in homes]
        lines = [one for one in network.circuits.values() if {one.a.device, one.z.device} & set(near)]
        seen = self._asked(near, lambda session, name: self._lines_seen(session, name, lines))
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
        return _all_of(self._asked(names, lambda session, name: self._end_seen(session, circuit, name)))

    def _end_seen(self, session: DeviceSession, circuit: Circuit, name: str) -> Seen:
        device, port = self._network.devices[name], port_of(self._network, circuit, name)
        running, shown = session.running_config(), port_namer(self._network, device)(port).name
        asking = changing(device.platform).shown_cost
        (answer,) = session.cli([asking.command.format(port=shown)]).values()
        said = cost_in(self._network, device, port, running.config)
        return Seen(said, asking.read(str(answer)), shown in full_neighbours(session), running.on_trial)

    def _asked(self, names: Sequence[str], look: Callable[[DeviceSession, str], T]) -> dict[str, T | Exception]:
        """Log in to devices at the same time; return what each gave."""

        def work(name: str, held: Held) -> T:
            with held.session(self._desk.sessions.session(self._network.devices[name])) as session:
                session.open()
                return look(session, name)

        return each(names, work, workers=self._desk.timing.workers, deadline_s=ASK_S)


def _all_of(found: Mapping[str, T | Exception]) -> dict[str, T]:
    """Return what every device gave. Raises what kept one of them from it."""
    for one in found.values():
        if isinstance(one, Exception):
            raise one
    return {name: one for name, one in found.items() if not isinstance(one, Exception)}


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
