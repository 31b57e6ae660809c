"""The declared network as a graph: devices are nodes, circuits are edges; failures take some away.

How a site is homed follows from its circuits alone, never from its administrative parent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

from jbnet.model.errors import UsageError
from jbnet.model.network import Circuit, CircuitRole, Line, Network
from jbnet.model.text import text

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True)
class Edge:
    """A circuit between two devices; ``a`` is the end nearer to the core."""

    circuit: str
    a: str
    z: str
    backup: bool = False

    def other(self, device: str) -> str:
        """Return the device at the other end."""
        return self.z if device == self.a else self.a


@dataclass(frozen=True, slots=True)
class FailureSet:
    """What fails together, by name. A site (or location, or peer) stands for the devices that it houses.

    A carrier stands for the circuits and lines that it leases out, an underlay for the circuits that it carries,
    premises for the line that joins them. ``silent`` are circuits that carry nothing while the ports at both ends stay
    up, as leased lines fail; of ``circuits`` the ports go down.
    """

    circuits: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    srlgs: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()
    underlays: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    premises: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        circuits: Iterable[str] = (),
        devices: Iterable[str] = (),
        sites: Iterable[str] = (),
        srlgs: Iterable[str] = (),
        **others: Iterable[str],
    ) -> FailureSet:
        """Build a set from any iterables of names; ``others`` are carriers, underlays, lines, premises and silent."""
        named = {kind: frozenset(names) for kind, names in others.items()}
        return cls(frozenset(circuits), frozenset(devices), frozenset(sites), frozenset(srlgs), **named)

    def __or__(self, other: FailureSet) -> FailureSet:
        """Return all that fails with either."""
        return FailureSet(*(getattr(self, f.name) | getattr(other, f.name) for f in fields(self)))


class Graph:
    """A typed view of a ``networkx.MultiGraph``: nodes are device names, edge keys are circuit names.

    ``roots`` are the devices of the core: the top of the tree of uplinks. Never modified once built.
    """

    def __init__(self, inner: nx.MultiGraph[str], roots: frozenset[str]):
        self.inner = inner
        self.roots = roots

    @property
    def devices(self) -> Iterable[str]:
        """Return the device names, in the order of the declaration."""
        return self.inner.nodes

    @cached_property
    def edges(self) -> Mapping[str, Edge]:
        """Return the edges by circuit name."""
        found: dict[str, Edge] = {}
        for _, _, circuit, data in self.inner.edges(keys=True, data=True):
            found[circuit] = data["edge"]
        return found

    @cached_property
    def adjacency(self) -> Mapping[str, tuple[Edge, ...]]:
        """Return the edges at each device (a plain mapping: this is what the search loops read)."""
        found: dict[str, list[Edge]] = {device: [] for device in self.inner.nodes}
        for edge in self.edges.values():
            found[edge.a].append(edge)
            found[edge.z].append(edge)
        return {device: tuple(edges) for device, edges in found.items()}


def build(network: Network) -> Graph:
    """Return the graph of the declared network. The roots are the devices that have no uplink (peers aside)."""
    import networkx as nx  # a tenth of a second, which those who only name failures need not wait

    inner: nx.MultiGraph[str] = nx.MultiGraph()
    inner.add_nodes_from(network.devices)
    for circuit in network.circuits.values():
        edge = Edge(circuit.name, circuit.a.device, circuit.z.device, circuit.role is CircuitRole.BACKUP)
        inner.add_edge(edge.a, edge.z, key=edge.circuit, edge=edge)
    roots = frozenset(d.name for d in network.devices.values() if d.uplink is None and d.home not in network.peers)
    return Graph(inner, roots)


def expand(network: Network, failure: FailureSet) -> FailureSet:
    """Return the same failure as devices, circuits (cut, or silent) and lines alone.

    Raises UsageError for a name that the network does not know.
    """
    _require("circuit", failure.circuits, network.circuits)
    _require("circuit", failure.silent, network.circuits)
    _require("device", failure.devices, network.devices)
    if not _is_composed(failure):
        return failure
    _require_composed(network, failure)
    shared = {c.name for c in network.circuits.values() if _shares(c, failure)}
    housed = {d.name for d in network.devices.values() if d.home in failure.sites}
    offices = {network.premises[name].line for name in failure.premises}
    lines = {line.name for line in lines_of(network) if _shares(line, failure) or line in offices}
    cut, dead = failure.circuits | shared, failure.devices | housed
    return FailureSet(cut, dead, lines=failure.lines | lines, silent=failure.silent - cut)


def lines_of(network: Network) -> Iterator[Line]:
    """Yield the leased lines to premises and partners, which are no circuits between two devices."""
    for owner in network.premises.values():
        if owner.line is not None:
            yield owner.line
    for partner in network.peers.values():
        if partner.line is not None:
            yield partner.line


def _is_composed(failure: FailureSet) -> bool:
    return bool(
        failure.sites or failure.srlgs or failure.carriers or failure.underlays or failure.lines or failure.premises
    )


def _require_composed(network: Network, failure: FailureSet) -> None:
    homes = {d.home for d in network.devices.values()}
    _require("site", failure.sites, {*network.sites, *homes, *network.peers})
    carried: list[Circuit | Line] = [*network.circuits.values(), *lines_of(network)]
    _require("shared risk", failure.srlgs, {*network.srlgs, *(s for c in carried for s in c.srlgs)})
    _require("carrier", failure.carriers, {*network.carriers, *(c.carrier for c in carried if c.carrier)})
    over = {c.underlay for c in network.circuits.values() if c.underlay}
    _require("underlay", failure.underlays, {*network.underlays, *over})
    _require("line", failure.lines, {line.name for line in lines_of(network)})
    _require("premises", failure.premises, network.premises)


def _shares(carried: Circuit | Line, failure: FailureSet) -> bool:
    """Say whether a circuit or line fails with a shared risk, its carrier or its underlay."""
    under = carried.underlay if isinstance(carried, Circuit) else None
    return (
        carried.carrier in failure.carriers or under in failure.underlays or not failure.srlgs.isdisjoint(carried.srlgs)
    )


def fail(graph: Graph, failure: FailureSet) -> Graph:
    """Return the graph without what failed. ``failure`` is expanded: sites and shared risks are not looked at."""
    inner = graph.inner.copy()
    edges = graph.edges
    for edge in (edges[circuit] for circuit in failure.circuits | failure.silent if circuit in edges):
        inner.remove_edge(edge.a, edge.z, key=edge.circuit)
    inner.remove_nodes_from(failure.devices)
    return Graph(inner, graph.roots - failure.devices)


def _nearest(name: str, known: Iterable[str]) -> str:
    return ", ".join(get_close_matches(name, sorted(known), n=3))


def _require(kind: str, names: Iterable[str], known: Collection[str]) -> None:
    for name in sorted(name for name in names if name not in known):
        like = _nearest(name, known)
        hint = text("did you mean {like}?", like=like) if like else None
        raise UsageError("there is no {kind} {name!r} in the network", kind=kind, name=name, hint=hint)
