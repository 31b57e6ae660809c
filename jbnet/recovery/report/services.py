"""What an execution meant for the business services: the worst of the databases that each of them needs."""

from __future__ import annotations

from collections.abc import Sequence

from jbnet.model.network import Network, Service
from jbnet.recovery.report.nouns import Basis, DatabaseResult, Reached, ServiceResult


def service_results(network: Network, databases: Sequence[DatabaseResult]) -> tuple[ServiceResult, ...]:
    """Return the services that need any of the databases, in the order of the declaration."""
    moved = {one.name: one for one in databases}
    found = []
    for service in network.services.values():
        needed = databases_of(network, service)
        touched = [moved[name] for name in needed if name in moved]
        if touched:
            objective = service.objective
            found.append(
                ServiceResult(
                    service.name,
                    service.name_zh,
                    needed,
                    worst([one.rto for one in touched], objective.rto_s),
                    worst([one.rpo for one in touched], objective.rpo_s),
                )
            )
    return tuple(found)


def databases_of(network: Network, service: Service) -> tuple[str, ...]:
    """Return all databases that a service needs: its own, its applications', and those of the services it needs."""
    found: dict[str, None] = {}
    waiting, seen = [service.name], set[str]()
    while waiting:
        name = waiting.pop(0)
        one = network.services.get(name)
        if one is None or name in seen:
            continue
        seen.add(name)
        found |= dict.fromkeys(one.databases)
        for app in one.applications:
            if app in network.applications:
                found |= dict.fromkeys(network.applications[app].databases)
        waiting += one.needs
    return tuple(found)


def worst(reached: Sequence[Reached], objective: float | None) -> Reached:
    """Return the longest of several times. It is exact only where every one is; bounds add up as they can."""
    lost = any(one.lost for one in reached)
    if not reached:
        return Reached(objective=objective)
    exact = [one.seconds for one in reached if one.seconds is not None]
    if len(exact) == len(reached):
        longest = max(reached, key=lambda one: one.seconds or 0.0)
        return Reached(longest.seconds, basis=longest.basis, objective=objective, lost=lost)
    lows = [low for one in reached if (low := _low(one)) is not None]
    highs = [high for one in reached if (high := _high(one)) is not None]
    at_most = max(highs) if len(highs) == len(reached) else None
    open_ones = [one for one in reached if one.seconds is None]
    basis = next((one.basis for one in open_ones if one.basis is Basis.NONE), open_ones[0].basis)
    return Reached(None, max(lows, default=None), at_most, basis, objective, lost)


def _low(one: Reached) -> float | None:
    return one.seconds if one.seconds is not None else one.at_least


def _high(one: Reached) -> float | None:
    return one.seconds if one.seconds is not None else one.at_most
