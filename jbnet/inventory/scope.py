"""The part of the network that somebody sees and handles: a site and all below it, or everything (R5).

The administrative parent decides, never how a site is homed. As in selectors, a site means what it houses itself: a
location that lies in it (a data centre, the core) belongs to the backbone, and so to those who see everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from jbnet.model.network import Circuit, Network


@dataclass(frozen=True)
class Scope:
    """What belongs to a part of the network, by name.

    ``circuits`` have an end in it; ``own_circuits`` their lower end: those it may act on. ``own_srlgs`` are the risks
    that only such circuits share, ``peers`` the partners that are handed over at one of its sites. ``whole``: nothing
    is cut off. A part whose site is not declared (any more) is empty.
    """

    network: Network = field(repr=False, compare=False)
    whole: bool = False
    sites: frozenset[str] = frozenset()
    locations: frozenset[str] = frozenset()
    peers: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    circuits: frozenset[str] = frozenset()
    own_circuits: frozenset[str] = frozenset()
    own_srlgs: frozenset[str] = frozenset()
    premises: frozenset[str] = frozenset()

    @classmethod
    def of(cls, network: Network, subtree: str | None) -> Scope:
        """Return the scope of a site (by name or code) and all below it; None: of the whole network.

        The top of the only tree is the whole network, too. A site that is not declared has an empty scope.
        """
        sites = frozenset(network.sites) if subtree is None else frozenset(_below(network, subtree))
        whole = subtree is None or (bool(sites) and len(sites) == len(network.sites))
        locations = frozenset(network.locations) if whole else frozenset()
        peers = frozenset(p.name for p in network.peers.values() if whole or p.site in sites)
        homes = sites | locations | (frozenset(network.peers) if whole else frozenset())
        devices = frozenset(d.name for d in network.devices.values() if whole or d.home in homes)
        own = frozenset(c.name for c in network.circuits.values() if c.z.device in devices)
        return cls(
            network,
            whole,
            sites,
            locations,
            peers,
            devices,
            frozenset(c.name for c in network.circuits.values() if _touches(c, devices)),
            own,
            frozenset(_all_within(network, own)),
            frozenset(p.name for p in network.premises.values() if p.site in sites),
        )

    def sees_site(self, name: str) -> bool:
        """Say whether a site belongs to it."""
        return name in self.sites

    def sees_device(self, name: str) -> bool:
        """Say whether a device belongs to it."""
        return name in self.devices

    def sees_circuit(self, name: str) -> bool:
        """Say whether a circuit has an end in it."""
        return name in self.circuits

    def sees_home(self, name: str) -> bool:
        """Say whether a site, location or peer of that name belongs to it."""
        return self._every(name, {**self._sites, **self._around})

    def sees_named(self, name: str) -> bool:
        """Say whether all that is declared by a name belongs to it: device, circuit, site, location, peer, office."""
        return self._every(name, {**self._sites, **self._around, **self._things})

    def owns_named(self, name: str) -> bool:
        """Say the same, where of a circuit the lower end has to."""
        circuits = {"circuits": (self.network.circuits, self.own_circuits)}
        return self._every(name, {**self._sites, **self._around, **self._things, **circuits})

    @property
    def _sites(self) -> Parts:
        return {"sites": (self.network.sites, self.sites)}

    @property
    def _around(self) -> Parts:
        network = self.network
        return {"locations": (network.locations, self.locations), "peers": (network.peers, self.peers)}

    @property
    def _things(self) -> Parts:
        network = self.network
        return {
            "devices": (network.devices, self.devices),
            "circuits": (network.circuits, self.circuits),
            "premises": (network.premises, self.premises),
        }

    def _every(self, name: str, parts: Parts) -> bool:
        """Say whether something is declared by a name, and all of that is in the scope. ``whole``: anything is."""
        found = [name in mine for declared, mine in parts.values() if name in declared]
        return self.whole or (bool(found) and all(found))


Parts = Mapping[str, tuple[Mapping[str, object], frozenset[str]]]
"""By kind: what is declared, and what of it is in the scope."""


def subtree_site(network: Network, said: str) -> str | None:
    """Return the name of the site that a name or code means; None: there is none."""
    if said in network.sites:
        return said
    return next((site.name for site in network.sites.values() if site.code == said), None)


def _below(network: Network, subtree: str) -> Iterator[str]:
    """Yield a site and all below it, whatever the order of the declaration."""
    root = subtree_site(network, subtree)
    if root is None:
        return
    children: dict[str, list[str]] = {}
    for site in network.sites.values():
        if site.parent is not None:
            children.setdefault(site.parent, []).append(site.name)
    todo, seen = [root], {root}
    while todo:
        name = todo.pop()
        yield name
        fresh = [child for child in children.get(name, ()) if child not in seen]
        seen.update(fresh)
        todo.extend(fresh)


def _touches(circuit: Circuit, devices: frozenset[str]) -> bool:
    return circuit.a.device in devices or circuit.z.device in devices


def _all_within(network: Network, own: frozenset[str]) -> Iterator[str]:
    """Yield the shared risks of which every circuit is one of these, and there is one."""
    members: dict[str, list[str]] = {}
    for circuit in network.circuits.values():
        for risk in circuit.srlgs:
            members.setdefault(risk, []).append(circuit.name)
    yield from (risk for risk, circuits in members.items() if own.issuperset(circuits))
