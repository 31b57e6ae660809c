"""From homes to devices, interfaces and circuits: names, addresses, areas and costs by the naming standard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from jbnet.inventory import schema
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.hierarchy import dangling
from jbnet.inventory.homes import CircuitSpec, DeviceSpec, Home, area_site
from jbnet.inventory.report import Report
from jbnet.model.network import (
    BgpSession,
    Circuit,
    CircuitRole,
    Device,
    Interface,
    InterfaceKind,
    Termination,
)

IFNAMSIZ = 15
"""Characters that Linux allows in an interface name."""

_KEY = re.compile(r"(?:(?P<device>[a-z][a-z0-9]*)-)?(?P<word>up|pair)(?P<number>[1-9][0-9]?)\Z")


@dataclass
class _Build:
    """A device while its interfaces are collected."""

    name: str
    home: Home
    spec: DeviceSpec
    area: str | None
    loopback: IPv4Address | None
    interfaces: list[Interface] = field(default_factory=list)
    uplink: str | None = None
    asn: int | None = None


@dataclass(frozen=True, slots=True)
class _Ends:
    """A circuit resolved: the lower device (z), the upper (a), and the ports' names."""

    lower: _Build
    upper: _Build
    lower_port: str
    upper_port: str
    word: str
    number: int
    cable: bool


@dataclass
class Expansion:
    """What came of the homes."""

    devices: dict[str, Device] = field(default_factory=dict)
    circuits: dict[str, Circuit] = field(default_factory=dict)
    sessions: list[BgpSession] = field(default_factory=list)


class Expander:
    """Builds the devices and circuits of all homes; one use."""

    def __init__(self, declared: Declaration, homes: Mapping[str, Home], routing: schema.RoutingFile, report: Report):
        self._declared = declared
        self._homes = homes
        self._routing = routing
        self._report = report
        self._builds: dict[str, _Build] = {}
        self._circuits: dict[str, Circuit] = {}
        self._sessions: list[BgpSession] = []

    def run(self) -> Expansion:
        """Return all devices and circuits, in the order of the homes."""
        for home in self._homes.values():
            self._add_devices(home)
        for home in self._homes.values():
            for index, spec in enumerate(home.circuits.values()):
                self._add_circuit(home, spec, index)
        devices = {name: self._freeze(build) for name, build in self._builds.items()}
        return Expansion(devices, self._circuits, self._sessions)

    # devices

    def _add_devices(self, home: Home) -> None:
        area = self._area(home)
        for index, spec in enumerate(home.devices.values()):
            name = f"{home.name}-{spec.suffix}"
            if name in self._builds or name in self._homes:
                other = self._builds[name].spec.place if name in self._builds else self._homes[name].place
                self._report.add("JB112", "{name} is declared twice", spec.place, [other], name=name)
                continue
            loopback = home.space.loopback(index) if home.space else None
            if home.space and loopback is None:
                self._report.add(
                    "JB125", "{prefix} of {name} has no room for the loopback of {device}", home.place,
                    [home.space.place], prefix=home.space.own, name=home.name, device=name,
                )  # fmt: skip
            build = _Build(name, home, spec, area, loopback, asn=home.peer.asn if home.peer else None)
            self._builds[name] = build
            self._add_own_interfaces(build)

    def _add_own_interfaces(self, build: _Build) -> None:
        passive = build.area is not None
        if build.loopback is not None:
            address = IPv4Interface((build.loopback, 32))
            build.interfaces.append(
                Interface("lo", InterfaceKind.LOOPBACK, address, None, "loopback", build.area, None, passive)
            )
        if build.home.lan == build.spec.suffix and (lan := self._lan(build.home)) is not None:
            build.interfaces.append(
                Interface("lan1", InterfaceKind.LAN, lan, None, f"LAN of {build.home.name}", build.area, None, passive)
            )

    def _lan(self, home: Home) -> IPv4Interface | None:
        if home.peer is None:
            return home.space.lan() if home.space else None
        first = home.peer.prefixes[0] if home.peer.prefixes else None
        if first is None or first.prefixlen > 30:
            return None
        return IPv4Interface((int(first.network_address) + 1, max(first.prefixlen, 24)))

    def _area(self, home: Home) -> str | None:
        """Return the OSPF area of a home: the backbone for locations, none for peers and what is routed statically."""
        areas = self._routing.areas
        if home.peer is not None:
            return None
        if home.level is None:
            return areas.backbone
        if home.level.value not in areas.speakers:
            return None
        owner = area_site(home, self._homes, areas.level)
        if owner is None:
            return areas.backbone
        code = self._declared.sites[owner.name].decl.code
        return f"0.0.{int(code[:2])}.{int(code[2:4] or 0)}"

    # circuits

    def _add_circuit(self, home: Home, spec: CircuitSpec, index: int) -> None:
        name = f"{home.name}-{spec.key}"
        ends = self._ends(home, spec)
        if ends is None:
            return
        number = index + 1 if ends.cable else ends.number
        prefix = home.space.link("cable" if ends.cable else ends.word, number) if home.space else None
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
            carrier=self._carrier(spec),
            line_number=spec.decl.line_number,
            bandwidth=spec.decl.bandwidth,
            media=spec.decl.media or "fibre",
            latency_ms=spec.decl.latency_ms or 0.0,
            srlgs=spec.decl.srlgs or (),
            prefix=prefix,
            place=home.place if spec.inherited else spec.place,
        )

    def _ends(self, home: Home, spec: CircuitSpec) -> _Ends | None:
        match = _KEY.match(spec.key)
        if match is None:
            self._report.add(
                "JB111", "the circuit {name} is off the standard: up1, pair1, or a device before it as in db1-up1",
                spec.place, name=spec.key,
            )  # fmt: skip
            return None
        word, number = match["word"], int(match["number"])
        lower, upper = self._end(home, spec, "from"), self._end(home, spec, "to")
        if lower is None or upper is None:
            return None
        if lower is upper:
            self._report.add(
                "JB132", "{name} runs from {device} to itself", spec.at("to"), name=spec.key, device=lower.name
            )
            return None
        if word == "pair":
            return _Ends(lower=upper, upper=lower, lower_port=f"pair{number}", upper_port=f"pair{number}",
                         word=word, number=number, cable=match["device"] is not None)  # fmt: skip
        inside = upper.home is home
        down = lower.spec.suffix if inside else home.down
        return _Ends(lower, upper, f"up{number}", f"{down}-{number}", word, number, match["device"] is not None)

    def _end(self, home: Home, spec: CircuitSpec, key: str) -> _Build | None:
        written = spec.decl.from_ if key == "from" else spec.decl.to
        if written is None:
            self._report.add("JB106", "the key {key} is missing", spec.place, key=key)
            return None
        if "/" in written:
            word, _, suffix = written.partition("/")
            name = f"{home.parent}-{suffix}" if word == "parent" else written
        else:
            name = f"{home.name}-{written}" if written in home.devices else written
        build = self._builds.get(name)
        if build is None:
            known = [*self._builds, *home.devices, *(f"parent/{suffix}" for suffix in self._parent_devices(home))]
            dangling(self._report, "device", written, known, spec.at(key), self._declared, code="JB131")
        return build

    def _parent_devices(self, home: Home) -> list[str]:
        parent = self._homes.get(home.parent) if home.parent else None
        return list(parent.devices) if parent else []

    def _carrier(self, spec: CircuitSpec) -> str | None:
        carrier = spec.decl.carrier
        if carrier is not None and carrier not in self._declared.carriers:
            dangling(
                self._report, "carrier", carrier, list(self._declared.carriers), spec.at("carrier"), self._declared
            )
        return carrier

    def _terminate(self, ends: _Ends, name: str, prefix: IPv4Network, role: CircuitRole, spec: CircuitSpec) -> None:
        area = self._circuit_area(ends, spec)
        costs = self._routing.costs
        cost = None if area is None else (costs.primary if role is CircuitRole.PRIMARY else costs.backup)
        upper, lower = IPv4Interface((int(prefix[0]), 31)), IPv4Interface((int(prefix[0]) + 1, 31))
        for build, port, address, far in (
            (ends.upper, ends.upper_port, upper, ends.lower),
            (ends.lower, ends.lower_port, lower, ends.upper),
        ):
            self._check_port(build, port, spec)
            build.interfaces.append(
                Interface(port, InterfaceKind.CIRCUIT, address, name, f"{name} to {far.name}", area, cost, False)
            )
        if ends.word == "up" and ends.lower.uplink is None:
            ends.lower.uplink = ends.lower_port
        if ends.lower.home.peer is not None and ends.upper.home.peer is None:
            self._add_session(ends, name, upper.ip, lower.ip, role)

    def _check_port(self, build: _Build, port: str, spec: CircuitSpec) -> None:
        if len(port) > IFNAMSIZ:
            self._report.add(
                "JB130", "the interface name {port} of {device} has {length} characters, {limit} are allowed", spec.place,
                port=port, device=build.name, length=len(port), limit=IFNAMSIZ,
            )  # fmt: skip
        for interface in build.interfaces:
            if interface.name == port and interface.circuit is not None:
                other = self._circuits[interface.circuit].place
                self._report.add(
                    "JB133", "the interface {port} of {device} already carries {circuit}", spec.place,
                    [other] if other else [], port=port, device=build.name, circuit=interface.circuit,
                )  # fmt: skip

    def _circuit_area(self, ends: _Ends, spec: CircuitSpec) -> str | None:
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

    def _add_session(self, ends: _Ends, name: str, local: IPv4Address, peer: IPv4Address, role: CircuitRole) -> None:
        network, home = self._declared.network, ends.lower.home
        if network is None or home.peer is None:
            return
        ends.upper.asn = network.decl.asn
        preference = self._routing.local_pref
        self._sessions.append(
            BgpSession(
                device=ends.upper.name,
                peer_device=ends.lower.name,
                peer=home.name,
                circuit=name,
                local_address=local,
                peer_address=peer,
                peer_asn=home.peer.asn,
                local_pref=preference.primary if role is CircuitRole.PRIMARY else preference.backup,
            )
        )

    def _freeze(self, build: _Build) -> Device:
        role = self._declared.roles.get(build.spec.role)
        return Device(
            name=build.name,
            home=build.home.name,
            site=build.home.site,
            role=build.spec.role,
            platform=build.spec.platform or (role.decl.platform if role else "frr"),
            loopback=build.loopback,
            interfaces=tuple(build.interfaces),
            uplink=build.uplink,
            asn=build.asn,
            place=build.home.place if build.spec.inherited else build.spec.place,
        )
