"""From homes to devices, interfaces and circuits: names, addresses, areas and costs by the naming standard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from typing import TypedDict

from jbnet.inventory.building.devices import Build, DeviceBuilder, freeze
from jbnet.inventory.building.encryption import encryption
from jbnet.inventory.building.ends import EndFinder, Ends
from jbnet.inventory.building.equipment import CircuitSpec, DeviceSpec
from jbnet.inventory.building.homes import Home
from jbnet.inventory.building.lines import LineReader, Where
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.report import Report
from jbnet.inventory.schema import inventory as schema
from jbnet.model.network import BgpSession, Circuit, CircuitRole, Device, Interface, InterfaceKind, Termination

IFNAMSIZ = 15
"""Characters that Linux allows in an interface name."""
_SAID_TO_DEVICES = ("ospf_cost", "mtu", "description", "bgp_shutdown")
"""Keys of a circuit that stand as they are in the configuration of its ends."""


class _Leased(TypedDict):
    carrier: str | None
    line_number: str | None
    monthly_cost: int | None
    payer: str | None
    underlay: str | None
    handoff: str | None
    srlgs: tuple[str, ...]


@dataclass
class Expansion:
    """What came of the homes. ``specs`` gives the declaration of each circuit, to point at what is wrong."""

    devices: dict[str, Device] = field(default_factory=dict)
    circuits: dict[str, Circuit] = field(default_factory=dict)
    sessions: list[BgpSession] = field(default_factory=list)
    specs: dict[str, CircuitSpec] = field(default_factory=dict)
    parts: dict[str, DeviceSpec] = field(default_factory=dict)
    """The declaration of each device."""


class Expander:
    """Builds the devices and circuits of all homes; one use."""

    def __init__(self, declared: Declaration, homes: Mapping[str, Home], routing: schema.RoutingFile, report: Report):
        self._declared = declared
        self._homes = homes
        self._routing = routing
        self._report = report
        self._circuits: dict[str, Circuit] = {}
        self._sessions: list[BgpSession] = []
        self._specs: dict[str, CircuitSpec] = {}
        self._lines = LineReader(declared, report)

    def run(self) -> Expansion:
        """Return all devices and circuits, in the order of the homes."""
        builds = DeviceBuilder(self._declared, self._homes, self._routing, self._report).run()
        finder = EndFinder(self._declared, self._homes, builds, self._report)
        for home in self._homes.values():
            for index, spec in enumerate(home.circuits.values()):
                ends = finder.find(home, spec)
                if ends is not None:
                    self._add_circuit(home, spec, ends, index)
        devices = {name: freeze(build, self._declared) for name, build in builds.items()}
        parts = {name: build.spec for name, build in builds.items()}
        return Expansion(devices, self._circuits, self._sessions, self._specs, parts)

    def _add_circuit(self, home: Home, spec: CircuitSpec, ends: Ends, index: int) -> None:
        name = f"{home.name}-{spec.key}"
        number = index + 1 if ends.cable else ends.number
        word = "cable" if ends.cable else ends.word
        prefix = home.space.link(word, number) if home.space else None
        if prefix is None:
            if home.space:
                self._report.add(
                    "JB125", "{prefix} of {name} has no room for the circuit {circuit}", spec.place, [home.space.place],
                    prefix=home.space.own, name=home.name, circuit=name,
                )  # fmt: skip
            return
        role = CircuitRole(spec.decl.role or "primary")
        self._terminate(ends, name, prefix, role, spec)
        self._circuits[name] = Circuit(
            name=name,
            a=Termination(ends.upper.name, ends.upper_port),
            z=Termination(ends.lower.name, ends.lower_port),
            role=role,
            prefix=prefix,
            bandwidth=spec.decl.bandwidth,
            media=spec.decl.media or "fibre",
            latency_ms=spec.decl.latency_ms or 0.0,
            encryption=encryption(name, spec, home.space, word, number),
            ospf_cost=spec.decl.ospf_cost,
            mtu=spec.decl.mtu,
            description=spec.decl.description or "",
            bgp_shutdown=bool(spec.decl.bgp_shutdown),
            written=tuple((key, spec.places[key]) for key in _SAID_TO_DEVICES if key in spec.places),
            place=home.place if spec.inherited else spec.place,
            **self._leased(name, home, spec, ends),
        )
        self._specs[name] = spec

    def _leased(self, name: str, home: Home, spec: CircuitSpec, ends: Ends) -> _Leased:
        """Return what a circuit says about who carries it and who pays."""
        decl, reader = spec.decl, self._lines
        site = home.site or ends.upper.home.site
        where = Where(name, site, self._declared.sites[site].decl.code if site in self._declared.sites else "")
        underlay = reader.underlay(decl.underlay, spec.at("underlay"))
        return {
            "carrier": reader.carrier(decl.carrier, spec.at("carrier")),
            "line_number": reader.pattern(decl.line_number, where, name, spec.at("line_number")),
            "monthly_cost": decl.monthly_cost,
            "payer": reader.payer(decl.payer, where, spec.at("payer")),
            "underlay": underlay,
            "handoff": reader.pattern(decl.handoff, where, name, spec.at("handoff")),
            "srlgs": reader.srlgs(decl.srlgs, underlay, spec.at("srlgs")),
        }

    def _terminate(self, ends: Ends, name: str, prefix: IPv4Network, role: CircuitRole, spec: CircuitSpec) -> None:
        area = self._circuit_area(ends, spec)
        costs = self._routing.costs
        usual = costs.primary if role is CircuitRole.PRIMARY else costs.backup
        cost = None if area is None else spec.decl.ospf_cost or usual
        remark = f": {spec.decl.description}" if spec.decl.description else ""
        first = int(prefix.network_address)
        upper, lower = IPv4Interface((first, 31)), IPv4Interface((first + 1, 31))
        for build, port, address, far in (
            (ends.upper, ends.upper_port, upper, ends.lower),
            (ends.lower, ends.lower_port, lower, ends.upper),
        ):
            self._check_port(build, port, spec)
            build.circuits.setdefault(port, name)
            build.interfaces.append(
                Interface(
                    port, InterfaceKind.CIRCUIT, address, name, f"{name} to {far.name}{remark}", area, cost, False
                )
            )
        if ends.word == "up" and ends.lower.uplink is None:
            ends.lower.uplink = ends.lower_port
        if ends.lower.home.peer is not None and ends.upper.home.peer is None:
            self._add_session(ends, name, (upper.ip, lower.ip), role, closed=bool(spec.decl.bgp_shutdown))

    def _check_port(self, build: Build, port: str, spec: CircuitSpec) -> None:
        if len(port) > IFNAMSIZ:
            self._report.add(
                "JB130", "the interface name {port} of {device} has {length} characters, {limit} are allowed",
                spec.place, port=port, device=build.name, length=len(port), limit=IFNAMSIZ,
            )  # fmt: skip
        if port in build.circuits:
            other = self._circuits[build.circuits[port]].place
            self._report.add(
                "JB133", "the interface {port} of {device} already carries {circuit}", spec.place,
                [other] if other else [], port=port, device=build.name, circuit=build.circuits[port],
            )  # fmt: skip

    def _circuit_area(self, ends: Ends, spec: CircuitSpec) -> str | None:
        areas = {ends.upper.area, ends.lower.area}
        if None in areas:
            return None
        if len(areas) == 1:
            return ends.upper.area
        backbone = self._routing.areas.backbone
        if backbone not in areas:
            self._report.add(
                "JB134", "{circuit} joins the areas {one} and {other}", spec.place,
                circuit=spec.key, one=ends.upper.area, other=ends.lower.area,
            )  # fmt: skip
        return backbone

    def _add_session(
        self, ends: Ends, name: str, addresses: tuple[IPv4Address, IPv4Address], role: CircuitRole, *, closed: bool
    ) -> None:
        network, home = self._declared.network, ends.lower.home
        if network is None or home.peer is None or home.peer.asn is None:
            return
        ends.upper.asn = network.decl.asn
        self._sessions.append(
            BgpSession(
                device=ends.upper.name,
                peer_device=ends.lower.name,
                peer=home.name,
                circuit=name,
                local_address=addresses[0],
                peer_address=addresses[1],
                peer_asn=home.peer.asn,
                local_pref=self._preference(home.name, role),
                shutdown=closed,
            )
        )

    def _preference(self, peer: str, role: CircuitRole) -> int:
        """Return the local preference of the next line to a peer: each further backup has half of the one before."""
        preference = self._routing.local_pref
        if role is CircuitRole.PRIMARY:
            return preference.primary
        backups = sum(s.peer == peer and self._circuits[s.circuit].role is role for s in self._sessions)
        return preference.backup >> backups
