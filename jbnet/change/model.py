"""The nouns of a change: what would change on which device, in which wave, and what is at stake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from jbnet.model.findings import Finding
from jbnet.model.text import Text


@dataclass(frozen=True, slots=True)
class Change:
    """What would change on one device.

    ``diff`` are lines marked ``+``, ``-`` or (contexts) with two blanks. ``before`` is the fingerprint of the
    configuration that the change starts from (``ConfigTree.fingerprint``). ``reached``: that configuration was
    read from the device; otherwise it is assumed, because the device lies beyond others that are not deployed
    yet, and is compared with its bootstrap. ``first``: the device was never deployed. ``at_risk`` names the
    sites that would be cut off if the device failed. ``dangers`` say how the change would cut its own way.
    ``intended`` holds no secrets; ``source`` says where the same lies with them, if it is not what is declared.
    ``secrets`` names those that have changed since they were loaded there: their lines are said again.
    ``timer`` is what takes the change back on the device, and what that costs.
    """

    device: str
    diff: tuple[str, ...]
    before: str
    intended: str
    reached: bool = True
    first: bool = False
    at_risk: tuple[str, ...] = ()
    dangers: tuple[Text, ...] = ()
    source: str = ""
    secrets: tuple[str, ...] = ()
    timer: Text | None = None

    @property
    def added(self) -> int:
        """Return the number of lines that come."""
        return sum(line.startswith("+") for line in self.diff)

    @property
    def removed(self) -> int:
        """Return the number of lines that go."""
        return sum(line.startswith("-") for line in self.diff)


@dataclass(frozen=True, slots=True)
class Wave:
    """Devices that are changed at the same time; a wave starts when the one before it is whole."""

    number: int
    devices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """Devices that are changed together or not at all, the far end first, and the circuits that demand it."""

    devices: tuple[str, ...]
    circuits: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """Everything that ``apply`` is allowed to do. ``unasked`` says of which devices nothing is known, and why.

    ``unchanged`` names the devices that were asked and need nothing. Each of ``units`` stands in one wave.
    ``unverified`` names those with secrets of which it is not known whether they are those of the source.
    ``faults`` are rules that the declaration breaks, as errors: to be accepted by their codes, or nothing is applied.
    """

    network: str
    waves: tuple[Wave, ...] = ()
    changes: Mapping[str, Change] = field(default_factory=dict)
    unchanged: tuple[str, ...] = ()
    unasked: Mapping[str, Text] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()
    unverified: tuple[str, ...] = ()
    faults: tuple[Finding, ...] = ()

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256 over all that was shown; the same state and declaration give the same hash."""
        from jbnet.change.codec import digest

        return digest(self)

    def groups(self, wave: Wave) -> tuple[tuple[str, ...], ...]:
        """Return the devices of a wave as they are changed: each by itself, or all of a unit, the far end first."""
        unit_of = {name: unit.devices for unit in self.units for name in unit.devices}
        return tuple(dict.fromkeys(unit_of.get(name, (name,)) for name in wave.devices))

    @property
    def broken(self) -> tuple[str, ...]:
        """Return the codes of its faults."""
        return tuple(dict.fromkeys(fault.code for fault in self.faults))

    @property
    def first(self) -> bool:
        """Say whether any device is deployed for the first time."""
        return any(change.first for change in self.changes.values())
