"""What a host has alone and nobody listed: a rebuild takes it away only after a person said so (design section 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jbnet.recovery.expand import Instance
from jbnet.recovery.replay import Entry, Status, replay

LIST_LOST = "list-lost"
REBUILD = "rebuild-standby"


def listing_is_at_stake(instance: Instance) -> bool:
    """Say whether going on without a step, or trying it again, may take away what was never listed."""
    return instance.action in (LIST_LOST, REBUILD)


def on_record(entries: Sequence[Entry], instance: Instance) -> bool:
    """Say whether what a host has alone was listed by an earlier step of this execution, or was let go by a person."""
    state = replay(entries)
    if state.step(instance.key).accepted:
        return True
    lists = {str(e["subject"]) for e in entries if e["kind"] == "intent" and _lists_the_same(e["data"], instance)}
    found = [state.step(key) for key in lists]
    return any(step.status is Status.VERIFIED or (step.settled and step.accepted) for step in found)


def _lists_the_same(data: object, instance: Instance) -> bool:
    if not isinstance(data, Mapping) or data.get("action") != LIST_LOST:
        return False
    params = data.get("params")
    named = ("database", "host")
    return isinstance(params, Mapping) and all(params.get(key) == instance.params.get(key) for key in named)
