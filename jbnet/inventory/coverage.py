"""Coverage: how far the network has come, measured against the plan's targets.

Each stage includes those after it: a site that is active is also planned and registered. What is not known is
counted apart, never as a no (design section 5, rule 5).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from jbnet.inventory.register import Register
from jbnet.inventory.targets import Target, Targets
from jbnet.model.network import Device, Level, Network, Site, Status


class Stage(StrEnum):
    """How far a site has come."""

    REGISTERED = "registered"
    """Declared at all, whatever its status."""
    PLANNED = "planned"
    """Declared with equipment: status planned or active."""
    ACTIVE = "active"
    """In use by its status."""
    DEPLOYED = "deployed"
    """All its devices that jbnet manages took a configuration and kept it."""
    ALIVE = "alive"
    """At least one of its devices answers the monitor."""


class Axis(StrEnum):
    """What coverage is counted by."""

    LEVEL = "level"
    PHASE = "phase"
    PREFECTURE = "prefecture"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known beyond the declaration, by device name.

    ``deployed`` are devices that took a configuration (None: no record of deployments). ``answering`` says of each
    watched device whether it answers (None: the monitor says nothing); a device not in it is unknown.
    """

    deployed: frozenset[str] | None = None
    answering: Mapping[str, bool] | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many sites certainly are, and of how many it is not known."""

    sites: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``key`` gives the values on the axes asked for; it is empty for the sum of all.

    ``divisions`` is what the register of administrative divisions has (None: no register was given, or the row is
    not one that a register knows of).
    """

    key: Mapping[Axis, str]
    counts: Mapping[Stage, Count]
    target: Target | None = None
    wanted: int | None = None
    divisions: int | None = None

    def percent(self, stage: Stage) -> float | None:
        """Return how much of the target certainly is at that stage; None without a target or when unknown.

        Sums have none: too many sites of one level do not make up for another's lack.
        """
        count = self.counts[stage]
        if self.target is None or not self.target.sites or (count.unknown and count.sites < self.target.sites):
            return None
        return 100.0 * count.sites / self.target.sites


def coverage(
    network: Network, targets: Targets, evidence: Evidence, register: Register | None, axes: Sequence[Axis]
) -> list[Row]:
    """Return one row for each combination of values on the axes, in the order of the declaration, then the sum."""
    measured = _Measured(network, evidence)
    groups: dict[tuple[str, ...], list[Site]] = {}
    for site in network.sites.values():
        groups.setdefault(tuple(measured.value(axis, site) for axis in axes), []).append(site)
    for key in _more_keys(groups, targets, register, axes):
        groups.setdefault(key, [])
    rows = [
        _row(dict(zip(axes, key, strict=True)), groups[key], measured, targets, register)
        for key in sorted(groups, key=lambda key: _order(key, axes, groups))
    ]
    return [*rows, _sum(rows)] if len(rows) > 1 else rows


def _more_keys(
    groups: Collection[tuple[str, ...]], targets: Targets, register: Register | None, axes: Sequence[Axis]
) -> list[tuple[str, ...]]:
    """Return the keys that only the plan or the register knows: nothing is declared there yet."""
    if tuple(axes) != (Axis.LEVEL,):
        return []
    wanted = {t.level for t in targets.targets if t.level and t.phase is None and t.prefecture is None}
    listed = {division.level for division in register.divisions.values()} if register else set()
    return [(level.value,) for level in Level if level in wanted | listed and (level.value,) not in groups]


def _order(key: tuple[str, ...], axes: Sequence[Axis], groups: Mapping[tuple[str, ...], object]) -> tuple[object, ...]:
    """Sort levels top down, phases by number, prefectures as declared."""
    levels = [level.value for level in Level]
    declared = list(groups)
    places: list[object] = []
    for position, (axis, value) in enumerate(zip(axes, key, strict=True)):
        if axis is Axis.LEVEL:
            places.append(levels.index(value))
        elif axis is Axis.PHASE:
            places.append(int(value))
        else:
            places.append(next(i for i, other in enumerate(declared) if other[position] == value))
    return tuple(places)


def _row(
    key: Mapping[Axis, str], sites: Sequence[Site], measured: _Measured, targets: Targets, register: Register | None
) -> Row:
    counts = {stage: _count(measured.at(stage, site) for site in sites) for stage in Stage}
    level = Level(key[Axis.LEVEL]) if Axis.LEVEL in key else None
    phase = int(key[Axis.PHASE]) if Axis.PHASE in key else None
    target = targets.of(level, phase, key.get(Axis.PREFECTURE))
    listed = None
    if register is not None and list(key) == [Axis.LEVEL]:
        listed = sum(division.level is level for division in register.divisions.values())
    elif register is not None and list(key) == [Axis.PREFECTURE]:
        top = measured.network.sites[key[Axis.PREFECTURE]]
        listed = sum(_belongs(code, top) for code in register.divisions)
    return Row(key, counts, target, target.sites if target else None, listed)


def _belongs(code: str, top: Site) -> bool:
    """Say whether a division lies in a prefecture; the province's own row holds the province alone."""
    return code.startswith(top.code) if top.level is Level.PREFECTURE else code == top.code


def _count(answers: Iterable[bool | None]) -> Count:
    given = list(answers)
    return Count(sum(answer is True for answer in given), sum(answer is None for answer in given))


def _sum(rows: Sequence[Row]) -> Row:
    """Return the sum of rows; a target or a register that some row lacks has no sum."""
    counts = {
        stage: Count(sum(row.counts[stage].sites for row in rows), sum(row.counts[stage].unknown for row in rows))
        for stage in Stage
    }
    return Row({}, counts, None, _total(row.wanted for row in rows), _total(row.divisions for row in rows))


def _total(numbers: Iterable[int | None]) -> int | None:
    given = list(numbers)
    known = [number for number in given if number is not None]
    return sum(known) if len(known) == len(given) else None


class _Measured:
    """Answers, for a site and a stage, yes, no or unknown (None)."""

    def __init__(self, network: Network, evidence: Evidence):
        self.network, self.evidence = network, evidence
        self._devices = _devices_by_site(network)

    def value(self, axis: Axis, site: Site) -> str:
        """Return where the site stands on an axis. A site above the prefectures is its own."""
        if axis is Axis.LEVEL:
            return site.level.value
        if axis is Axis.PHASE:
            return str(site.phase)
        current = site
        while current.level is not Level.PREFECTURE and current.parent is not None:
            current = self.network.sites[current.parent]
        return current.name

    def at(self, stage: Stage, site: Site) -> bool | None:
        """Say whether the site has come that far."""
        if stage is Stage.REGISTERED:
            return True
        if stage is Stage.PLANNED:
            return site.status is not Status.REGISTER
        if site.status is not Status.ACTIVE:
            return False
        if stage is Stage.ACTIVE:
            return True
        return self._deployed(site) if stage is Stage.DEPLOYED else self._alive(site)

    def _deployed(self, site: Site) -> bool | None:
        if self.evidence.deployed is None:
            return None
        ours = [d.name for d in self._devices.get(site.name, ()) if self.network.roles[d.role].managed]
        return bool(ours) and self.evidence.deployed.issuperset(ours)

    def _alive(self, site: Site) -> bool | None:
        if self.evidence.answering is None:
            return None
        answers = [self.evidence.answering.get(device.name) for device in self._devices.get(site.name, ())]
        if any(answers):
            return True
        return False if answers and None not in answers else None


def _devices_by_site(network: Network) -> dict[str, list[Device]]:
    """Return the devices that a site houses; a site without any is seen by those of its locations."""
    housed: dict[str, list[Device]] = {}
    located: dict[str, list[Device]] = {}
    for device in network.devices.values():
        into = housed if device.home == device.site else located
        into.setdefault(device.site, []).append(device)
    return {**located, **housed}
