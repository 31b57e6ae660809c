"""Targets of availability, and what a supplier owes where one is missed: the arithmetic, for one account of time.

What nobody saw speaks for the supplier: a target is missed only where it is so with all unknown time counted as up. It
is met where it is so with all unknown time counted as down, or where what was seen meets it and little was not seen.
In between nobody can say. Announced work is left out, as in ``Account.availability``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from jbnet.model.levels import Level
from jbnet.monitor.availability import ZERO, Account

_FEN = Decimal("0.01")


class Verdict(StrEnum):
    """Whether a target was reached. ``unknown``: too much time was seen by nobody."""

    MET = "met"
    UNKNOWN = "unknown"
    MISSED = "missed"


_WORST = (Verdict.MISSED, Verdict.UNKNOWN, Verdict.MET)


def worst(verdicts: frozenset[Verdict]) -> Verdict:
    """Return the worst of several; of none: met."""
    return next((verdict for verdict in _WORST if verdict in verdicts), Verdict.MET)


@dataclass(frozen=True, slots=True)
class Tier:
    """What is owed where availability is below a share: a part of a month's cost, and so often the cost of lost time.

    ``part`` is a share of the monthly cost; ``times`` the multiple of what the lost time costs pro rata.
    """

    below: Fraction
    part: Fraction = Fraction(0)
    times: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be available, and how much of the time: ``wanted`` is a share of 1.

    It holds for each site of ``levels``, each of ``services`` over all its sites, and each circuit of ``carriers`` and
    of ``circuits``. ``tiers``: what is owed for a circuit, the highest that applies, and never more than ``cap`` of its
    monthly cost. ``most_unknown`` is the share of time above which what was seen says nothing of the rest.
    """

    name: str
    wanted: Fraction
    levels: frozenset[Level] = frozenset()
    services: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()
    circuits: frozenset[str] = frozenset()
    tiers: tuple[Tier, ...] = ()
    cap: Fraction = Fraction(1)
    most_unknown: Fraction = Fraction(5, 100)

    @property
    def contract(self) -> bool:
        """Say whether it is one with a carrier: it has circuits."""
        return bool(self.carriers or self.circuits)


@dataclass(frozen=True, slots=True)
class Judgement:
    """How an account of time stands against a target.

    ``over`` is what was lost beyond what the target allows, ``left`` what may still be lost (one of them is zero).
    ``owed`` is in yuan; None: nothing was agreed, or the cost is not known.
    """

    verdict: Verdict
    over: timedelta
    left: timedelta
    owed: Decimal | None = None


def judge(account: Account, target: Target, month: timedelta, monthly_cost: int | None = None) -> Judgement:
    """Return how a subject stands. ``month`` is what ``monthly_cost`` (yuan) pays for."""
    counted = account.up + account.down + account.unknown
    allowed = _times(counted, 1 - target.wanted)
    over = account.down - allowed
    verdict = _verdict(account, target)
    owed = _owed(account, target, month, monthly_cost) if target.tiers and monthly_cost is not None else None
    return Judgement(verdict, max(ZERO, over), max(ZERO, -over), owed)


def proven(account: Account) -> Fraction:
    """Return the availability if all that nobody saw was up: no worse can be proved. Of no time: 1."""
    return 1 - _share(account.down, account.up + account.down + account.unknown)


def share_of(part: timedelta, account: Account) -> float | None:
    """Return a part of an account's time as a share of all that counts; None: none does."""
    return float(_share(part, account.due)) if account.due else None


def _verdict(account: Account, target: Target) -> Verdict:
    if proven(account) < target.wanted:
        return Verdict.MISSED
    counted = account.up + account.down + account.unknown
    if not counted or _share(account.up, counted) >= target.wanted:
        return Verdict.MET
    known = account.up + account.down
    if not known or _share(account.unknown, counted) > target.most_unknown:
        return Verdict.UNKNOWN
    return Verdict.MET if _share(account.up, known) >= target.wanted else Verdict.UNKNOWN


def _owed(account: Account, target: Target, month: timedelta, monthly_cost: int) -> Decimal:
    """Return what is owed by the highest tier that applies, up to the cap."""
    reached = proven(account)
    lost = _share(account.down, month)
    shares = [tier.part + tier.times * lost for tier in target.tiers if reached < tier.below]
    owed = min(target.cap, max(shares, default=Fraction(0))) * monthly_cost
    return (Decimal(owed.numerator) / Decimal(owed.denominator)).quantize(_FEN, ROUND_HALF_UP)


def _share(part: timedelta, whole: timedelta) -> Fraction:
    return Fraction(_micros(part), _micros(whole)) if whole else Fraction(0)


def _times(time: timedelta, share: Fraction) -> timedelta:
    """Return a share of a time, to the microsecond below."""
    return timedelta(microseconds=int(_micros(time) * share))


def _micros(time: timedelta) -> int:
    return time // timedelta(microseconds=1)
