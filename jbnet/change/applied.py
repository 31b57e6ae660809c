"""Changes that were applied, as the journal of changes tells of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from jbnet.change.endings import AS_PLANNED
from jbnet.change.records import of_changes

Entry = Mapping[str, object]


class Ending(StrEnum):
    """How the last run of a change ended; UNFINISHED: it was killed, or goes on."""

    WHOLE = "whole"
    PART = "in part"
    NOTHING = "nothing"
    UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class Applied:
    """One change: its plan's hash, when its last run was begun and ended and by whom, how its devices ended there.

    ``devices`` is how many the plan changes; None: entries from before that was written do not say it. ``kept`` are
    those on which it was confirmed in any run, with the file in which their configuration of before is kept.
    """

    change: str
    begun: datetime
    owner: str = ""
    ended: datetime | None = None
    states: Mapping[str, str] = field(default_factory=dict)
    devices: int | None = None
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def ending(self) -> Ending:
        """Say how the last run ended."""
        if self.ended is None:
            return Ending.UNFINISHED
        fine = sum(state in AS_PLANNED for state in self.states.values())
        if not fine:
            return Ending.NOTHING
        return Ending.WHOLE if fine == (self.devices or len(self.states)) else Ending.PART


CONFIRMING = ("device.intent", "device.result")
"""A confirmation that was sent may have been taken: a run that is killed then writes no result of it."""


def applied(entries: Iterable[Entry]) -> dict[str, Applied]:
    """Return every change that was ever begun, by its hash, the one begun last standing last.

    A run that was killed and resumed is one change: what is kept of a device is the first backup since it was last as
    before.
    """
    found, backups = dict[str, Applied](), dict[str, dict[str, str]]()
    for change, entry in of_changes(entries):
        kind, subject, data = str(entry["kind"]), str(entry["subject"]), entry["data"]
        assert isinstance(data, Mapping)  # noqa: S101  what the journal wrote; for the type checker
        if kind == "apply.start":
            found[change] = _begun(found.pop(change, None), change, entry, data)
        elif kind == "device.backup":
            backups.setdefault(change, {})[subject] = str(data["file"])
        elif change in found and kind == "apply.end":
            found[change] = replace(found[change], ended=_time(entry), states={n: str(s) for n, s in data.items()})
        elif kind in CONFIRMING and data.get("act") == "confirm" and subject in backups.get(change, {}):
            known = found.get(change) or Applied(change, _time(entry))
            found[change] = replace(known, kept={**known.kept, subject: backups[change][subject]})
    return found


def deployed(entries: Iterable[Entry], since: datetime) -> frozenset[str]:
    """Return the devices that ran what some change intended, at that time or later."""
    changes = applied(entry for entry in entries if _time(entry) >= since).values()
    fine = (name for change in changes for name, state in change.states.items() if state in AS_PLANNED)
    return frozenset(fine).union(*(change.kept for change in changes))


def _begun(before: Applied | None, change: str, entry: Entry, data: Mapping[str, object]) -> Applied:
    devices = data.get("devices")
    return Applied(
        change,
        _time(entry),
        str(data.get("owner", "")),
        devices=devices if isinstance(devices, int) else None,
        kept=before.kept if before is not None else {},
    )


def _time(entry: Entry) -> datetime:
    return datetime.fromisoformat(str(entry["time"]))
