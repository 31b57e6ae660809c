"""Bandwidth: of single circuits, and of a site's lines against what its users ask for."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from jbnet.model.network import Circuit
from jbnet.model.text import text
from jbnet.standards.predicates.base import Predicate, Verdict, unknown, violated
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import World


class BandwidthAtLeast(Predicate):
    """A circuit carries so many Mbit/s."""

    kinds: ClassVar = frozenset({Kind.CIRCUITS})
    mbit: Annotated[int, Field(ge=1, le=400_000)]

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """A bandwidth that is not written down is unknown."""
        circuit: Circuit = subject.thing
        if circuit.bandwidth is None:
            return unknown(text("{name} has no bandwidth declared", name=circuit.name))
        if circuit.bandwidth >= self.mbit:
            return None
        return violated(text("{name} carries {found} Mbit/s, not {mbit}", name=circuit.name, found=circuit.bandwidth,
                             mbit=self.mbit))  # fmt: skip


class CarriesDemand(Predicate):
    """A site's lines of a role carry the busy-hour demand of the site and all below it.

    ``share`` is how much of the lines may be used, or of the demand must pass: 0.7 leaves 30 % free; with ``of``
    ``demand`` it is the part of the demand that has to pass, as for a backup line.
    """

    kinds: ClassVar = frozenset({Kind.SITES})
    role: Literal["primary", "backup"]
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    of: Literal["lines", "demand"] = "lines"

    def judge(self, world: World, subject: Subject) -> Verdict | None:
        """Judge sites that have such a line; without a demand or a bandwidth nothing is known."""
        lines = [line for line in world.lines.get(subject.name, ()) if line.role == self.role]
        demand = world.demand.get(subject.name, 0.0)
        if not lines:
            return None
        if not demand:
            return unknown(text("no demand is declared at {name} or below", name=subject.name))
        if any(line.bandwidth is None for line in lines):
            return unknown(text("{name} has a line without a bandwidth", name=subject.name))
        room, wanted = float(sum(line.bandwidth or 0 for line in lines)), demand
        if self.of == "lines":
            room *= self.share
        else:
            wanted *= self.share
        if room >= wanted:
            return None
        message = text("{name} and below ask for {wanted} Mbit/s; its {role} lines have room for {room}",
                       name=subject.name, wanted=f"{wanted:g}", role=text(self.role), room=f"{room:g}")  # fmt: skip
        return violated(message, [line.place for line in lines])
