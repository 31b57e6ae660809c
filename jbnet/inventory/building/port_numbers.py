"""The record of downward ports, topology/ports.yaml: who gets which number, and its text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jbnet.inventory.building.ports import DOWN, wanted
from jbnet.inventory.declaration import declare
from jbnet.inventory.loader import load
from jbnet.inventory.report import Report
from jbnet.inventory.schema.hardware import FREE, numbers_of
from jbnet.model.equipment import Device
from jbnet.model.errors import AnswerIsNo
from jbnet.model.findings import Place

FILE = "topology/ports.yaml"
Numbers = Mapping[str, Mapping[str, int]]
"""By device and interface, the number of its downward port."""


class UnnumberedReport(Report):
    """A report that is silent about ports without a number and about stale ones: what is being mended."""

    def add(
        self, code: str, template: str, place: Place | None, related: Iterable[Place] = (), /, **params: object
    ) -> None:
        """Record a finding of any other code."""
        if code not in ("JB221", "JB222"):
            super().add(code, template, place, related, **params)


@dataclass(frozen=True, slots=True)
class Numbering:
    """The new record, and what changes in it: ``DEVICE:INTERFACE`` to number."""

    record: Numbers
    added: Mapping[str, int] = field(default_factory=dict)
    freed: Mapping[str, int] = field(default_factory=dict)


def numbered(devices: Mapping[str, Device], before: Numbers, *, prune: bool = False) -> Numbering:
    """Return the record with a number for every downward line of devices of a type; a recorded one never changes.

    A new line gets the lowest number that nobody of its device has. ``prune`` takes out what is there no more.
    """
    record = {name: dict(numbers) for name, numbers in before.items()}
    typed = {name: device for name, device in devices.items() if device.device_type is not None}
    freed = _prune(record, typed) if prune else {}
    added: dict[str, int] = {}
    for name, device in typed.items():
        own = record.setdefault(name, {})
        for interface in _without(device, own):
            own[interface] = added[f"{name}:{interface}"] = _lowest(own)
    return Numbering({name: own for name, own in record.items() if own}, added, freed)


def _without(device: Device, own: Mapping[str, int]) -> list[str]:
    """Return the downward interfaces without a number, by name: their order in the declaration may change."""
    return sorted(want.interface.name for want in wanted(device, own) if want.use == DOWN and want.number is None)


def _lowest(own: Mapping[str, int]) -> int:
    taken = set(own.values())
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def _prune(record: dict[str, dict[str, int]], devices: Mapping[str, Device]) -> dict[str, int]:
    freed: dict[str, int] = {}
    for name, own in record.items():
        device = devices.get(name)
        there = {interface.name for interface in device.interfaces} if device else set()
        for interface in [each for each in own if each not in there]:
            freed[f"{name}:{interface}"] = own.pop(interface)
    return freed


def render(record: Numbers) -> str:
    """Return the text of topology/ports.yaml, ordered by device and interface."""
    lines = [
        "# Lines downwards of each device in the order of its `down` ports (topology/hardware.yaml); - is a free port.",
        "# Written by `jbnet address ports`: a line keeps its place, so adding or removing a neighbour moves no other.",
        "ports:" if record else "ports: {}",
    ]
    lines += [f"  {name}: {_in_order(record[name])}" for name in sorted(record)]
    return "\n".join(lines) + "\n"


def _in_order(own: Mapping[str, int]) -> str:
    """Return a device's lines as they are written; a list that begins with a free port is quoted (YAML 1.2, 7.3.3)."""
    places = {number: interface for interface, number in own.items()}
    said = " ".join(places.get(number, FREE) for number in range(1, max(places, default=0) + 1))
    return f'"{said}"' if said.startswith(FREE) else said


def recorded(content: str | None) -> Numbers:
    """Return what the text of topology/ports.yaml records; nothing where it cannot be read, which is a finding."""
    declared = declare({FILE: content}, Report()) if content is not None else None
    lines = declared.ports.decl.ports if declared and declared.ports else {}
    return {name: numbers_of(said) for name, said in lines.items()}


def completed(files: Mapping[str, str], *, prune: bool = False) -> Numbering:
    """Return the record that the declaration in these files needs; missing and stale ports do not stop it.

    Raises AnswerIsNo when the declaration has other errors.
    """
    loaded = load(files, UnnumberedReport())
    if loaded.network is None:
        raise AnswerIsNo("ports are not recorded: the declaration has errors", findings=loaded.findings)
    return numbered(loaded.network.devices, recorded(files.get(FILE)), prune=prune)
