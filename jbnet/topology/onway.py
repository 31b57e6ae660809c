"""What lies on the way: for every site, what alone can cut it from a place such as the second data centre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jbnet.model.network import Network
from jbnet.topology.failures import each
from jbnet.topology.graph import FailureSet
from jbnet.topology.layers import Layers
from jbnet.topology.losses import Losses
from jbnet.topology.state import State

ASKED = ("location", "site", "device", "circuit", "srlg", "underlay", "carrier")


@dataclass(frozen=True, slots=True, order=True)
class Bottleneck:
    """Something that a way cannot do without: the kind as in ``jbnet whatif --fail``, and the name."""

    kind: str
    name: str


def bottlenecks(network: Network, place: str, kinds: Iterable[str] = ASKED) -> Mapping[str, tuple[Bottleneck, ...]]:
    """Return for every site what alone, failing, cuts all of it from a location (or site) as routing has it.

    ``location:core`` among those of a prefecture means: it reaches the place only through the core. The site
    itself, its own devices and the place's own are named too. Sites that do not reach the place at all are not in
    the result. Raises KeyError where nothing of the network is housed at the place.
    """
    layers = Layers(network)
    ends = layers.members[place]
    whole = State(layers)
    losses = Losses(layers, whole, ends)
    found: dict[str, list[Bottleneck]] = {site: [] for site in _reaching(layers, losses, ends, network)}
    for kind in kinds:
        for name, failure in each(network, kind):
            for site in _lost(layers, losses, whole, ends, failure):
                if site in found:
                    found[site].append(Bottleneck(kind, name))
    return {site: tuple(points) for site, points in found.items()}


def _reaching(layers: Layers, losses: Losses, ends: Iterable[int], network: Network) -> Iterable[str]:
    reached = set().union(*(losses.before_at(end) for end in ends))
    return (home for home, members in layers.members.items() if home in network.sites and reached.intersection(members))


def _lost(layers: Layers, losses: Losses, whole: State, ends: Iterable[int], failure: FailureSet) -> Iterable[str]:
    """Return the homes of which no device exchanges packets with any device of the place any more."""
    devices = frozenset(layers.number[name] for name in failure.devices)
    circuits = frozenset(layers.circuit_number[name] for name in failure.circuits)
    loss = losses.of(State(layers, devices, circuits, whole))
    ends = tuple(ends)
    touched = {device for end in ends for device in loss.hosts[end]}
    for home in dict.fromkeys(layers.homes[device] for device in sorted(touched)):
        members = layers.members[home]
        if all(
            m not in loss.gained[e] and (m in loss.hosts[e] or m not in losses.before_at(e))
            for m in members
            for e in ends
        ):
            yield home
