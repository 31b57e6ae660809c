"""Which failures explain what is seen, by brute force: every one is tried, and what would be seen then is worked out.

Independent of ``jbnet.monitor``: who is reached follows from the routers' configurations, packet by packet
(``forwarding_oracle``); what an agent reports follows from its ports. Nothing is remembered, nothing is timed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from forwarding_oracle import Oracle

from jbnet.model.network import Network, Status


@dataclass(frozen=True, slots=True)
class Broken:
    """What is broken. ``down``: lines without carrier; ``silent``: lines that lose frames, in one direction or both,
    with ports that stay up; ``dead``: devices without power whose neighbours' ports stay up."""

    down: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    dead: frozenset[str] = frozenset()

    def __or__(self, other: Broken) -> Broken:
        return Broken(self.down | other.down, self.silent | other.silent, self.dead | other.dead)


@dataclass(frozen=True, slots=True)
class Seen:
    """What somebody in the NOC sees: who answers, and which ports and neighbours those who answer report as gone."""

    answering: frozenset[str]
    ports: frozenset[tuple[str, str]]
    neighbours: frozenset[tuple[str, str]]


Root = tuple[str, str]
"""``circuit`` or ``device``, and its name."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that may have happened."""

    root: Root
    broken: Broken


class Silent(Oracle):
    """Routing with lines that carry nothing while their ports stay up."""

    def __init__(self, network: Network, broken: Broken):
        self.still_up = broken.silent
        super().__init__(network, broken.dead, broken.down | broken.silent)

    def _up(self, device: str, port: str) -> bool:
        circuit = self.network.devices[device].interface(port).circuit
        return circuit is None or circuit not in self.cut or circuit in self.still_up


class Explainer:
    """Explains what is seen of one network from one place."""

    def __init__(self, network: Network, origin: str):
        self.network, self.origin = network, origin
        self.watched = frozenset(d.name for d in network.devices.values() if self._is_watched(d.name))
        self.lines: dict[str, set[str]] = {name: set() for name in network.devices}
        for circuit in network.circuits.values():
            self.lines[circuit.a.device].add(circuit.name)
            self.lines[circuit.z.device].add(circuit.name)
        self.look = lru_cache(maxsize=None)(self._look)

    def _is_watched(self, name: str) -> bool:
        role = self.network.roles[self.network.devices[name].role]
        site = self.network.sites.get(self.network.devices[name].home)
        return role.monitored and role.snmp is not None and (site is None or site.status is Status.ACTIVE)

    def _look(self, broken: Broken) -> Seen:
        """Return what is seen when this is broken."""
        routing = Silent(self.network, broken)
        answering = frozenset(d for d in self.watched if routing.exchanges(self.origin, d))
        ports, neighbours = set(), set()
        for circuit in self.network.circuits.values():
            ends = (circuit.a, circuit.z)
            mute = circuit.name in broken.down | broken.silent or {e.device for e in ends} & broken.dead
            for here, there in (ends, ends[::-1]):
                if here.device in answering and circuit.name in broken.down:
                    ports.add((here.device, here.interface))
                if here.device in answering and mute and self._talks(circuit.name, here.device, there.device):
                    neighbours.add((here.device, circuit.name))
        return Seen(answering, frozenset(ports), frozenset(neighbours))

    def _talks(self, circuit: str, here: str, there: str) -> bool:
        """Say whether the near end expects a neighbour or a session over a line."""
        line = self.network.circuits[circuit]
        ports = [self.network.devices[e.device].interface(e.interface) for e in (line.a, line.z)]
        session = any(s.circuit == circuit and s.device == here for s in self.network.bgp_sessions)
        return session or all(p.area is not None and not p.passive for p in ports)

    def cut_off(self, broken: Broken) -> frozenset[str]:
        """Return the sites of which no watched device answers."""
        return self.dark(self.look(broken).answering)

    def dark(self, answering: frozenset[str]) -> frozenset[str]:
        homes: dict[str, set[str]] = {}
        for device in self.watched:
            homes.setdefault(self.network.devices[device].home, set()).add(device)
        for site in self.network.sites.values():  # one without equipment hangs on its gateway
            if site.name not in homes and site.gateway in self.watched and site.status is Status.ACTIVE:
                homes[site.name] = {site.gateway}
        return frozenset(h for h, held in homes.items() if h in self.network.sites and not held & answering)

    def explanations(self, seen: Seen, most: int = 3) -> list[frozenset[Root]]:
        """Return all the smallest sets of roots that look exactly so; empty: none of at most so many does.

        The neighbours' ports may go down with a device or stay up, each as it is wired. A device is blamed for ports
        that are down only where two or more of its lines are seen.
        """
        if seen == self.look(Broken()):
            return [frozenset()]
        candidates = list(self._candidates(seen))
        for size in range(1, most + 1):
            found = {
                frozenset(c.root for c in chosen)
                for chosen in combinations(candidates, size)
                if self.look(_together(chosen)) == seen
            }
            if found:
                return sorted(found, key=sorted)
        return []

    def _candidates(self, seen: Seen) -> Iterator[Candidate]:
        """Yield whatever may be part of an explanation: what is neither seen to work nor out of sight."""
        for circuit in self.network.circuits.values():
            down = [(e.device, e.interface) in seen.ports for e in (circuit.a, circuit.z) if e.device in seen.answering]
            lost = [(e.device, circuit.name) in seen.neighbours for e in (circuit.a, circuit.z)]
            if down and all(down):
                yield Candidate(("circuit", circuit.name), Broken(down=frozenset({circuit.name})))
            elif not any(down) and any(lost):
                yield Candidate(("circuit", circuit.name), Broken(silent=frozenset({circuit.name})))
        for device in sorted(self.network.devices.keys() - seen.answering - {self.origin}):
            lines = self.lines[device]
            seen_lines = {n for n in lines if self._far(n, device) in seen.answering}
            dark = frozenset(n for n in seen_lines if self._port(n, device) in seen.ports)
            if len(seen_lines) > 1 and dark:
                yield Candidate(("device", device), Broken(down=dark, dead=frozenset({device})))
            yield Candidate(("device", device), Broken(dead=frozenset({device})))

    def _port(self, circuit: str, device: str) -> tuple[str, str]:
        """Return the port at the far end of a device's line."""
        line = self.network.circuits[circuit]
        far = line.z if line.a.device == device else line.a
        return far.device, far.interface

    def _far(self, circuit: str, device: str) -> str:
        line = self.network.circuits[circuit]
        return line.z.device if line.a.device == device else line.a.device


def _together(chosen: Iterable[Candidate]) -> Broken:
    whole = Broken()
    for candidate in chosen:
        whole |= candidate.broken
    return whole
