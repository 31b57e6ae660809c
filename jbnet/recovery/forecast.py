"""How long a recovery would take: its steps took so long in earlier executions, laid out as the engine does them.

Steps of one database come one after another, databases go side by side (ADR 48). A step that was never done takes a
usual time, and its own time-out at worst; the forecast says which steps those are. How long two people take to approve
is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from jbnet.recovery.expand import Binding, Instance, expand
from jbnet.recovery.replay import Entry, replay
from jbnet.recovery.runbook import APPROVE, FENCING, HAND_OVER, Runbook

USUAL_S: Mapping[str, float] = {
    "assess": 2.0, "fence": 3.0, "unfence": 2.0, "promote": 2.0, "move-address": 3.0, "release-address": 1.0,
    "verify-writes": 1.0, "stop-primary": 2.0, "wait-caught-up": 1.0, "list-lost": 5.0, "rebuild-standby": 60.0,
    "check-standby": 2.0, "hand-over": 3.0, "compare-rows": 60.0, "verify-applications": 2.0,
    "rebuild-local": 10.0, "move-name": 6.0,
}  # fmt: skip
"""Seconds of a step that no execution has done yet: a guess, and shown as one. Others take their time-out."""
_ENDS = "verify-writes"

Times = Mapping[str, Sequence[float]]
"""Seconds by the key of an instance, and by the name of its step."""


@dataclass(frozen=True, slots=True)
class StepTime:
    """``measured``: how many earlier times it rests on; 0: the usual time."""

    key: str
    median_s: float
    worst_s: float
    measured: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds without writes that the steps bring a database, from approval or from its stop, whichever is later."""

    database: str
    median_s: float
    worst_s: float
    steps: tuple[StepTime, ...]

    @property
    def assumed(self) -> tuple[str, ...]:
        """Return the steps that no earlier execution has done."""
        return tuple(step.key for step in self.steps if not step.measured)

    @property
    def measured(self) -> int:
        """Return how many earlier times the least known of the known steps rests on."""
        return min((step.measured for step in self.steps if step.measured), default=0)


def step_times(journals: Iterable[Sequence[Entry]], runbook: str) -> Times:
    """Return the seconds of each step in executions of a runbook, by its name: from its intent to its proof.

    Left out are steps that a person, a kill or a wait came between, and those whose effect held already.
    """
    found: dict[str, list[float]] = {}
    for entries in journals:
        if replay(entries).header.get("runbook_name") == runbook:
            for key, seconds in _durations(entries):
                found.setdefault(key, []).append(seconds)
                if "[" in key:
                    found.setdefault(key.partition("[")[0], []).append(seconds)
    return found


def _durations(entries: Sequence[Entry]) -> Iterable[tuple[str, float]]:
    begun: dict[str, datetime] = {}
    for entry in entries:
        kind, key = str(entry["kind"]), str(entry["subject"])
        data = entry["data"] if isinstance(entry["data"], Mapping) else {}
        if kind == "intent":
            begun.setdefault(key, _time(entry))
        elif kind in ("resumed", "interrupted"):
            begun.clear()
        elif kind in ("retry", "skip") or (kind == "result" and data.get("probed") is True):
            begun.pop(key, None)
        elif kind == "verified" and key in begun:
            yield key, (_time(entry) - begun.pop(key)).total_seconds()


def _time(entry: Entry) -> datetime:
    return datetime.fromisoformat(str(entry["time"]))


def forecasts(runbook: Runbook, bindings: Sequence[Binding], times: Times) -> dict[str, Forecast]:
    """Return the forecast for each database, all of them moved at once."""
    instances = [i for i in expand(runbook, bindings) if i.action != APPROVE]
    after = _after_approval(runbook, bindings)
    known = {i.key: _step_time(i, times) for i in instances if i.key in after}
    middle = _ends(instances, {key: step.median_s for key, step in known.items()})
    worst = _ends(instances, {key: step.worst_s for key, step in known.items()})
    return {
        str(binding["database"]): _forecast(str(binding["database"]), instances, known, (middle, worst))
        for binding in bindings
    }


def _after_approval(runbook: Runbook, bindings: Sequence[Binding]) -> frozenset[str]:
    """Return the steps behind the last approval; all of them where there is none."""
    instances = expand(runbook, bindings)
    last = max((at for at, i in enumerate(instances) if i.action == APPROVE), default=-1)
    reached: set[str] = {instances[last].key} if last >= 0 else set()
    for instance in instances:
        if last < 0 or reached & set(instance.needs):
            reached.add(instance.key)
    return frozenset(reached)


def _step_time(instance: Instance, times: Times) -> StepTime:
    measured = times.get(instance.key) or times.get(instance.step.name) or ()
    if measured:
        return StepTime(instance.key, median(measured), max(measured), len(measured))
    usual = USUAL_S.get(instance.action, instance.step.timeout)
    return StepTime(instance.key, usual, max(usual, instance.step.timeout), 0)


def _ends(instances: Sequence[Instance], seconds: Mapping[str, float]) -> Mapping[str, float]:
    """Return when each step ends, in seconds from the approval: behind what it needs and its database's step before."""
    ends: dict[str, float] = {}
    lanes: dict[str | None, float] = {}
    for instance in instances:
        begins = max([lanes.get(instance.database, 0.0), *(ends.get(key, 0.0) for key in instance.needs)])
        lanes[instance.database] = ends[instance.key] = begins + seconds.get(instance.key, 0.0)
    return ends


def _forecast(
    database: str, instances: Sequence[Instance], known: Mapping[str, StepTime], ends: Sequence[Mapping[str, float]]
) -> Forecast:
    """Writes are out from the approval of a failover, or from the stop of a planned move, to the first that arrives."""
    own = [i for i in instances if i.database == database and i.key in known]
    first = next((at for at, i in enumerate(own) if i.action in FENCING | {HAND_OVER}), 0)
    last = next((at for at, i in enumerate(own) if i.action == _ENDS), len(own) - 1)
    counted = own[first : last + 1]
    if not counted:
        return Forecast(database, 0.0, 0.0, ())
    begin, end = counted[0], counted[-1].key
    waits = begin.action in ("stop-primary", HAND_OVER)  # until then it takes writes
    middle = ends[0][end] - (ends[0][begin.key] - known[begin.key].median_s if waits else 0.0)
    worst = ends[1][end] - (ends[1][begin.key] - known[begin.key].worst_s if waits else 0.0)
    return Forecast(database, middle, worst, tuple(known[i.key] for i in counted))


@dataclass(frozen=True, slots=True)
class Finished:
    """An execution that reached its end as it was meant to."""

    execution: str
    runbook: str
    ended: datetime
    databases: tuple[str, ...] = ()


def finished(entries: Sequence[Entry]) -> Finished | None:
    """Return an execution that is done; None for every other."""
    state = replay(entries)
    if state.result != "done":
        return None
    names = tuple(str(binding.get("database")) for binding in state.bindings)
    return Finished(state.execution, str(state.header.get("runbook_name", "")), _time(entries[-1]), names)
