"""Circuits and leased lines one by one: numbers, costs, hand-offs, the speed of light."""

from __future__ import annotations

from jbnet.inventory.cables import is_cable
from jbnet.inventory.rules.geography import distance_km
from jbnet.inventory.rules.world import World
from jbnet.model.findings import Place
from jbnet.model.levels import Status
from jbnet.model.lines import Circuit, Line

KM_PER_MS = 100.0
"""How far apart two ends may be per millisecond of round trip: light in glass covers 200 km in 1 ms, there and back."""


def check(world: World) -> None:
    """Report line numbers used twice, costs that nobody pays, and keys that contradict each other."""
    _check_numbers(world)
    for circuit in world.network.circuits.values():
        written = world.specs[circuit.name].decl.payer is not None
        _check_costs(circuit, world.at(circuit, "monthly_cost"), world, payer_told=written)
        _check_cable(circuit, world)
        if circuit.written:
            _check_configured(circuit, world)
        if circuit.latency_ms:
            _check_light(circuit, world)
    unpaid = world.report.has_said("JB232", "JB233")
    for line in world.leased:
        _check_costs(line, line.place, world, payer_told=unpaid)
    _check_carriers(world)


def _check_carriers(world: World) -> None:
    """Report leased circuits in use without anybody who carries them, once where it is to be written.

    One with a line number or a cost is a contradiction of its own (JB266, JB267).
    """
    found: dict[Place, list[Circuit]] = {}
    for circuit in world.network.circuits.values():
        said = circuit.carrier or circuit.underlay or circuit.line_number or circuit.monthly_cost
        if not said and not is_cable(world.network, circuit) and _in_use(circuit, world):
            spec = world.specs[circuit.name]
            found.setdefault(spec.places.get("from", spec.place), []).append(circuit)
    for place, circuits in found.items():
        world.report.add(
            "JB276", "nobody is said to carry {circuit}: neither carrier nor underlay; such lines: {count}", place,
            circuit=circuits[0].name, count=len(circuits),
        )  # fmt: skip


def _in_use(circuit: Circuit, world: World) -> bool:
    site = world.network.sites.get(world.home(circuit))
    return site is None or site.status is Status.ACTIVE


def _check_numbers(world: World) -> None:
    seen: dict[tuple[str | None, str], tuple[str, Place | None]] = {}
    for name, carrier, number, place in world.numbered():
        if number is None:
            continue
        if carrier is None:
            world.report.add("JB267", "{circuit} has a line number and no carrier", place, circuit=name)
        other, there = seen.setdefault((carrier, number), (name, place))
        if other != name:
            world.report.add(
                "JB235", "the line number {number} of {circuit} is that of {other}", place, [there] if there else [],
                number=number, circuit=name, other=other,
            )  # fmt: skip


def _check_costs(line: Circuit | Line, place: Place | None, world: World, *, payer_told: bool) -> None:
    """``payer_told``: somebody is named who cannot pay, and that was reported."""
    if line.monthly_cost and line.payer is None and not payer_told:
        world.report.add("JB264", "{circuit} costs {cost} yuan a month and nobody pays", place,
                         circuit=line.name, cost=line.monthly_cost)  # fmt: skip
    underlay = line.underlay if isinstance(line, Circuit) else None
    if line.monthly_cost and line.carrier is None and underlay is None:
        world.report.add("JB266", "{circuit} costs {cost} yuan a month and has neither carrier nor underlay", place,
                         circuit=line.name, cost=line.monthly_cost)  # fmt: skip


def _check_cable(circuit: Circuit, world: World) -> None:
    if circuit.handoff is not None and circuit.underlay is None:
        world.report.add("JB268", "{circuit} has a hand-off and no underlay that hands it over",
                         world.at(circuit, "handoff"), circuit=circuit.name)  # fmt: skip
    written = world.specs[circuit.name].decl.srlgs
    if circuit.underlay is not None and written and circuit.underlay not in written:
        world.report.add(
            "JB275", "{circuit} rides on {underlay} and does not name it among its shared risks",
            world.at(circuit, "srlgs"), circuit=circuit.name, underlay=circuit.underlay,
        )  # fmt: skip


def _check_configured(circuit: Circuit, world: World) -> None:
    """Report what is said to the devices at a circuit's ends and has no effect there, or loses packets."""
    ends = [world.network.devices[end.device] for end in (circuit.a, circuit.z)]
    if circuit.ospf_cost is not None and ends[1].interface(circuit.z.interface).area is None:
        world.report.add("JB292", "no OSPF runs over {circuit}: its ospf_cost has no effect",
                         world.at(circuit, "ospf_cost"), circuit=circuit.name)  # fmt: skip
    _check_session(circuit, world)
    if circuit.mtu is None:
        return
    underlay = world.network.underlays.get(circuit.underlay or "")
    if underlay is not None and circuit.mtu > underlay.mtu:
        world.report.add(
            "JB299", "{circuit} sends packets of {mtu} bytes; {name} takes {takes}", world.at(circuit, "mtu"),
            [underlay.place] if underlay.place else [], circuit=circuit.name, mtu=circuit.mtu, name=underlay.name,
            takes=underlay.mtu,
        )  # fmt: skip
    for device in ends:
        if device.platform == "frr":
            world.report.add(
                "JB213", "{circuit}: on {device} the host sets the MTU, not FRR", world.at(circuit, "mtu"),
                circuit=circuit.name, device=device.name,
            )  # fmt: skip


def _check_session(circuit: Circuit, world: World) -> None:
    """Report a session that is closed where there is none, or where it is the last one with its peer."""
    if not circuit.bgp_shutdown:
        return
    sessions = world.network.bgp_sessions
    peer = next((session.peer for session in sessions if session.circuit == circuit.name), None)
    if peer is None:
        world.report.add("JB210", "no BGP session runs over {circuit}: its bgp_shutdown has no effect",
                         world.at(circuit, "bgp_shutdown"), circuit=circuit.name)  # fmt: skip
    elif all(session.shutdown for session in sessions if session.peer == peer):
        world.report.add("JB214", "{circuit}: no session with {peer} is left open",
                         world.at(circuit, "bgp_shutdown"), circuit=circuit.name, peer=peer)  # fmt: skip


def _check_light(circuit: Circuit, world: World) -> None:
    upper, lower = world.site_of(circuit.a.device), world.site_of(circuit.z.device)
    km = distance_km(upper, lower) if upper is not None and lower is not None else None
    if km is not None and circuit.latency_ms < km / KM_PER_MS:
        world.report.add(
            "JB263", "{circuit} takes {latency} ms for {km} km: light in glass takes {least} ms there and back",
            world.at(circuit, "latency_ms"),
            circuit=circuit.name, latency=f"{circuit.latency_ms:g}", km=round(km), least=f"{km / KM_PER_MS:.1f}",
        )  # fmt: skip
