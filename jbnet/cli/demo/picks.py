"""What chance decides in a demo: the circuit to cut, the township that writes, the router, the moment. Seeded."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from jbnet.model.network import CircuitRole, Level, Network

KILL_AFTER_S = (1.0, 4.0)


@dataclass(frozen=True, slots=True)
class Picks:
    """The choices of one run; ``kill_after_s`` counts from the first acknowledged write of every database."""

    seed: int
    circuit: str
    client: str
    router: str
    kill_after_s: float


def pick(network: Network, seed: int) -> Picks:
    """Choose from the lab's network. The circuit is the only line of a county or township, so its cut isolates it."""
    chance = random.Random(seed)  # noqa: S311  a repeatable choice, not a secret
    circuit = chance.choice(lone_circuits(network))
    clients = [
        d.name for d in network.devices.values() if level_of(network, d.site) in (Level.TOWNSHIP, Level.COMMUNITY)
    ]
    routers = [d.name for d in network.devices.values() if network.roles[d.role].managed]
    return Picks(seed, circuit, chance.choice(clients), chance.choice(routers), round(chance.uniform(*KILL_AFTER_S), 3))


def level_of(network: Network, site: str) -> Level | None:
    """Return the level of a site, or None for what is not one (a peer's device)."""
    found = network.sites.get(site)
    return found.level if found else None


def lone_circuits(network: Network) -> Sequence[str]:
    """Return the leased lines that are the only line of their lower device, counties first."""
    lines: dict[str, list[str]] = {}
    for circuit in network.circuits.values():
        lines.setdefault(circuit.z.device, []).append(circuit.name)
    return [
        name
        for device, names in lines.items()
        for name in names
        if len(names) == 1
        and network.circuits[name].role is CircuitRole.PRIMARY
        and level_of(network, network.devices[device].site) in (Level.COUNTY, Level.TOWNSHIP)
        and network.devices[device].home in network.sites
    ]
