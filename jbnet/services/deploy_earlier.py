"""What killed runs of a plan left behind, read from the journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jbnet.change.records import of_changes

GRACE_S = 15.0
"""How long a device may take to put back what ran before when its timer has run out, routing included."""
HASTE_S = 12.0
"""With less time left than this nothing is confirmed any more: the timer might run out first, at one end of two."""
REVERT_S = 90
"""The timer of a commit whose entry does not say it."""


@dataclass(frozen=True)
class EarlierRun:
    """Devices on which runs of the plan that did not end had begun an act that may still be under way.

    ``ends`` says when the timer of a commit that nobody confirmed runs out. ``confirming`` are devices to which a
    confirmation was sent: one of them that cannot be reached has most likely taken it.
    """

    ends: Mapping[str, datetime] = field(default_factory=dict)
    confirming: frozenset[str] = frozenset()

    def timer_left(self, device: str, now: datetime) -> float:
        """Return for how many seconds it is worth waiting for a device that does not answer, or is at work."""
        end = self.ends.get(device)
        return max(0.0, (end - now).total_seconds() + GRACE_S) if end is not None else 0.0

    def is_about_to_end(self, device: str, now: datetime) -> bool:
        """Say whether the device's timer will have run out before it could be looked at and confirmed."""
        end = self.ends.get(device)
        return end is not None and (end - now).total_seconds() < HASTE_S


def earlier_run(entries: Iterable[Mapping[str, object]], change: str) -> EarlierRun:
    """Return what runs of a change left behind, from the journal's entries; ``change`` is the plan's hash."""
    traces = _Traces()
    for running, entry in of_changes(entries):
        kind, subject = str(entry["kind"]), str(entry["subject"])
        if kind == "apply.end":
            traces = _Traces() if subject == change else traces
        elif running == change:
            traces.read(kind, subject, entry)
        elif kind == "device.intent":
            traces.forget(subject)  # another change went over it
    return EarlierRun(traces.ends, frozenset(traces.confirming))


class _Traces:
    """What is known so far of each device."""

    def __init__(self) -> None:
        self.ends: dict[str, datetime] = {}
        self.confirming: set[str] = set()

    def forget(self, device: str) -> None:
        self.ends.pop(device, None)
        self.confirming.discard(device)

    def read(self, kind: str, device: str, entry: Mapping[str, object]) -> None:
        data = entry["data"]
        assert isinstance(data, Mapping)  # noqa: S101  what the journal wrote; for the type checker
        step = (kind.removeprefix("device."), data.get("act"))
        if step == ("intent", "commit"):
            seconds = timedelta(seconds=int(data.get("revert_s", REVERT_S)))
            self.ends[device] = datetime.fromisoformat(str(entry["time"])) + seconds
            self.confirming.discard(device)
        elif step == ("intent", "confirm"):
            self.confirming.add(device)
        elif step == ("result", "confirm"):
            self.ends.pop(device, None)
        elif step == ("result", "rollback"):
            self.forget(device)
