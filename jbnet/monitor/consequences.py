"""What the causes mean for sites: who is cut off, who lost redundancy, who runs on a backup line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jbnet.monitor.causes import Cause, CauseId, CauseKind, View
from jbnet.monitor.plant import Plant
from jbnet.topology.graph import FailureSet, Graph, fail
from jbnet.topology.impact import moved_to_backup
from jbnet.topology.paths import protected, reach, uplinks


@dataclass(frozen=True, slots=True)
class Consequence:
    """What one cause adds to those before it: sites that lost redundancy, homes that moved to a backup line."""

    degraded: tuple[str, ...] = ()
    on_backup: tuple[str, ...] = ()


NOTHING = Consequence()


def consequences(plant: Plant, causes: Iterable[CauseId]) -> Mapping[CauseId, Consequence]:
    """Return what each cause adds, in the given order (oldest first).

    A cause outside the protected part of the graph takes no redundancy away, since there was none: it costs
    nothing here. That keeps hundreds of dead townships from costing hundreds of searches.
    """
    graph = plant.graph
    safe = protected(graph)
    found: dict[CauseId, Consequence] = {}
    for cause in causes:
        found[cause] = NOTHING
        if _matters(graph, cause, safe):
            after = fail(graph, failure_of(cause))
            still_safe = protected(after)
            found[cause] = _difference(plant, graph, after, safe - still_safe)
            graph, safe = after, still_safe
    return found


def failure_of(cause: CauseId) -> FailureSet:
    """Return the failure that a cause stands for."""
    if cause.kind is CauseKind.CIRCUIT:
        return FailureSet.of(circuits=[cause.name])
    return FailureSet.of(devices=[cause.name])


def _matters(graph: Graph, cause: CauseId, safe: frozenset[str]) -> bool:
    if cause.kind is CauseKind.DEVICE:
        return cause.name in safe and cause.name in graph.adjacency
    edge = graph.edges.get(cause.name)
    return edge is not None and edge.a in safe and edge.z in safe


def _difference(plant: Plant, before: Graph, after: Graph, weakened: frozenset[str]) -> Consequence:
    connected = reach(after, after.roots)
    degraded = tuple(
        home
        for home, devices in plant.homes.items()
        if home in plant.network.sites and weakened.intersection(devices) and connected.intersection(devices)
    )
    return Consequence(degraded, moved_to_backup(plant.homes, uplinks(before), uplinks(after)))


def cut_off(view: View, causes: Iterable[Cause]) -> Mapping[CauseId, tuple[str, ...]]:
    """Return the sites that each cause cuts off: none of a site's watched devices answers.

    A site whose devices went silent for different causes counts for the one that silenced the last of them.
    """
    blamed = {device: cause.id for cause in causes for device in cause.devices}
    found: dict[CauseId, list[str]] = {}
    for site in _sites_of(view, blamed):
        devices = [d for d in view.plant.homes[site] if d in view.plant.watched]
        if all(d in blamed and not view.alive(d) for d in devices):
            last = max(devices, key=lambda d: (view.silent_since(d), d))
            found.setdefault(blamed[last], []).append(site)
    return {cause: tuple(sites) for cause, sites in found.items()}


def _sites_of(view: View, devices: Iterable[str]) -> Iterable[str]:
    network = view.plant.network
    homes = (network.devices[device].home for device in devices)
    return dict.fromkeys(home for home in homes if home in network.sites)
