"""The serial number of a box, written beside its device into the YAML files. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jbnet.inventory.declaration import Declaration, declare
from jbnet.inventory.exchange.places import home_spot
from jbnet.inventory.exchange.wishes import Wish, tree
from jbnet.inventory.exchange.yaml_edits import CannotEdit, Whole, edit
from jbnet.inventory.loader import load
from jbnet.inventory.report import Report
from jbnet.model.equipment import Device
from jbnet.model.errors import AnswerIsNo, Refused
from jbnet.model.findings import Place
from jbnet.model.text import text


@dataclass(frozen=True, slots=True)
class Written:
    """A file of the declaration with a device's serial number in it: its text before and after."""

    file: str
    before: str
    after: str

    @property
    def changes(self) -> bool:
        """Say whether anything is to be written."""
        return self.before != self.after


def with_serial(files: Mapping[str, str], device: Device, serial: str) -> Written:
    """Return the file that says what stands at a device's place, with this serial number in it.

    Comments and everything else stay as they are. Raises Refused where the file cannot be edited safely, with the
    line to write by hand; AnswerIsNo with the findings where the declaration would have errors then.
    """
    declared = declare(files, Report())
    spot = home_spot(declared, device.home).below("devices", device.name.removeprefix(f"{device.home}-"))
    wish = Wish(device.name, spot, _entry(declared, device, serial), device.place or Place(spot.file))
    before = files[spot.file]
    try:
        after = edit(before, tree([wish]))
    except CannotEdit as error:
        hint = text("write it by hand: {line}", line=f"devices: {{{spot.path[-1]}: {{serial: {serial}}}}}")
        raise Refused("{file} cannot be edited safely: {reason}", file=spot.file, reason=error.reason,
                      hint=hint) from error  # fmt: skip
    loaded = load({**files, spot.file: after})
    if loaded.network is None:
        errors = tuple(finding for finding in loaded.findings if finding.severity == "error")
        raise AnswerIsNo("the declaration would have errors with this serial number: {count}", count=len(errors),
                         findings=errors)  # fmt: skip
    return Written(spot.file, before, after)


def _entry(declared: Declaration, device: Device, serial: str) -> Mapping[str, object]:
    """Return what is written at the device: a role alone, as it is short for, is written out."""
    home = declared.locations.get(device.home) or declared.peers.get(device.home) or declared.sites[device.home]
    entry = home.decl.devices.get(device.name.removeprefix(f"{device.home}-"))
    if entry is not None and entry.role is not None and entry.model_fields_set == {"role"}:
        return Whole(role=entry.role, serial=serial)
    return {"serial": serial}
