"""A carrier's month: each outage with what of it counts, and each line with its sums, its target and what is owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from jbnet.model.network import Circuit, Network
from jbnet.monitor.availability import Account, spent
from jbnet.monitor.sla import Period
from jbnet.monitor.sla_targets import Group, Part, Standing
from jbnet.monitor.spells import Loss, Spell, SpellKind
from jbnet.monitor.targets import Target

_LEAST = timedelta(seconds=1)
"""What an outage lasts at least."""
_PAUSE = timedelta(seconds=5)
"""Spells of one incident that are no further apart are one outage: the line was not back for good."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One outage from ``begins`` to ``ends``: ``account.down`` counts; maintenance and unknown time in it does not."""

    circuit: Circuit
    begins: datetime
    ends: datetime
    incident: str
    account: Account


@dataclass(frozen=True, slots=True)
class LineSum:
    """A line over the whole period. ``target`` and ``part`` are None where none was agreed for it."""

    circuit: Circuit
    account: Account
    outages: int
    target: Target | None = None
    part: Part | None = None

    @property
    def owed(self) -> Decimal | None:
        """Return what is owed for it in yuan; None: nothing was agreed, or its cost is not known."""
        return self.part.judgement.owed if self.part is not None else None


@dataclass(frozen=True, slots=True)
class Claim:
    """What a carrier is told of a month. ``lines`` are those that had an outage or missed their target."""

    outages: tuple[Claimed, ...]
    lines: tuple[LineSum, ...]

    @property
    def owed(self) -> Decimal | None:
        """Return the sum in yuan; None: nothing was agreed for any line, or no cost is known."""
        sums = [line.owed for line in self.lines if line.owed is not None]
        return sum(sums, Decimal(0)) if sums else None


def claim(network: Network, period: Period, carrier: str, standings: Iterable[Standing] = ()) -> Claim:
    """Return the claim for a carrier's lines. ``standings``: of the targets that hold for circuits."""
    spells, whole = period.by_name(SpellKind.CIRCUIT), [(period.begins, period.ends)]
    judged, outages, sums = _judged(standings), [], []
    for circuit in network.circuits.values():
        if circuit.carrier != carrier:
            continue
        of_line = spells[circuit.name]
        found = list(_outages(circuit, period, of_line))
        outages += found
        target, part = judged.get(circuit.name, (None, None))
        missed = part is not None and (part.judgement.over or part.judgement.owed)
        if found or missed:
            sums.append(LineSum(circuit, spent(whole, _counted(of_line, found)), len(found), target, part))
    return Claim(tuple(sorted(outages, key=lambda o: (o.begins, o.circuit.name))), tuple(sums))


def _outages(circuit: Circuit, period: Period, spells: Sequence[Spell]) -> Iterator[Claimed]:
    """Yield the outages: spells of one incident with hardly a pause between are one, and of that the pause is not down.

    Work that was announced alone is none, nor is what lasted less than a second: the looks are a second apart.
    """
    by_incident: dict[str, list[Spell]] = defaultdict(list)
    for spell in spells:
        if spell.kind is SpellKind.CIRCUIT and spell.loss is not Loss.UNKNOWN:
            by_incident[spell.incident].append(spell)
    for incident, found in by_incident.items():
        for joined in _joined(sorted(found, key=lambda s: s.begins)):
            last = joined[-1].ends or period.seen
            begins, ends = max(joined[0].begins, period.begins), min(last, period.seen, period.ends)
            if begins < ends and any(spell.loss is Loss.DOWN for spell in joined):
                account = spent([(begins, ends)], spells)
                if account.down >= _LEAST:
                    yield Claimed(circuit, begins, ends, incident, account)


def _counted(spells: Sequence[Spell], outages: Sequence[Claimed]) -> list[Spell]:
    """Return the spells without those that are down outside of all outages: a line's sum is that of its outages."""
    return [s for s in spells if s.loss is not Loss.DOWN or any(_within(s, outage) for outage in outages)]


def _within(spell: Spell, outage: Claimed) -> bool:
    ends = spell.ends
    return spell.incident == outage.incident and spell.begins < outage.ends and (ends is None or ends > outage.begins)


def _joined(spells: Sequence[Spell]) -> list[list[Spell]]:
    runs: list[list[Spell]] = []
    for spell in spells:
        if runs and (runs[-1][-1].ends is None or runs[-1][-1].ends + _PAUSE >= spell.begins):
            runs[-1].append(spell)
        else:
            runs.append([spell])
    return runs


def _judged(standings: Iterable[Standing]) -> dict[str, tuple[Target, Part]]:
    """Return the target of each line with how it stands: the one that pays before one that does not."""
    found: dict[str, tuple[Target, Part]] = {}
    for standing in standings:
        if standing.group not in (Group.CARRIER, Group.CONTRACT):
            continue
        for part in standing.parts:
            if part.name not in found or (standing.target.tiers and not found[part.name][0].tiers):
                found[part.name] = (standing.target, part)
    return found
