"""Who carries a circuit: its carrier, else its underlay, else nobody that is declared; or it is a cable of our own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jbnet.inventory.cables import is_cable
from jbnet.model.network import Circuit, Network
from jbnet.model.text import text
from jbnet.topology.diagrams.speech import Speech


class Kind(StrEnum):
    """What carries a circuit."""

    CARRIER = "carrier"
    UNDERLAY = "underlay"
    UNDECLARED = "undeclared"
    CABLE = "cable"


@dataclass(frozen=True, slots=True)
class Carried:
    """``name`` is the carrier's or the underlay's, empty where there is none."""

    kind: Kind
    name: str = ""


CABLE = Carried(Kind.CABLE)
UNDECLARED = Carried(Kind.UNDECLARED)


def carried(network: Network, circuit: Circuit) -> Carried:
    """Say who carries a circuit; a carrier that is declared counts before everything else."""
    if circuit.carrier is not None:
        return Carried(Kind.CARRIER, circuit.carrier)
    if circuit.underlay is not None and not is_cable(network, circuit):
        return Carried(Kind.UNDERLAY, circuit.underlay)
    return CABLE if is_cable(network, circuit) else UNDECLARED


def spoken(network: Network, by: Carried, speech: Speech) -> str:
    """Return the name of who carries, in the picture's language; nothing for a cable of our own."""
    if by.kind is Kind.UNDECLARED:
        return speech.say(text("carrier not declared"))
    owner = network.carriers.get(by.name) if by.kind is Kind.CARRIER else network.underlays.get(by.name)
    return speech.name(owner) if owner is not None else by.name
