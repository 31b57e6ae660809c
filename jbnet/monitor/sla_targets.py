"""Who stands how against the targets of a network, over a period: sites, services, lines, and whole contracts.

A target holds for each site and each line by itself: one that had a bad month is not made good by others. What is said
of a group (a level, a carrier, a contract) is the worst of its parts, with the sums of what was lost and is owed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum

from jbnet.model.levels import Level
from jbnet.model.network import Network
from jbnet.monitor.availability import ZERO, Account, spent, total
from jbnet.monitor.hours import Hours
from jbnet.monitor.plant import Plant
from jbnet.monitor.sla import By, Period, report
from jbnet.monitor.spells import SpellKind
from jbnet.monitor.targets import Judgement, Target, Verdict, judge, worst


class Group(StrEnum):
    """What the parts of a standing have in common."""

    LEVEL = "level"
    SERVICE = "service"
    CARRIER = "carrier"
    CONTRACT = "contract"
    """Circuits that a target names one by one, or all of a contract together."""


@dataclass(frozen=True, slots=True)
class Part:
    """A site, a circuit, or a service as a whole. ``monthly_cost`` is in yuan (None: no circuit, or not known)."""

    name: str
    account: Account
    judgement: Judgement
    monthly_cost: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands against a target. ``name`` is that of the level, service, carrier or contract."""

    target: Target
    group: Group
    name: str
    parts: tuple[Part, ...]

    @property
    def verdict(self) -> Verdict:
        """Return the worst verdict of the parts."""
        return worst(frozenset(part.judgement.verdict for part in self.parts))

    @property
    def account(self) -> Account:
        """Return how the time of all parts was spent."""
        return total(part.account for part in self.parts)

    @property
    def over(self) -> timedelta:
        """Return what was lost beyond what is allowed, of all parts."""
        return sum((part.judgement.over for part in self.parts), ZERO)

    @property
    def owed(self) -> Decimal | None:
        """Return the sum that is owed in yuan; None: nothing was agreed, or no cost is known."""
        sums = [part.judgement.owed for part in self.parts if part.judgement.owed is not None]
        return sum(sums, Decimal(0)) if sums else None

    def count(self, verdict: Verdict) -> int:
        """Return the number of parts with a verdict."""
        return sum(1 for part in self.parts if part.judgement.verdict is verdict)

    @property
    def unpriced(self) -> int:
        """Return for how many lines nothing can be owed because their cost is not known."""
        return sum(1 for part in self.parts if self.target.tiers and part.monthly_cost is None)


def standings(
    plant: Plant, hours: Hours, period: Period, targets: Iterable[Target], month: timedelta
) -> tuple[Standing, ...]:
    """Return every group of every target. ``month`` is what a line's monthly cost pays for: a whole month's length."""
    found = _Standings(plant, hours, period, month)
    return tuple(standing for target in targets for standing in found.of(target))


def contracts(found: Iterable[Standing]) -> tuple[Standing, ...]:
    """Return the contracts among standings, each with all its lines."""
    merged: dict[str, Standing] = {}
    for one in found:
        if one.group in (Group.CARRIER, Group.CONTRACT):
            before = merged.get(one.target.name)
            parts = {part.name: part for part in (*(before.parts if before else ()), *one.parts)}
            merged[one.target.name] = Standing(one.target, Group.CONTRACT, one.target.name, tuple(parts.values()))
    return tuple(merged.values())


class _Standings:
    """The accounts of a period, each worked out once and only if a target asks for it."""

    def __init__(self, plant: Plant, hours: Hours, period: Period, month: timedelta):
        self._plant, self._hours, self._period, self._month = plant, hours, period, month
        self._made: dict[By, Mapping[str, Account]] = {}
        self._lines = period.by_name(SpellKind.CIRCUIT)

    def of(self, target: Target) -> Iterator[Standing]:
        network = self._plant.network
        for level in Level:
            if level in target.levels:
                yield Standing(target, Group.LEVEL, level.value, tuple(self._sites(target, level)))
        for service in network.services:
            if service in target.services and service in self._accounts(By.SERVICE):
                account = self._accounts(By.SERVICE)[service]
                yield Standing(target, Group.SERVICE, service, (Part(service, account, self._judged(account, target)),))
        for carrier in network.carriers:
            if carrier in target.carriers:
                yield Standing(target, Group.CARRIER, carrier, self._circuits(target, lines_of(network, carrier)))
        if target.circuits:
            named = [name for name in network.circuits if name in target.circuits]
            yield Standing(target, Group.CONTRACT, target.name, self._circuits(target, named))

    def _sites(self, target: Target, level: Level) -> Iterator[Part]:
        for site, account in self._accounts(By.SITE).items():
            if self._plant.network.sites[site].level is level:
                yield Part(site, account, self._judged(account, target))

    def _circuits(self, target: Target, names: Sequence[str]) -> tuple[Part, ...]:
        whole, parts = [(self._period.begins, self._period.ends)], []
        for name in names:
            cost, account = self._plant.network.circuits[name].monthly_cost, spent(whole, self._lines[name])
            parts.append(Part(name, account, self._judged(account, target, cost), cost))
        return tuple(parts)

    def _judged(self, account: Account, target: Target, cost: int | None = None) -> Judgement:
        return judge(account, target, self._month, cost)

    def _accounts(self, by: By) -> Mapping[str, Account]:
        if by not in self._made:
            lines = report(self._plant, self._hours, self._period, by)
            self._made[by] = {line.name: line.account for line in lines}
        return self._made[by]


def lines_of(network: Network, carrier: str) -> list[str]:
    """Return the names of a carrier's circuits."""
    return [circuit.name for circuit in network.circuits.values() if circuit.carrier == carrier]
