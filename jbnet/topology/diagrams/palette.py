"""Colours and shapes. The colours are after Okabe and Ito, for colour-blind people too; no meaning has colour alone.

A carrier or an underlay is a colour and a marker's shape, a line's role its dashes, a state a colour, a pattern and
a sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from jbnet.model.network import Circuit, CircuitRole, Network
from jbnet.topology.diagrams.carried import CABLE as OWN_CABLE
from jbnet.topology.diagrams.carried import UNDECLARED, Carried, Kind, carried
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
    DOWN = "down"
    PENTAGON = "pentagon"
    PLUS = "plus"


@dataclass(frozen=True, slots=True)
class Look:
    """How a line is drawn by who carries it; a cable of our own has no marker on it."""

    colour: str
    shape: Shape
    marked: bool = True


_LOOKS = (
    Look("#0072b2", Shape.SQUARE),
    Look("#a3348c", Shape.TRIANGLE),
    Look("#008a63", Shape.CIRCLE),
    Look("#8a5a00", Shape.DIAMOND),
    Look("#2b2b2b", Shape.HEXAGON),
    Look("#3fa0dc", Shape.STAR),
)
_UNDER = (Look("#5b3fa8", Shape.DOWN), Look("#6d7a00", Shape.PENTAGON))
_NOBODYS = Look("#7d4f50", Shape.PLUS)
IN_HOUSE = Look(CABLE, Shape.CIRCLE, marked=False)


class Palette:
    """The looks of lines by who carries them, in the order of the declaration; a seventh carrier looks like the first.

    Underlays and what nobody is declared to carry have shapes that no carrier has.
    """

    def __init__(self, network: Network):
        self._network = network
        found = dict.fromkeys(carried(network, circuit) for circuit in network.circuits.values())
        self._looks = {
            **_dealt(Kind.CARRIER, [*network.carriers, *_names(found, Kind.CARRIER)], _LOOKS),
            **_dealt(Kind.UNDERLAY, [*network.underlays, *_names(found, Kind.UNDERLAY)], _UNDER),
            UNDECLARED: _NOBODYS,
            OWN_CABLE: IN_HOUSE,
        }

    @property
    def looks(self) -> Mapping[Carried, Look]:
        """Return the looks by who carries: carriers, underlays, nobody declared, a cable of our own."""
        return self._looks

    def of(self, circuit: Circuit | None) -> Look:
        """Return how a circuit is drawn (None: the look of a cable of our own)."""
        return self._looks[carried(self._network, circuit)] if circuit is not None else IN_HOUSE


def _names(found: Iterable[Carried], kind: Kind) -> list[str]:
    return [by.name for by in found if by.kind is kind]


def _dealt(kind: Kind, names: Iterable[str], looks: Sequence[Look]) -> dict[Carried, Look]:
    return {Carried(kind, name): looks[i % len(looks)] for i, name in enumerate(dict.fromkeys(names))}


def dashes(circuit: Circuit) -> str | None:
    """Return the dash pattern of a circuit's role."""
    return "7 4" if circuit.role is CircuitRole.BACKUP else None
