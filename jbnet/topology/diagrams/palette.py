"""Colours and shapes. The colours are after Okabe and Ito, for colour-blind people too; no meaning has colour alone.

A carrier is a colour and a marker's shape, a line's role its dashes, a state a colour, a pattern and a sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from jbnet.model.network import Circuit, CircuitRole, Network
from jbnet.topology.diagrams.condition import State

INK = "#1a1a1a"
SOFT = "#555555"
FAINT = "#b8b8b8"
PAPER = "#ffffff"
SHADE = "#f3f5f7"
SHADE_2 = "#e6eaee"
CABLE = "#6b6b6b"
RED = "#c40000"

FILLS: Mapping[State, str] = {
    State.FINE: PAPER,
    State.DEGRADED: "url(#degraded)",
    State.BACKUP: "url(#on-backup)",
    State.CUT: "url(#cut-off)",
}
"""Fills of boxes; the patterns are in ``page.PATTERNS``."""
FLAT: Mapping[State, str] = {State.DEGRADED: "#f0e442", State.BACKUP: "#e69f00", State.CUT: "#d55e00"}
"""Fills of marks too small for a pattern."""


class Shape(StrEnum):
    """Shapes of markers."""

    SQUARE = "square"
    TRIANGLE = "triangle"
    CIRCLE = "circle"
    DIAMOND = "diamond"
    HEXAGON = "hexagon"
    STAR = "star"


@dataclass(frozen=True, slots=True)
class Look:
    """How a carrier is drawn."""

    colour: str
    shape: Shape


_LOOKS = (
    Look("#0072b2", Shape.SQUARE),
    Look("#a3348c", Shape.TRIANGLE),
    Look("#008a63", Shape.CIRCLE),
    Look("#8a5a00", Shape.DIAMOND),
    Look("#2b2b2b", Shape.HEXAGON),
    Look("#3fa0dc", Shape.STAR),
)
IN_HOUSE = Look(CABLE, Shape.CIRCLE)


class Palette:
    """The looks of a network's carriers, in the order of the declaration; a seventh looks like the first."""

    def __init__(self, network: Network):
        named = [*network.carriers, *(c.carrier for c in network.circuits.values() if c.carrier is not None)]
        self._looks = {name: _LOOKS[i % len(_LOOKS)] for i, name in enumerate(dict.fromkeys(named))}

    @property
    def carriers(self) -> Mapping[str, Look]:
        """Return the carriers that there are."""
        return self._looks

    def of(self, carrier: str | None) -> Look:
        """Return how a carrier is drawn (None: a cable of our own)."""
        return self._looks[carrier] if carrier is not None else IN_HOUSE


def dashes(circuit: Circuit) -> str | None:
    """Return the dash pattern of a circuit's role."""
    return "7 4" if circuit.role is CircuitRole.BACKUP else None
