"""Which port of the real device an interface is.

Uplinks, pairs and the LAN take the port of their own number (``up2`` the second of the type's ``up`` ports). Downward
lines have no number of their own, so one is recorded in topology/ports.yaml and never changed: adding or removing a
neighbour moves nobody else. What is written beside the device (``ports``) comes before both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jbnet.inventory.building.equipment import DeviceSpec
from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.report import Report
from jbnet.inventory.schema.hardware import expand, numbers_of
from jbnet.model.equipment import Device, Interface
from jbnet.model.findings import Place
from jbnet.model.hardware import DeviceType, Lamp
from jbnet.model.levels import InterfaceKind
from jbnet.model.text import text
from jbnet.platforms.registry import names, platform

DOWN = "down"
_NUMBERED = re.compile(r"(up|pair|lan)([1-9][0-9]*)\Z")
_NOTHING: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an interface needs: a port of a use (``up``, ``pair``, ``lan``, ``down``), and which one (from 1)."""

    interface: Interface
    use: str
    number: int | None


def wanted(device: Device, recorded: Mapping[str, int]) -> Iterator[Wanted]:
    """Yield what the device's interfaces need; loopbacks need no port."""
    for interface in device.interfaces:
        if interface.kind is InterfaceKind.LOOPBACK:
            continue
        match = _NUMBERED.match(interface.name)
        if match is not None:
            yield Wanted(interface, match[1], int(match[2]))
        else:
            yield Wanted(interface, DOWN, recorded.get(interface.name))


def device_types(declared: Declaration) -> dict[str, DeviceType]:
    """Return the declared models by name, their patterns written out."""
    if declared.hardware is None:
        return {}
    return {
        name: DeviceType(
            name, decl.vendor, decl.model, decl.platforms,
            {use: tuple(port for pattern in patterns for port in expand(pattern))
             for use, patterns in decl.ports.items()},
            {name: Lamp(shows) for name, shows in decl.lamps.items()}, decl.power_cords,
            declared.hardware.key_at("device_types", name),
        )
        for name, decl in declared.hardware.decl.device_types.items()
    }  # fmt: skip


class PortAssigner:
    """Gives every interface of every device of a known type its port; one use."""

    def __init__(self, declared: Declaration, specs: Mapping[str, DeviceSpec], report: Report) -> None:
        self._declared = declared
        self._specs = specs
        self._report = report
        lines = declared.ports.decl.ports if declared.ports else {}
        self._recorded = {name: numbers_of(said) for name, said in lines.items()}
        self.types = device_types(declared)

    def run(self, devices: Mapping[str, Device]) -> dict[str, dict[str, str]]:
        """Return the ports by device and interface; report what does not fit."""
        found: dict[str, dict[str, str]] = {}
        for device in devices.values():
            kind = self.types.get(device.device_type or "")
            if kind is not None:
                found[device.name] = self._ports(device, kind)
            elif device.device_type is not None:
                self._unknown(device)
            else:
                self._check_untyped(device)
        self._check_records(devices)
        return found

    def _ports(self, device: Device, kind: DeviceType) -> dict[str, str]:
        spec = self._specs[device.name]
        self._check_type(device, kind, spec)
        found: dict[str, str] = {}
        for want in wanted(device, self._recorded.get(device.name, _NOTHING)):
            port = spec.ports.get(want.interface.name) or self._port(device, kind, want)
            if port is not None:
                found[want.interface.name] = port
        if len(set(found.values())) < len(found):
            self._report_shared(device, found, spec)
        return found

    def _port(self, device: Device, kind: DeviceType, want: Wanted) -> str | None:
        ports = kind.ports.get(want.use, ())
        if want.number is None:
            self._report.add("JB221", "{interface} of {device} has no port; run: jbnet address ports", device.place,
                             interface=want.interface.name, device=device.name)  # fmt: skip
            return None
        if want.number > len(ports):
            self._report.add(
                "JB218", "{device} has no port for {interface}: number {number} of its {use} ports, {type} has {count}",
                device.place, [kind.place] if kind.place else [], device=device.name, interface=want.interface.name,
                number=want.number, use=want.use, type=kind.name, count=len(ports),
            )  # fmt: skip
            return None
        return ports[want.number - 1]

    def _check_type(self, device: Device, kind: DeviceType, spec: DeviceSpec) -> None:
        if device.platform not in kind.platforms:
            self._report.add(
                "JB217", "{device} runs {platform}; its type {type} runs {platforms}", device.place,
                [kind.place] if kind.place else [], device=device.name, platform=device.platform, type=kind.name,
                platforms=", ".join(kind.platforms),
            )  # fmt: skip
        if not spec.ports:
            return
        names = {interface.name for interface in device.interfaces}
        known = {port for ports in kind.ports.values() for port in ports}
        for interface, port in spec.ports.items():
            if interface not in names:
                dangling(self._report, "interface", interface, sorted(names), spec.at("ports", interface),
                         self._declared, "JB220")  # fmt: skip
            elif port not in known:
                self._report.add("JB220", "{type} has no port {port}", spec.at("ports", interface),
                                 [kind.place] if kind.place else [], type=kind.name, port=port)  # fmt: skip

    def _report_shared(self, device: Device, found: Mapping[str, str], spec: DeviceSpec) -> None:
        first: dict[str, str] = {}
        for interface, port in found.items():
            other = first.setdefault(port, interface)
            if other != interface:
                own = interface if interface in spec.ports else other
                place = spec.at("ports", own) if own in spec.ports else device.place
                self._report.add("JB219", "{interface} and {other} of {device} have the same port {port}", place,
                                 interface=interface, other=other, device=device.name, port=port)  # fmt: skip

    def _check_untyped(self, device: Device) -> None:
        """Report, once a role, devices that jbnet deploys and cannot render: nobody knows their ports."""
        role = self._declared.roles.get(device.role)
        if role is None or not role.decl.managed or device.platform not in names():
            return
        if platform(device.platform).loopback is not None:
            spec = self._specs[device.name]
            place = spec.at("platform") if spec.platform else role.at("platform")
            self._report.add("JB223", "devices of the role {role} run {platform} and have no device type", place,
                             role=device.role, platform=device.platform)  # fmt: skip

    def _unknown(self, device: Device) -> None:
        spec = self._specs[device.name]
        role = self._declared.roles.get(device.role)
        place: Place = spec.at("device_type") if spec.device_type or role is None else role.at("device_type")
        dangling(self._report, "device type", device.device_type or "", list(self.types), place, self._declared,
                 "JB216")  # fmt: skip

    def _check_records(self, devices: Mapping[str, Device]) -> None:
        """Report numbers recorded for what is not there any more: they are kept for nobody."""
        for name, numbers in self._recorded.items():
            device = devices.get(name)
            if device is None or device.device_type is None:
                self._stale(name, text("no device of a known type"), name)
                continue
            there = {interface.name for interface in device.interfaces}
            for interface in numbers:
                if interface not in there:
                    self._stale(f"{name}:{interface}", text("no such interface"), name)

    def _stale(self, what: str, reason: object, device: str) -> None:
        place = self._declared.ports.key_at("ports", device) if self._declared.ports else None
        self._report.add("JB222", "a port is kept for {what}: {reason}; jbnet address ports --prune takes it out",
                         place, what=what, reason=reason)  # fmt: skip
