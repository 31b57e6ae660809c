"""Availability of sites, levels, carriers and services over a period, and what a carrier owes an account of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from jbnet.model.levels import Level
from jbnet.model.lines import Circuit
from jbnet.model.network import Network
from jbnet.monitor.availability import ZERO, Account, spent, total
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.hours import Hours
from jbnet.monitor.plant import Plant
from jbnet.monitor.spells import Loss, Spell, SpellKind


class By(StrEnum):
    """How availability is grouped."""

    SITE = "site"
    LEVEL = "level"
    CARRIER = "carrier"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a report: ``subjects`` is how many sites or circuits are in it."""

    name: str
    account: Account
    subjects: int


@dataclass(frozen=True, slots=True)
class Period:
    """What is accounted for: from ``begins`` up to ``ends``, by the spells that touch it.

    ``seen`` is when the monitor last looked: what comes after is unknown.
    """

    begins: datetime
    ends: datetime
    spells: Sequence[Spell]
    seen: datetime

    def by_name(self, kind: SpellKind) -> Mapping[str, list[Spell]]:
        """Return the spells of a kind by what they are about; everything has those of the watching."""
        blind = [s for s in self.spells if s.kind is SpellKind.MONITOR]
        blind.append(Spell(SpellKind.MONITOR, "", Loss.UNKNOWN, self.seen))
        found: dict[str, list[Spell]] = defaultdict(lambda: list(blind))
        for spell in self.spells:
            if spell.kind is kind:
                found[spell.name].append(spell)
        return found


def report(plant: Plant, hours: Hours, period: Period, by: By) -> tuple[Line, ...]:
    """Return the lines of a report. Closed hours of places that may be dark then do not count; lines work always."""
    if by is By.SITE:
        return tuple(Line(site, account, 1) for site, account in _sites(plant, hours, period))
    if by is By.LEVEL:
        return _levels(plant, hours, period)
    return _carriers(plant.network, period) if by is By.CARRIER else _services(plant, period)


def _sites(plant: Plant, hours: Hours, period: Period) -> Iterator[tuple[str, Account]]:
    spells = period.by_name(SpellKind.SITE)
    for site in plant.sites:
        yield site, spent(hours.open_between(site, period.begins, period.ends), spells[site])


def _levels(plant: Plant, hours: Hours, period: Period) -> tuple[Line, ...]:
    found: dict[Level, list[Account]] = defaultdict(list)
    for site, account in _sites(plant, hours, period):
        found[plant.network.sites[site].level].append(account)
    return tuple(Line(level.value, total(found[level]), len(found[level])) for level in Level if level in found)


def _carriers(network: Network, period: Period) -> tuple[Line, ...]:
    spells, whole = period.by_name(SpellKind.CIRCUIT), [(period.begins, period.ends)]
    lines = []
    for carrier in network.carriers:
        circuits = [c.name for c in network.circuits.values() if c.carrier == carrier]
        if circuits:
            lines.append(Line(carrier, total(spent(whole, spells[name]) for name in circuits), len(circuits)))
    return tuple(lines)


def _services(plant: Plant, period: Period) -> tuple[Line, ...]:
    spells, whole = period.by_name(SpellKind.SERVICE), [(period.begins, period.ends)]
    lines = []
    for name, service in plant.network.services.items():
        count = sum(1 for site in plant.sites if plant.network.sites[site].level in service.levels)
        if count:
            lines.append(Line(name, spent(whole, spells[name], count), count))
    return tuple(lines)


def level_of(network: Network, cause: CauseId | None) -> str:
    """Return the level that caused something: of a circuit that of its lower end, of a device that of its site.

    Of what circuits share it is the highest of theirs.

    What stands in a location counts for the level of the site that it lies in; empty: nobody's.
    """
    if cause is None or cause.kind is CauseKind.ALARM:
        return ""
    levels = {_level_at(network, home) for home in _homes_of(network, cause)}
    return next((level.value for level in Level if level in levels), "")


def _homes_of(network: Network, cause: CauseId) -> Iterator[str]:
    """Yield where a cause lies: of circuits where their lower ends are."""
    if cause.kind is CauseKind.SITE:
        yield cause.name
    if cause.kind is CauseKind.DEVICE and cause.name in network.devices:
        yield network.devices[cause.name].home
    yield from (network.devices[circuit.z.device].home for circuit in _circuits_of(network, cause))


def _circuits_of(network: Network, cause: CauseId) -> list[Circuit]:
    circuits, name = network.circuits, cause.name
    if cause.kind is CauseKind.CIRCUIT:
        return [circuits[name]] if name in circuits else []
    if cause.kind is CauseKind.SRLG:
        return [circuit for circuit in circuits.values() if name in circuit.srlgs]
    return (
        [circuit for circuit in circuits.values() if circuit.carrier == name] if cause.kind is CauseKind.CARRIER else []
    )


def _level_at(network: Network, home: str) -> Level | None:
    location = network.locations.get(home)
    site = network.sites.get(location.site if location is not None else home)
    return site.level if site is not None else None


def charged_to_levels(network: Network, account: Account) -> Mapping[str, timedelta]:
    """Return the lost time by the level that caused it."""
    found: dict[str, timedelta] = defaultdict(lambda: ZERO)
    for (_, cause), time in account.charged.items():
        found[level_of(network, cause)] += time
    return dict(found)


def month(name: str, offset_min: int) -> tuple[datetime, datetime]:
    """Return the beginning and the end of a month such as ``2026-11``, local time. Raises ValueError."""
    zone = timezone(timedelta(minutes=offset_min))
    first = datetime.strptime(name, "%Y-%m").replace(tzinfo=zone)
    after = (first + timedelta(days=32)).replace(day=1)
    return first, after
