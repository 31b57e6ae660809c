"""Devices of homes with the interfaces that are theirs alone: loopback and LAN; and their OSPF areas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface

from jbnet.inventory.building.equipment import DeviceSpec
from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.building.homes import Home, area_site
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.report import Report
from jbnet.inventory.schema import inventory as schema
from jbnet.model.network import Device, Interface, InterfaceKind

_LAN = re.compile(r"lan[1-9][0-9]?\Z")


@dataclass
class Build:
    """A device while its interfaces are collected."""

    name: str
    home: Home
    spec: DeviceSpec
    area: str | None
    loopback: IPv4Address | None
    interfaces: list[Interface] = field(default_factory=list)
    circuits: dict[str, str] = field(default_factory=dict)
    """The circuit of each interface that carries one; where two claim it, the first."""
    uplink: str | None = None
    asn: int | None = None


class DeviceBuilder:
    """Starts the devices of all homes; one use."""

    def __init__(self, declared: Declaration, homes: Mapping[str, Home], routing: schema.RoutingFile, report: Report):
        self._declared = declared
        self._homes = homes
        self._areas = routing.areas
        self._report = report
        self._builds: dict[str, Build] = {}

    def run(self) -> dict[str, Build]:
        """Return every device by name, in the order of the homes."""
        for home in self._homes.values():
            self._add_devices(home)
        self._check_lans()
        return self._builds

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
            build = Build(name, home, spec, area, loopback, asn=home.peer.asn if home.peer else None)
            self._builds[name] = build
            self._add_own_interfaces(build)

    def _add_own_interfaces(self, build: Build) -> None:
        passive = build.area is not None
        if build.loopback is not None:
            address = IPv4Interface((int(build.loopback), 32))  # from a number: not by way of its text
            build.interfaces.append(
                Interface("lo", InterfaceKind.LOOPBACK, address, None, "loopback", build.area, None, passive)
            )
        area = None if self._is_inner(build.home) else build.area
        for name, address in self._lans(build).items():
            said = f"LAN of {build.home.name}" if name == "lan1" else f"{name} of {build.name}"
            build.interfaces.append(
                Interface(name, InterfaceKind.LAN, address, None, said, area, None, area is not None)
            )

    def _lans(self, build: Build) -> dict[str, IPv4Interface]:
        """Return the device's LANs: the home's by the plan, and those that are given it by name."""
        plan = self._declared.addresses
        given = plan.decl.lans.get(build.name, {}) if plan else {}
        own = self._lan(build.home) if build.home.lan == build.spec.suffix else None
        return {**({"lan1": own} if own is not None else {}), **{n: a for n, a in given.items() if _LAN.match(n)}}

    def _check_lans(self) -> None:
        """Report LANs of devices that are not there, and interfaces that are no LANs."""
        plan = self._declared.addresses
        if plan is None:
            return
        for name, lans in plan.decl.lans.items():
            if name not in self._builds:
                dangling(self._report, "device", name, self._builds, plan.key_at("lans", name), self._declared)
            for lan in (lan for lan in lans if not _LAN.match(lan)):
                self._report.add("JB111", "the interface {name} is no LAN: they are lan1, lan2 and so on",
                                 plan.key_at("lans", name, lan), name=lan)  # fmt: skip

    def _is_inner(self, home: Home) -> bool:
        """Say whether a home speaks for all below it inside an area: its aggregate covers its LAN, OSPF need not.

        Then the loopback is the only interface of its router in OSPF that is no line, and so the forwarding address
        of the aggregate (RFC 3101, 2.3): one that does not fail with a line.
        """
        return home.level is not None and home.level.value != self._areas.level

    def _lan(self, home: Home) -> IPv4Interface | None:
        if home.peer is None:
            return home.space.lan() if home.space else None
        first = home.peer.prefixes[0] if home.peer.prefixes else None
        if first is None or first.prefixlen > 30:
            return None
        return IPv4Interface((int(first.network_address) + 1, max(first.prefixlen, 24)))

    def _area(self, home: Home) -> str | None:
        """Return the OSPF area of a home: the backbone for locations, none for peers and what is routed statically."""
        areas = self._areas
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


def freeze(build: Build, declared: Declaration) -> Device:
    """Return the finished device."""
    role = declared.roles.get(build.spec.role)
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
        device_type=build.spec.device_type or (role.decl.device_type if role else None),
        serial=build.spec.serial,
        place=build.home.place if build.spec.inherited else build.spec.place,
    )
