"""What killed runs of a plan left behind, read from the journal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
    confirmation was sent, ``confirmed`` those that answered it, ``undoing`` those that were then to be taken back, of
    which no answer is known: whether these run what they ran before only they can tell.
    """

    ends: Mapping[str, datetime] = field(default_factory=dict)
    confirming: frozenset[str] = frozenset()
    confirmed: frozenset[str] = frozenset()
    undoing: frozenset[str] = frozenset()

    def may_be_confirmed(self, device: str) -> bool:
        """Say whether a device that does not answer may run what is intended for good."""
        return device in self.confirming or device in self.undoing

    def is_half_confirmed(self, devices: Collection[str]) -> bool:
        """Say whether some devices of a unit may run what is intended for good, and not all are known to."""
        begun = any(self.may_be_confirmed(device) for device in devices)
        return begun and not self.confirmed.issuperset(devices)

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
    return traces.left()


def overrides_of(entries: Iterable[Mapping[str, object]], change: str) -> frozenset[str]:
    """Return the devices whose dangers were accepted when the change's last run began."""
    said: object = ()
    for entry in entries:
        data = entry["data"]
        if entry["kind"] == "apply.start" and entry["subject"] == change and isinstance(data, Mapping):
            said = data.get("overrides", ())
    return frozenset(said) if isinstance(said, list) else frozenset()


class _Traces:
    """What is known so far of each device."""

    def __init__(self) -> None:
        self.ends: dict[str, datetime] = {}
        self.timers: dict[str, datetime] = {}
        """When the timer of a device's last commit runs out, or would have, had nobody confirmed."""
        self.confirming: set[str] = set()
        self.confirmed: set[str] = set()
        self.undoing: set[str] = set()

    def left(self) -> EarlierRun:
        """Return what all of it comes to."""
        sets = (frozenset(found) for found in (self.confirming, self.confirmed, self.undoing))
        return EarlierRun(self.ends, *sets)

    def forget(self, device: str) -> None:
        self.ends.pop(device, None)
        for found in (self.confirming, self.confirmed, self.undoing):
            found.discard(device)

    def read(self, kind: str, device: str, entry: Mapping[str, object]) -> None:
        data = entry["data"]
        assert isinstance(data, Mapping)  # noqa: S101  what the journal wrote; for the type checker
        match (kind.removeprefix("device."), data.get("act")):
            case ("intent", "commit"):
                seconds = timedelta(seconds=int(data.get("revert_s", REVERT_S)))
                self.forget(device)
                self.ends[device] = self.timers[device] = datetime.fromisoformat(str(entry["time"])) + seconds
            case ("intent", "confirm"):
                self.confirming.add(device)
            case ("result", "confirm"):
                self.ends.pop(device, None)
                self.confirmed.add(device)
            case ("intent", "rollback") if device in self.confirming:
                self.forget(device)
                self.undoing.add(device)
                if device in self.timers:  # else another plan's commit was confirmed by this one
                    self.ends[device] = self.timers[device]  # the other half's runs out with it
            case ("result", "rollback"):
                self.forget(device)
