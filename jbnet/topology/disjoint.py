"""Routes that share nothing: no device but the goal, no circuit, no shared risk. They are what two witnesses need.

A positive observation counts as proof over disjoint declared paths from two vantages. Disjoint in devices and
circuits alone is a flow (Menger's theorem); disjoint in shared risks too is not, so that routes of the first
start are tried from the shortest on, and those of the others must do with what is left.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import networkx as nx

from jbnet.model.network import Network
from jbnet.topology.graph import FailureSet, build, expand, fail

TRIED = 500
"""Routes of one start that are tried at most before the answer is no."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route from a start to a goal, ends included; ``srlgs`` are the shared risks of its circuits."""

    devices: tuple[str, ...]
    circuits: tuple[str, ...]
    srlgs: frozenset[str]


def disjoint(
    network: Network, starts: Sequence[str], goal: str, *, failure: FailureSet | None = None
) -> tuple[Route, ...]:
    """Return one route per start, none of which shares a device, a circuit or a shared risk with another.

    The goal is the one device that all have in common. An empty result: there are none (or none among the first
    ``TRIED`` of a start), or a start is named twice. Raises UsageError for unknown names.
    """
    asked = FailureSet.of(devices=[*starts, goal])
    expand(network, asked)
    whole = build(network)
    left = fail(whole, expand(network, failure)) if failure is not None else whole
    inner = left.inner
    if len(set(starts)) < len(starts) or not all(device in inner for device in (*starts, goal)):
        return ()
    if not _flows(inner, starts, goal):
        return ()
    return _search(network, inner, list(starts), goal) or ()


def _flows(inner: nx.MultiGraph[str], starts: Sequence[str], goal: str) -> bool:
    """Say whether there are routes without a common device, shared risks aside: one flow answers that."""
    split: nx.DiGraph[object] = nx.DiGraph()
    for device in inner:
        split.add_edge((device, "in"), (device, "out"), capacity=len(starts) if device == goal else 1)
    for one, other in inner.edges():
        split.add_edge((one, "out"), (other, "in"), capacity=1)
        split.add_edge((other, "out"), (one, "in"), capacity=1)
    for start in starts:
        split.add_edge("source", (start, "in"), capacity=1)
    return bool(nx.maximum_flow_value(split, "source", (goal, "out")) == len(starts))


def _search(network: Network, inner: nx.MultiGraph[str], starts: list[str], goal: str) -> tuple[Route, ...] | None:
    """Return routes for all starts, the first as short as the others allow; None where there are none."""
    if not starts:
        return ()
    first, *rest = starts
    for route in islice(_routes(network, inner, first, goal, rest), TRIED):
        others = _search(network, _without(network, inner, route, goal), rest, goal)
        if others is not None:
            return (route, *others)
    return None


def _routes(
    network: Network, inner: nx.MultiGraph[str], start: str, goal: str, others: Collection[str]
) -> Iterator[Route]:
    """Yield the routes of one start, the shortest first; other starts are no thoroughfare."""
    if start == goal:
        yield Route((goal,), (), frozenset())
        return
    plain: nx.Graph[str] = nx.Graph(inner)
    plain.remove_nodes_from([other for other in others if other in plain and other != goal])
    if start not in plain or goal not in plain or not nx.has_path(plain, start, goal):
        return
    for devices in nx.shortest_simple_paths(plain, start, goal):
        yield from _over_circuits(network, inner, tuple(devices))


def _over_circuits(network: Network, inner: nx.MultiGraph[str], devices: tuple[str, ...]) -> Iterator[Route]:
    """Yield a route over these devices; where two are joined by several circuits, one with each in turn."""
    choices = [sorted(inner[one][other]) for one, other in pairwise(devices)]
    most = max((len(choice) for choice in choices), default=1)
    for turn in range(most):
        circuits = tuple(choice[min(turn, len(choice) - 1)] for choice in choices)
        risks = frozenset(risk for name in circuits for risk in network.circuits[name].srlgs)
        yield Route(devices, circuits, risks)


def _without(network: Network, inner: nx.MultiGraph[str], route: Route, goal: str) -> nx.MultiGraph[str]:
    """Return the graph without what a route takes."""
    left = inner.copy()
    left.remove_nodes_from([device for device in route.devices if device != goal])
    shared = [
        (one, other, name)
        for one, other, name in left.edges(keys=True)
        if name in route.circuits or not route.srlgs.isdisjoint(network.circuits[name].srlgs)
    ]
    left.remove_edges_from(shared)
    return left
