"""What is known of the network beyond its declaration: which devices were deployed, and which answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jbnet.change.endings import State
from jbnet.inventory.coverage import Evidence
from jbnet.model.text import Text, text
from jbnet.model.times import stamp
from jbnet.ports import Answers, Journal

_KEPT = frozenset({State.CONFIRMED, State.ALREADY})


@dataclass(frozen=True, slots=True)
class Gathered:
    """The evidence, and why a part of it is missing."""

    evidence: Evidence
    reasons: tuple[Text, ...] = ()
    as_of: datetime | None = None
    """When the monitor last looked; None: it never did."""


@dataclass(frozen=True, slots=True)
class Built:
    """A lab that is up: since when, and which of its devices booted with what is rendered for them."""

    since: datetime
    deployed: frozenset[str] = frozenset()


def gather(journal: Journal, view: Answers | None, now: datetime, built: Built | None = None) -> Gathered:
    """Return what the change journal and the monitor's memory say. ``view`` None: nothing was ever monitored.

    A monitor that has not looked for longer than its own limit says nothing about now, and what was deployed
    before a lab was built (``built``) says nothing about the devices of that lab.
    """
    entries = journal.entries()
    if built is not None:
        entries = [entry for entry in entries if datetime.fromisoformat(str(entry["time"])) >= built.since]
    begun = built.deployed if built is not None else frozenset()
    known = bool(entries or begun)
    deployed = begun | deployed_devices(entries) if known else None
    reasons = [] if known else [text("deployed: unknown, no plan was applied from this state directory")]
    as_of, stale_s = _last_look(view)
    if view is None or as_of is None:
        reasons.append(text("alive: unknown, nothing was ever monitored from this state directory"))
        return Gathered(Evidence(deployed, None), tuple(reasons))
    if (now - as_of).total_seconds() > stale_s:
        said = stamp(as_of)
        reasons.append(text("alive: unknown, the monitor last looked at {time}", time=said))
        return Gathered(Evidence(deployed, None), tuple(reasons), as_of)
    answering = {device: answers for device, answers in view.answers().items() if answers is not None}
    return Gathered(Evidence(deployed, answering), tuple(reasons), as_of)


def deployed_devices(entries: Iterable[Mapping[str, object]]) -> frozenset[str]:
    """Return the devices that took a configuration from a plan and kept it, or were found to have it already.

    A later plan that failed on such a device was rolled back: it still is deployed.
    """
    found: set[str] = set()
    for entry in entries:
        data = entry["data"]
        if not isinstance(data, Mapping):
            continue
        if entry["kind"] == "device.result" and data.get("act") == "confirm" and data.get("ok"):
            found.add(str(entry["subject"]))
        elif entry["kind"] == "apply.end":
            found.update(str(device) for device, state in data.items() if state in _KEPT)
    return frozenset(found)


def _last_look(view: Answers | None) -> tuple[datetime | None, float]:
    """Return when the monitor last finished a round, and after how many seconds that says nothing any more."""
    summary = view.summary() if view is not None else None
    if not summary:
        return None, 0.0
    return datetime.fromisoformat(str(summary["as_of"])), float(str(summary["stale_s"]))
