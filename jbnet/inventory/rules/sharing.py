"""What is declared as shared and is not: underlays, shared risk groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from jbnet.inventory.declaration import Item
from jbnet.inventory.rules.world import World
from jbnet.inventory.schema.inventory import CircuitDecl
from jbnet.model.lines import Circuit, Line

ETHERNET_MTU = 1500
"""Bytes of IP packet that every interface of ours sends (RFC 894)."""


def check(world: World) -> None:
    """Report underlays that carry nothing or too little, and risk groups that fewer than two lines share."""
    shared: dict[str, int] = {}
    lines: list[Circuit | Line] = [*world.network.circuits.values(), *world.leased]
    for line in lines:
        for name in line.srlgs:
            shared[name] = shared.get(name, 0) + 1
    used = {circuit.underlay for circuit in world.network.circuits.values()}
    if world.report.has_errors:
        used |= _written(world)
    unsaid = {circuit.underlay for circuit in world.network.circuits.values() if circuit.mtu is None}
    for name, underlay in world.declared.underlays.items():
        if name not in used:
            world.report.add("JB270", "nothing rides on the underlay {name}", underlay.place, name=name)
        if underlay.decl.mtu < ETHERNET_MTU and (name not in used or name in unsaid):
            world.report.add(
                "JB274", "{name} takes packets of {mtu} bytes; interfaces send {expected}", underlay.at("mtu"),
                name=name, mtu=underlay.decl.mtu, expected=ETHERNET_MTU,
            )  # fmt: skip
    for name, group in world.declared.srlgs.items():
        if shared.get(name, 0) < 2 and name not in world.declared.underlays:
            world.report.add("JB271", "the shared risk group {name} is named by {count} of all lines", group.place,
                             name=name, count=shared.get(name, 0))  # fmt: skip


def _written(world: World) -> set[str | None]:
    """Return the underlays that circuits name, those too that were left out because something about them is wrong."""
    declared = world.declared
    holders: Iterator[Item[object]] = chain(
        declared.sites.values(), declared.archetypes.values(), declared.locations.values(), declared.peers.values()
    )
    found: set[str | None] = set()
    for holder in holders:
        circuits: Mapping[str, CircuitDecl | None] = getattr(holder.decl, "circuits", {})
        found.update(circuit.underlay for circuit in circuits.values() if circuit is not None)
    return found
