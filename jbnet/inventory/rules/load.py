"""Whether the main lines can carry what the sites below them ask for."""

from __future__ import annotations

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
    total = {name: site.demand for name, site in world.network.sites.items()}
    for name, site in world.network.sites.items():
        met = {name}
        upper = above.get(name)
        while site.demand and upper is not None and upper not in met:
            met.add(upper)
            total[upper] = total.get(upper, 0.0) + site.demand
            upper = above.get(upper)
    return total


def _upper(circuits: list[Circuit], world: World) -> str | None:
    mains = [circuit for circuit in circuits if circuit.role is CircuitRole.PRIMARY]
    return world.network.devices[mains[0].a.device].home if mains else None
