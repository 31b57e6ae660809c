"""Searches over the graph: what hangs together, what is protected, which way is up. All are linear or nearly so."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import cast

import networkx as nx

from jbnet.topology.disjoint import Route, disjoint
from jbnet.topology.graph import Edge, Graph

__all__ = ["Route", "Uplink", "disjoint", "protected", "reach", "uplinks"]

PRIMARY_WEIGHT = 1
BACKUP_WEIGHT = 1000
"""One backup line weighs more than any detour over primaries: a backup carries only while no primary does."""

_ROOT = ""
"""The virtual node that stands for the whole core; no device has an empty name."""


@dataclass(frozen=True, slots=True)
class Uplink:
    """How a device reaches the core: its distance (in line weights), and the edge towards the core (None: a root)."""

    distance: int
    edge: Edge | None


def reach(graph: Graph, sources: Iterable[str]) -> frozenset[str]:
    """Return all devices that are connected to a source, sources included."""
    adjacency = graph.adjacency
    seen = {source for source in sources if source in adjacency}
    queue = deque(seen)
    while queue:
        device = queue.popleft()
        for edge in adjacency[device]:
            other = edge.other(device)
            if other not in seen:
                seen.add(other)
                queue.append(other)
    return frozenset(seen)


def protected(graph: Graph) -> frozenset[str]:
    """Return the devices that no single circuit's loss cuts from the core: those in its 2-edge-connected component.

    The core's devices count as one place, whatever the lines between them.
    """
    whole = graph.inner.copy()
    for root in graph.roots:
        whole.add_edge(_ROOT, root, key="first")
        whole.add_edge(_ROOT, root, key="second")
    if _ROOT not in whole:
        return frozenset()
    # the stubs say that bridges() yields nodes; it yields pairs of nodes
    for near, far in cast("list[tuple[str, str]]", list(nx.bridges(whole))):
        whole.remove_edge(near, far)
    return frozenset(nx.node_connected_component(whole, _ROOT)) - {_ROOT}


def uplinks(graph: Graph) -> Mapping[str, Uplink]:
    """Return the tree of best paths from the core: for each connected device its way up, primaries preferred."""
    adjacency = graph.adjacency
    found: dict[str, Uplink] = {}
    heap: list[tuple[int, str, str]] = [(0, root, "") for root in sorted(graph.roots)]
    heapq.heapify(heap)
    while heap:
        distance, device, circuit = heapq.heappop(heap)
        if device in found:
            continue
        found[device] = Uplink(distance, graph.edges[circuit] if circuit else None)
        for edge in adjacency[device]:
            other = edge.other(device)
            if other not in found:
                weight = BACKUP_WEIGHT if edge.backup else PRIMARY_WEIGHT
                heapq.heappush(heap, (distance + weight, other, edge.circuit))
    return found
