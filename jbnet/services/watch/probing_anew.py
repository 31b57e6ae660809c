"""To whom the way has changed: what was lost on the old one, or while the new was found, counts for nothing."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.monitor.causes import CauseKind
from jbnet.monitor.plant import Plant
from jbnet.monitor.probing_paths import PathMemory
from jbnet.monitor.replay import Watchbook


class Disturbances:
    """Remembers the ways of the round before."""

    def __init__(self) -> None:
        self._memory = PathMemory()
        self._ways: Mapping[str, tuple[str, ...]] = {}

    def since(self, plant: Plant, book: Watchbook) -> frozenset[str]:
        """Return the devices that do not answer, and those to which the way is another one than a round ago."""
        open_now = book.incidents.open.values()
        faults = (i for i in open_now if i.cleared is None and i.root_cause.kind is not CauseKind.ALARM)
        causes = [cause for incident in faults for cause in incident.standing]
        before, self._ways = self._ways, self._memory.of(plant, causes)
        silent = {name for name, state in book.states.items() if not state.answer.up or state.answer.doubtful}
        if before is self._ways:
            return frozenset(silent)
        moved = {d for d in before.keys() | self._ways.keys() if before.get(d) != self._ways.get(d)}
        return frozenset(silent | moved)
