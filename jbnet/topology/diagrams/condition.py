"""In what condition a picture shows the network: as declared, or with something failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from jbnet.model.network import Network

if TYPE_CHECKING:
    from jbnet.topology.forecast import Forecast
    from jbnet.topology.graph import FailureSet


class State(StrEnum):
    """How a site, location or peer is connected."""

    FINE = "fine"
    DEGRADED = "degraded"
    BACKUP = "on-backup"
    CUT = "cut-off"


@dataclass(frozen=True, slots=True)
class Condition:
    """``states`` by home (fine ones left out), ``dead`` circuits by name; ``found`` is None where nothing failed."""

    states: Mapping[str, State] = field(default_factory=dict)
    dead: frozenset[str] = frozenset()
    found: Forecast | None = None

    def of(self, home: str) -> State:
        """Return the state of a site, location or peer."""
        return self.states.get(home, State.FINE)

    def count(self, state: State) -> int:
        """Return how many homes are in a state."""
        return sum(found is state for found in self.states.values())


def condition(network: Network, failure: FailureSet) -> Condition:
    """Return the condition of the network after a failure, as ``jbnet whatif`` forecasts it.

    Raises UsageError for unknown names.
    """
    # imported here: a picture of what works needs no graph, and networkx is a third of the command's time
    from jbnet.topology.forecast import Forecaster
    from jbnet.topology.graph import FailureSet, expand

    if failure == FailureSet():
        return Condition()
    whole = expand(network, failure)
    forecaster = Forecaster(network)
    found = forecaster.of(failure)
    dead = whole.circuits.union(
        c.name for c in network.circuits.values() if not whole.devices.isdisjoint((c.a.device, c.z.device))
    )
    states = {ways.home: State.DEGRADED for ways in forecaster.ways_left(failure)}
    states |= dict.fromkeys(found.on_backup, State.BACKUP)
    states |= dict.fromkeys((*found.cut_off, *found.others), State.CUT)
    return Condition(states, frozenset(dead), found)
