"""Routing policy: OSPF areas and their border routers, costs, BGP sessions to peers (RFC 2328, RFC 3101, RFC 4271)."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Annotated, ClassVar

from pydantic import Field

from jbnet.model.network import Device
from jbnet.model.text import text
from jbnet.standards.predicates.base import HOMES, Predicate, Verdict, violated
from jbnet.standards.predicates.homing import Count
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import BACKBONE, World

Area = Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+\.\d+$")]


class OwnArea(Predicate):
    """A site's routers stand in one area beside the backbone, and no other site's border routers stand in it."""

    kinds: ClassVar = frozenset({Kind.SITES})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look at the areas of all routers of the site together."""
        routers = world.routers(subject.name)
        areas = {area for router in routers for area in world.areas[router.name]} - {BACKBONE}
        if len(areas) != 1:
            shown = ", ".join(sorted(areas)) or "-"
            return violated(text("{name} has no area of its own alone: {areas}", name=subject.name, areas=shown))
        others = world.area_homes.get(next(iter(areas)), frozenset()) - {subject.name}
        if not others:
            return None
        message = text("{name} shares the area {area} with {others}", name=subject.name, area=next(iter(areas)),
                       others=", ".join(sorted(others)))  # fmt: skip
        return violated(message, [world.network.sites[o].place for o in sorted(others) if o in world.network.sites])


class InArea(Predicate):
    """All interfaces of a home's devices that speak OSPF are in this area, and each device has such an interface."""

    kinds: ClassVar = HOMES
    area: Area = BACKBONE

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look at every device."""
        for device in world.devices.get(subject.name, ()):
            areas = world.areas[device.name]
            if areas != {self.area}:
                shown = ", ".join(sorted(areas)) or "-"
                message = text("{device} is in the areas {areas}, not in {area} alone", device=device.name, areas=shown,
                               area=self.area)  # fmt: skip
                return violated(message, [device.place])
        return None


class WithoutOspf(Predicate):
    """No device of a home speaks OSPF: it is routed statically and aggregated above."""

    kinds: ClassVar = HOMES

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look at every device."""
        for device in world.devices.get(subject.name, ()):
            if world.areas[device.name]:
                areas = ", ".join(sorted(world.areas[device.name]))
                message = text("{device} speaks OSPF in {areas}", device=device.name, areas=areas)
                return violated(message, [device.place])
        return None


class BorderRoutersAtLeast(Predicate):
    """So many routers of a site join its area with the backbone."""

    kinds: ClassVar = frozenset({Kind.SITES})
    count: Count

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Count the border routers."""
        found = sum(world.is_border(router) for router in world.routers(subject.name))
        if found >= self.count:
            return None
        return violated(text("{name} has {found} border routers, not {count}", name=subject.name, found=found,
                             count=self.count))  # fmt: skip


class NoAreaTransit(Predicate):
    """The border routers of a site are joined inside their area by a link cheaper than any way through another site.

    Without it one county's cut makes a black hole of the summary, or a county carries its prefecture's traffic.
    """

    kinds: ClassVar = frozenset({Kind.SITES})

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Compare every pair of border routers."""
        borders = [router for router in world.routers(subject.name) if world.is_border(router)]
        for one, other in combinations(borders, 2):
            near, far = _neighbours(world, one), _neighbours(world, other)
            direct = near.get(other.name)
            if direct is None:
                message = text("{one} and {other} are not joined inside their area", one=one.name, other=other.name)
                return violated(message, [one.place])
            through = [device for device in near.keys() & far.keys() if near[device] + far[device] <= direct]
            if through:
                message = text("the way between {one} and {other} leads through {device}", one=one.name,
                               other=other.name, device=min(through))  # fmt: skip
                return violated(message, [world.network.devices[min(through)].place])
        return None


def _neighbours(world: World, device: Device) -> dict[str, int]:
    """Return the neighbours inside the device's areas (the backbone aside) and the cheapest cost to each."""
    found: dict[str, int] = {}
    for interface in device.interfaces:
        circuit = world.network.circuits.get(interface.circuit or "")
        if circuit is None or interface.area in (None, BACKBONE) or interface.cost is None:
            continue
        other = circuit.z.device if circuit.a.device == device.name else circuit.a.device
        found[other] = min(interface.cost, found.get(other, interface.cost))
    return found


class CostsPreferPrimary(Predicate):
    """On every router of a home, each backup line up costs more than each primary line."""

    kinds: ClassVar = HOMES

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Compare the OSPF costs at the lower ends; lines without OSPF are not compared."""
        costs: dict[str, list[int]] = {"primary": [], "backup": []}
        for line in world.lines.get(subject.name, ()):
            cost = world.network.devices[line.z.device].interface(line.z.interface).cost
            if cost is not None:
                costs[line.role].append(cost)
        dearest, cheapest = max(costs["primary"], default=0), min(costs["backup"], default=None)
        if cheapest is None or cheapest > dearest:
            return None
        return violated(text("a backup line of {name} costs {backup}, a primary {primary}", name=subject.name,
                             backup=cheapest, primary=dearest))  # fmt: skip


class SessionsAtLeast(Predicate):
    """A peer has so many BGP sessions, each on another router of ours, and no two of them are equally preferred.

    One that is closed on purpose is none.
    """

    kinds: ClassVar = frozenset({Kind.PEERS})
    count: Count

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look at routers and local preferences."""
        sessions = [s for s in world.network.bgp_sessions if s.peer == subject.name and not s.shutdown]
        routers = {session.device for session in sessions}
        if len(routers) < self.count:
            return violated(text("{name} has BGP sessions with {found} of our routers, not {count}", name=subject.name,
                                 found=len(routers), count=self.count))  # fmt: skip
        preferences = sorted((s.local_pref for s in sessions), reverse=True)
        equal = next((one for one, next_ in pairwise(preferences) if one == next_), None)
        if equal is None:
            return None
        return violated(text("two sessions with {name} are equally preferred: both have {preference}",
                             name=subject.name, preference=equal))  # fmt: skip
