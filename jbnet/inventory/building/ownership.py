"""From topology/ownership.yaml to how the sections of each device are held."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.report import Report
from jbnet.inventory.schema.ownership import HoldingDecl, OwnershipFile
from jbnet.model.equipment import Device
from jbnet.model.findings import Place
from jbnet.model.ownership import Hold, Ownership
from jbnet.platforms.registry import names
from jbnet.platforms.sections import OTHER, sections

_TOP = "ownership"
_NOTHING = HoldingDecl()


class OwnershipReader:
    """Reads the file with the devices at hand; one use."""

    def __init__(self, declared: Declaration, devices: Mapping[str, Device], report: Report) -> None:
        self._declared = declared
        self._devices = devices
        self._report = report

    def run(self) -> dict[str, Ownership]:
        """Return how devices are held, by name; those of which nothing is said are not in it. Report what dangles."""
        item = self._declared.ownership
        if item is None:
            return {}
        decl = item.decl.ownership
        self._check(item, "roles", decl.roles, self._declared.roles, "role")
        self._check(item, "devices", decl.devices, self._devices, "device")
        return {
            name: _merged(decl.roles.get(device.role, _NOTHING), decl.devices.get(name, _NOTHING), item.key_at(_TOP))
            for name, device in self._devices.items()
            if name in decl.devices or device.role in decl.roles
        }

    def _check(
        self,
        item: Item[OwnershipFile],
        key: str,
        found: Mapping[str, HoldingDecl],
        known: Collection[str],
        kind: str,
    ) -> None:
        """Report holdings of nobody, and sections that no platform there has."""
        for name, holding in found.items():
            if name not in known:
                dangling(self._report, kind, name, known, item.key_at(_TOP, key, name), self._declared)
                continue
            run = {d.platform for d in self._devices.values() if name in (d.name, d.role)}
            possible = sorted({section for one in run & set(names()) for section in sections(one).names})
            for section in holding.sections:
                if run and section not in possible:
                    self._unknown(section, possible, item.key_at(_TOP, key, name, "sections", section), name)

    def _unknown(self, section: str, possible: Collection[str], place: Place, name: str) -> None:
        like = self._report.nearest(section, possible)
        self._report.add(
            "JB297", "{name} has no section {section}; did you mean {like}? Known: {known}", place,
            name=name, section=section, like=like or OTHER, known=", ".join(possible),
        )  # fmt: skip


def _merged(role: HoldingDecl, own: HoldingDecl, place: Place) -> Ownership:
    return Ownership(
        sections={name: Hold(hold) for name, hold in {**role.sections, **own.sections}.items()},
        lines={line: Hold(hold) for line, hold in {**role.lines, **own.lines}.items()},
        rest=Hold(own.rest or role.rest or Hold.OWNED),
        place=place,
    )
