"""From what a look at readiness found to what the monitor takes in: what is not green, and what may explain it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from jbnet.model.network import Network
from jbnet.monitor.alarms import Severity
from jbnet.monitor.probing_results import Probed
from jbnet.monitor.ready_results import Unready, look_of
from jbnet.monitor.self_watch import SELF
from jbnet.recovery.plan import RecoveryPlan
from jbnet.recovery.readiness import Check, Level, Question, Result
from jbnet.recovery.readiness_follow import Weight, following, is_symptom, weight

SEVERITIES = {
    Weight.GRAVE: Severity.CRITICAL, Weight.MOVE: Severity.MAJOR, Weight.LESS: Severity.MINOR,
    Weight.AWAY: Severity.WARNING,
}  # fmt: skip
OF_HOST = frozenset({Check.FENCE, Check.VANTAGES, Check.HOST})
"""Checks that say the same of every database of a host: one alarm for all."""
NOBODY = "-"
"""The subject of a check that is about nothing by name."""


def records(network: Network, plan: RecoveryPlan, results: Sequence[Result]) -> tuple[Probed, ...]:
    """Return a look as the monitor records it."""
    after = following(results)
    found = [
        replace(_unready(network, plan, result), follows=place in after)
        for place, result in enumerate(results)
        if result.level is not Level.GREEN
    ]
    return look_of(len(results), _worst_of_each(found))


def _worst_of_each(found: Iterable[Unready]) -> Iterable[Unready]:
    """Return one of each name, the worst: several databases of a host may say the same of it."""
    order = ("amber", "unknown", "red")
    worst: dict[tuple[str, str, str], Unready] = {}
    for one in found:
        key = (one.check, one.device, one.part)
        known = worst.get(key)
        if known is None or (order.index(known.level), not known.follows) < (order.index(one.level), not one.follows):
            worst[key] = one
    return worst.values()


def _unready(network: Network, plan: RecoveryPlan, result: Result) -> Unready:
    device, part = _named(network, result)
    return Unready(
        result.check.value,
        device,
        part,
        result.level.value,
        SEVERITIES[weight(result.check)],
        result.expected,
        result.found,
        result.advice,
        _rests_on(network, plan, result) if is_symptom(result) else (),
        counts=result.check is not Check.APPLICATION and (result.looked or _needed(result)),
    )


def _needed(result: Result) -> bool:
    """Say whether something rests on it: one of the two answers, or what a failover would lose."""
    return any(result.serves(question) for question in Question) or weight(result.check) is not Weight.LESS


def _named(network: Network, result: Result) -> tuple[str, str]:
    """Return device and part: the host that it is about, else the one on which its database is declared to lead."""
    part = "" if result.check in OF_HOST else result.database or ""
    if result.subject in network.devices:
        return result.subject, part
    database = network.databases.get(result.database or "")
    if database is not None:
        return database.primary, part
    return SELF, "" if result.subject == NOBODY else result.subject


def _rests_on(network: Network, plan: RecoveryPlan, result: Result) -> tuple[str, ...]:
    """Return the devices of which a known fault explains what a check came to."""
    found: list[str] = [result.subject]
    database = network.databases.get(result.database or "")
    if database is not None:
        found += database.hosts
    if result.check in (Check.FENCE, Check.FILTER, Check.VANTAGES):
        fence = plan.fences.get(result.subject)
        found += [*(r for ring in fence.rings for r in ring), *fence.vantages] if fence is not None else []
    if result.check is Check.LEASE and plan.lease is not None:
        found += plan.lease.members
    if result.check is Check.APPLICATION and result.subject in network.applications:
        found += network.applications[result.subject].hosts
    return tuple(dict.fromkeys(name for name in found if name in network.devices))
