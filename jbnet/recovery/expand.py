"""From steps to instances: one per database where a step says so, with its parameters filled in, in one fixed order.

The order is by database, not by step: once all are approved, the first database is recovered to its end before
the next one is begun. Each is then back at the earliest moment, and none later than the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jbnet.recovery.runbook import HAND_OVER, LEADING, Call, OnFail, Params, Runbook, Step

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
NAMES = ("database", "primary", "standby", "service_address", "port")
"""What a runbook may write in braces within a step that is repeated for every database."""

Binding = Mapping[str, object]
"""The values of NAMES for one database."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A step for one database (None: for all). ``key`` is ``NAME`` or ``NAME[DATABASE]``; ``needs`` are keys."""

    key: str
    step: Step
    database: str | None
    action: str
    params: Params
    needs: tuple[str, ...]
    undo: Call | None = None

    @property
    def on_fail(self) -> OnFail:
        """What happens when it failed for good."""
        return self.step.on_fail

    @property
    def is_final(self) -> bool:
        """Say whether there is no way back behind it. A promotion always is, marked or not."""
        return self.step.point_of_no_return or self.action in LEADING

    @property
    def undoes_itself(self) -> bool:
        """Say whether it may be undone although it is final: its undo looks whether there still is a way back."""
        return self.action == HAND_OVER

    @property
    def leader(self) -> object:
        """The host that leads behind it; None where it brings nobody to lead."""
        return self.params.get("to" if self.action == HAND_OVER else "host") if self.action in LEADING else None


def undo_key(key: str) -> str:
    """Return the key under which a step's undoing stands in the journal."""
    return f"undo:{key}"


def undo_of(instance: Instance) -> Instance | None:
    """Return the instance that takes this one's effect back, or None."""
    if instance.undo is None:
        return None
    call = instance.undo
    return Instance(undo_key(instance.key), instance.step, instance.database, call.action, call.params, ())


def placeholders(value: object) -> frozenset[str]:
    """Return the names in braces anywhere in a value."""
    if isinstance(value, str):
        return frozenset(PLACEHOLDER.findall(value))
    if isinstance(value, Mapping):
        return frozenset().union(*(placeholders(entry) for entry in value.values()))
    if isinstance(value, list | tuple):
        return frozenset().union(*(placeholders(entry) for entry in value))
    return frozenset()


def expand(runbook: Runbook, bindings: Sequence[Binding]) -> tuple[Instance, ...]:
    """Return all instances in the order in which they run."""
    waiting = [_instance(runbook, step, None, {}, bindings) for step in runbook.steps if not step.foreach]
    for binding in bindings:
        name = str(binding["database"])
        waiting += [_instance(runbook, step, name, binding, bindings) for step in runbook.steps if step.foreach]
    ordered: list[Instance] = []
    while waiting:
        done = {instance.key for instance in ordered}
        ready = next(instance for instance in waiting if done.issuperset(instance.needs))
        waiting.remove(ready)
        ordered.append(ready)
    return tuple(ordered)


def ancestors(instances: Sequence[Instance], instance: Instance) -> tuple[Instance, ...]:
    """Return everything that an instance needs, directly or through others, in order."""
    wanted = set(instance.needs)
    for other in reversed(instances):
        if other.key in wanted:
            wanted.update(other.needs)
    return tuple(other for other in instances if other.key in wanted)


def followers(instances: Sequence[Instance], instance: Instance) -> tuple[Instance, ...]:
    """Return everything that needs an instance, directly or through others, in order."""
    found = {instance.key}
    for other in instances:
        if not found.isdisjoint(other.needs):
            found.add(other.key)
    return tuple(other for other in instances if other.key in found and other.key != instance.key)


def _instance(
    runbook: Runbook, step: Step, database: str | None, binding: Binding, bindings: Sequence[Binding]
) -> Instance:
    needs: list[str] = []
    for name in step.needs:
        if not runbook.step(name).foreach:
            needs.append(name)
        elif database is not None:
            needs.append(_key(name, database))
        else:
            needs += [_key(name, str(other["database"])) for other in bindings]
    undo = Call(step.undo.action, _fill_all(step.undo.params, binding)) if step.undo else None
    params = _fill_all(step.params, binding)
    return Instance(_key(step.name, database), step, database, step.action, params, tuple(needs), undo)


def _key(name: str, database: str | None) -> str:
    return name if database is None else f"{name}[{database}]"


def _fill_all(params: Params, binding: Binding) -> dict[str, object]:
    return {key: _fill(value, binding) for key, value in params.items()}


def _fill(value: object, binding: Binding) -> object:
    if isinstance(value, str):
        whole = PLACEHOLDER.fullmatch(value)
        if whole:
            return binding.get(whole[1], value)
        return PLACEHOLDER.sub(lambda match: str(binding.get(match[1], match[0])), value)
    if isinstance(value, Mapping):
        return _fill_all(value, binding)
    if isinstance(value, list | tuple):
        return [_fill(entry, binding) for entry in value]
    return value
