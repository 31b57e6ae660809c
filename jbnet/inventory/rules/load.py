"""Whether the main lines can carry what the sites below them ask for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from jbnet.inventory.rules.world import World
from jbnet.model.levels import CircuitRole
from jbnet.model.lines import Circuit


def check(world: World) -> None:
    """Report main lines with less bandwidth than the busy-hour demand of all sites that hang on them."""
    asked = demand_below(world)
    for home, circuits in world.uplinks.items():
        mains = [c for c in circuits if c.role is CircuitRole.PRIMARY and c.bandwidth is not None]
        have = sum(circuit.bandwidth or 0 for circuit in mains)
        if mains and asked.get(home, 0.0) > have:
            world.report.add(
                "JB260", "{circuit} carries {have} Mbit/s; {name} and the sites below it ask for {asked} Mbit/s",
                world.at(mains[0], "bandwidth"), circuit=mains[0].name, have=have, name=home,
                asked=f"{asked[home]:g}",
            )  # fmt: skip


def demand_below(world: World) -> dict[str, float]:
    """Return the demand of each home and of all that hang on it by main lines, in Mbit/s.

    A home is added to its upper home once, whatever the number of its lines; loops end where they close.
    """
    above = {home: upper for home, circuits in world.uplinks.items() if (upper := _upper(circuits, world))}
    own = {name: site.demand for name, site in world.network.sites.items()}
    return summed(own, above)


def summed(own: Mapping[str, float], above: Mapping[str, str]) -> dict[str, float]:
    """Return each number with those of all below it. On a loop all hang on each other, and have the same sum.

    Every name is passed once: first those with nothing below, then those whose lower ones have been passed.
    """
    total = dict(own)
    waiting = Counter(above.values())
    ready = [name for name in above if not waiting[name]]
    for name in ready:
        upper = above[name]
        if total.get(name):
            total[upper] = total.get(upper, 0.0) + total[name]
        waiting[upper] -= 1
        if not waiting[upper] and upper in above:
            ready.append(upper)
    for loop in _loops(above, waiting):
        whole = sum(total.get(name, 0.0) for name in loop)
        total.update(dict.fromkeys(loop, whole))
    return total


def _loops(above: Mapping[str, str], waiting: Mapping[str, int]) -> Iterator[list[str]]:
    """Yield the loops: what still waits for something below it."""
    met: set[str] = set()
    for start in (name for name in above if waiting.get(name)):
        loop: list[str] = []
        name = start
        while name not in met:
            met.add(name)
            loop.append(name)
            name = above[name]
        if loop:
            yield loop


def _upper(circuits: list[Circuit], world: World) -> str | None:
    mains = [circuit for circuit in circuits if circuit.role is CircuitRole.PRIMARY]
    return world.network.devices[mains[0].a.device].home if mains else None
