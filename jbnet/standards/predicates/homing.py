"""How a site or location hangs on the rest: routers, lines, carriers, shared risks, ways that avoid a place."""

from __future__ import annotations

from itertools import combinations
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from jbnet.model.network import Level
from jbnet.model.text import text
from jbnet.standards.predicates.base import HOMES, Predicate, Verdict, unknown, violated
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import World, circuit_node

Count = Annotated[int, Field(ge=1, le=100)]
LevelName = Literal["province", "prefecture", "county", "township", "community"]


class RoutersAtLeast(Predicate):
    """A home has so many routers."""

    kinds: ClassVar = HOMES
    count: Count

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Count the routers that the home houses."""
        found = len(world.routers(subject.name))
        if found >= self.count:
            return None
        return violated(text("{name} has {found} routers, not {count}", name=subject.name, found=found,
                             count=self.count))  # fmt: skip


class LinesAtLeast(Predicate):
    """So many lines lead up from a home."""

    kinds: ClassVar = HOMES | {Kind.PEERS}
    count: Count

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Count the circuits whose lower end is in the home and whose upper end is not."""
        found = world.lines.get(subject.name, ())
        if len(found) >= self.count:
            return None
        message = text("{name} has {found} lines up, not {count}", name=subject.name, found=len(found),
                       count=self.count)  # fmt: skip
        return violated(message, [line.place for line in found])


class DistinctCarriers(Predicate):
    """Where several leased lines lead up, they are of so many carriers."""

    kinds: ClassVar = HOMES | {Kind.PEERS}
    count: Count = 2

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Judge homes with as many leased lines as there should be carriers, or more."""
        leased = [line for line in world.lines.get(subject.name, ()) if line.carrier is not None]
        carriers = sorted({str(line.carrier) for line in leased})
        if len(leased) < self.count or len(carriers) >= self.count:
            return None
        message = text("all {lines} lines of {name} are of {carriers}", lines=len(leased), name=subject.name,
                       carriers=", ".join(carriers))  # fmt: skip
        return violated(message, [line.place for line in leased])


class DistinctSrlgs(Predicate):
    """Where several lines lead up, two of them have no shared risk in common."""

    kinds: ClassVar = HOMES | {Kind.PEERS}

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look for two lines without a common group (or a common underlay)."""
        lines = world.lines.get(subject.name, ())
        pairs = list(combinations(lines, 2))
        if not pairs or any(not world.risks(one) & world.risks(other) for one, other in pairs):
            return None
        shared = sorted(frozenset.intersection(*(world.risks(line) for line in lines)))
        groups = ", ".join(shared) or "-"
        return violated(text("all lines of {name} fail together: {groups}", name=subject.name, groups=groups),
                        [line.place for line in lines])  # fmt: skip


class DistinctUpperDevices(Predicate):
    """Where several lines lead up, they end on so many devices."""

    kinds: ClassVar = HOMES | {Kind.PEERS}
    count: Count = 2

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Judge homes with as many lines as there should be devices, or more."""
        lines = world.lines.get(subject.name, ())
        upper = sorted({line.a.device for line in lines})
        if len(lines) < self.count or len(upper) >= self.count:
            return None
        message = text("all {lines} lines of {name} end on {devices}", lines=len(lines), name=subject.name,
                       devices=", ".join(upper))  # fmt: skip
        return violated(message, [line.place for line in lines])


class HomedTo(Predicate):
    """The lines up from a home end on devices of these roles; with ``least`` on so many, the rest on ``others``.

    Without ``others`` the rest may end on any role.
    """

    kinds: ClassVar = HOMES | {Kind.PEERS}
    names: ClassVar = {"roles": "roles", "others": "roles"}
    roles: tuple[str, ...] = Field(strict=False, min_length=1)
    least: Count | None = None
    others: tuple[str, ...] = Field(default=(), strict=False)

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Look at the role of every upper end."""
        if self.least is not None and (few := self._too_few(world, subject, self.least)) is not None:
            return few
        if self.least is not None and not self.others:
            return None
        expected = (*self.roles, *self.others)
        for line in world.lines.get(subject.name, ()):
            role = world.network.devices[line.a.device].role
            if role not in expected:
                message = text("{line} ends on {device}, a {role}; expected {roles}", line=line.name,
                               device=line.a.device, role=role, roles=", ".join(expected))  # fmt: skip
                return violated(message, [line.place])
        return None

    def _too_few(self, world: World, subject: Subject, least: int) -> Verdict | None:
        """Count the devices of these roles on which lines end."""
        lines = world.lines.get(subject.name, ())
        found = {line.a.device for line in lines if world.network.devices[line.a.device].role in self.roles}
        if len(found) >= least:
            return None
        message = text("lines of {name} end on {found} devices of {roles}, not {count}", name=subject.name,
                       found=len(found), roles=", ".join(self.roles), count=least)  # fmt: skip
        return violated(message, [line.place for line in lines])


class HomedWithin(Predicate):
    """The lines up from a site end in sites below the same site of a level: a backup stays inside its area."""

    kinds: ClassVar = frozenset({Kind.SITES})
    level: LevelName

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Compare the ancestor of that level at both ends of every line."""
        own = self._ancestor(world, subject.name)
        for line in world.lines.get(subject.name, ()):
            upper = world.home(line.a.device)
            if own is None or self._ancestor(world, upper) != own:
                message = text("{line} leads to {upper}, outside {area}", line=line.name, upper=upper,
                               area=own or "-")  # fmt: skip
                return violated(message, [line.place])
        return None

    def _ancestor(self, world: World, home: str) -> str | None:
        if home not in world.network.sites:
            return None
        chain = (home, *world.ancestors(home))
        return next((name for name in chain if world.network.sites[name].level == Level(self.level)), None)


class Survives(Predicate):
    """No single circuit, or no single device of another home, cuts a home from the core."""

    kinds: ClassVar = HOMES
    any: Literal["circuit", "device"]

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """A home stays connected while one of its routers is."""
        names = [device.name for device in world.routers(subject.name)]
        if not names:
            return unknown(text("{name} has no router", name=subject.name))
        if all(name not in world.bottlenecks for name in names):
            return violated(text("{name} has no way to the core", name=subject.name))
        cause = self._cause(world, [name for name in names if name in world.bottlenecks])
        if not cause:
            return None
        message = text("{cause} alone cuts off {name}", cause=cause.removeprefix(circuit_node("")), name=subject.name)
        return violated(message, [circuit.place for circuit in world.lines.get(subject.name, ())])

    def _cause(self, world: World, names: list[str]) -> str:
        """Return what all ways from all routers of the home pass, the nearest first; empty when there is nothing."""
        common: list[str] | None = None
        for name in names:
            chain, current = [], name
            while current := world.bottlenecks[current]:
                chain.append(current)
            common = chain if common is None else [node for node in common if node in chain]
        if self.any == "circuit":
            return next((node for node in common or () if node.startswith(circuit_node(""))), "")
        inside = {world.home(name) for name in names}
        devices = (n for n in common or () if not n.startswith(circuit_node("")))
        return next((device for device in devices if world.home(device) not in inside), "")


class Reaches(Predicate):
    """A home reaches a location also when every device of another location is down."""

    kinds: ClassVar = HOMES | {Kind.PEERS}
    names: ClassVar = {"location": "locations", "avoiding": "locations"}
    location: str
    avoiding: str

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """One router that gets there is enough."""
        routers = world.routers(subject.name)
        lost = world.cut_off(self.location, self.avoiding)
        if routers and any(router.name not in lost for router in routers):
            return None
        message = text("{name} reaches {location} only through {avoiding}", name=subject.name, location=self.location,
                       avoiding=self.avoiding)  # fmt: skip
        return violated(message, [line.place for line in world.lines.get(subject.name, ())])


class HopsAtMost(Predicate):
    """A home is at most so many circuits away from the core."""

    kinds: ClassVar = HOMES
    count: Count

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Take the router that is nearest."""
        found = [world.distances[d.name] for d in world.routers(subject.name) if d.name in world.distances]
        if not found:
            return violated(text("{name} has no way to the core", name=subject.name))
        if min(found) <= self.count:
            return None
        return violated(text("{name} is {found} circuits from the core, not {count} at most", name=subject.name,
                             found=min(found), count=self.count))  # fmt: skip
