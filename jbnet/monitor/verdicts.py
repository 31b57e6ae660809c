"""The verdicts on all lines of a plant, each judged anew only when something that it depends on has changed.

Round after round nearly all lines are as they were. The verdict on a line that is not down depends on what its two ends
are known to report and on nothing else, not on the time either; and what is as before is the same object as before
(``jbnet.monitor.watch.observe``). One that is down is judged every time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from jbnet.monitor.lines import Judgement, judge
from jbnet.monitor.plant import End, Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.state import DeviceState


class _Known(NamedTuple):
    """A verdict, and the states of the two ends that it is of."""

    a: DeviceState | None
    z: DeviceState | None
    verdict: Judgement


class Verdicts:
    """Judges the lines of one plant. What it remembers changes nothing of what it says."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._of: tuple[Policy, frozenset[str]] | None = None

    def of(
        self, plant: Plant, states: Mapping[str, DeviceState], now: datetime, policy: Policy
    ) -> dict[str, Judgement]:
        """Return the verdict on every line at a moment."""
        if self._of is None or self._of[0] is not policy or self._of[1] is not plant.watched:
            self._known, self._of = {}, (policy, plant.watched)
        known, get, found = self._known, states.get, {}
        for name, line in plant.lines.items():
            a, z, before = get(line.a.device), get(line.z.device), known.get(name)
            if before is None or not _as_before(before.a, a, line.a) or not _as_before(before.z, z, line.z):
                verdict = judge(line, states, plant.watched, now, policy)
            elif before.a is a and before.z is z:
                found[name] = before.verdict
                continue
            else:
                verdict = before.verdict
            found[name] = verdict
            if verdict.down:
                known.pop(name, None)
            else:
                known[name] = _Known(a, z, verdict)
        return found


def verdicts_on(plant: Plant, states: Mapping[str, DeviceState], now: datetime, policy: Policy) -> dict[str, Judgement]:
    """Return the verdict on every line of a plant at a moment; what is worked out is remembered with the plant."""
    verdicts: Verdicts = plant.kept.setdefault(Verdicts, Verdicts())
    return verdicts.of(plant, states, now, policy)


def _as_before(before: DeviceState | None, now: DeviceState | None, end: End) -> bool:
    """Say whether a device reports of its end of a line what it reported before, as far as a verdict depends on it."""
    if before is now:
        return True
    if before is None or now is None or before.answer is not now.answer:
        return False
    if (before.last_seen is None) is not (now.last_seen is None):
        return False
    if before.interfaces is not now.interfaces:
        old, new = before.interfaces.get(end.interface), now.interfaces.get(end.interface)
        if old is not new and (old is None or new is None or old.watch is not new.watch):
            return False
    if end.neighbour is not None:
        return before.ospf is now.ospf or before.ospf.get(end.neighbour) is now.ospf.get(end.neighbour)
    return end.session is None or before.bgp is now.bgp or before.bgp.get(end.session) is now.bgp.get(end.session)
