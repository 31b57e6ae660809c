"""The history of an incident, from the events that were kept of it: each change of state with its time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jbnet.monitor.actions import Deed
from jbnet.monitor.incidents import rfc3339
from jbnet.monitor.state import Event

_DEEDS = frozenset(str(deed) for deed in Deed)
COUNTED = ("sites", "degraded", "on_backup", "others", "devices")
"""The changes whose ``added`` and ``gone`` are names of places and devices."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change: ``what`` is a word (``opened``, ``sites``, ``acknowledge``), ``by`` a person, ``said`` their words.

    ``added`` and ``gone`` are names that came to a list of the incident or left it; of a corrected root cause, the
    new one and the old one.
    """

    time: datetime
    what: str
    by: str = ""
    said: str = ""
    added: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json``."""
        return {
            "at": rfc3339(self.time),
            "what": self.what,
            "by": self.by or None,
            "said": self.said or None,
            "added": list(self.added),
            "gone": list(self.gone),
        }


def chronicle(events: Iterable[Event]) -> tuple[Change, ...]:
    """Return what happened to an incident and what people did to it, by time."""
    before: Mapping[str, object] = {}
    found: list[Change] = []
    for event in events:
        if event.event in _DEEDS:
            found.append(_deed(event))
            continue
        found.extend(_changes(event, before))
        before = event.data
    return tuple(sorted(found, key=lambda change: change.time))


def _deed(event: Event) -> Change:
    data = event.data
    owner = str(data.get("owner") or "")
    return Change(
        event.time, event.event, str(data.get("by") or ""), str(data.get("comment") or ""), (owner,) if owner else ()
    )


def _changes(event: Event, before: Mapping[str, object]) -> Iterator[Change]:
    """Yield what an event says beyond the one before it."""
    if event.event != "updated":
        yield Change(event.time, event.event)
    now, old = _cause(event.data), _cause(before)
    if before and now != old:
        yield Change(event.time, "root cause", added=(now,), gone=(old,))
    for word, begins, ends in (("flapping", "flapping", "steady"), ("cleared", "recovering", "down again")):
        if before and bool(event.data.get(word)) != bool(before.get(word)) and not event.data.get("closed"):
            yield Change(event.time, begins if event.data.get(word) else ends)
    if event.data.get("closed"):
        return
    for name in COUNTED:
        added, gone = _difference(event.data.get(name), before.get(name))
        if added or gone:
            yield Change(event.time, name, added=added, gone=gone)


def _cause(data: Mapping[str, object]) -> str:
    cause = data.get("root_cause")
    return f"{cause['kind']} {cause['name']}" if isinstance(cause, Mapping) else ""


def _difference(now: object, before: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    after, earlier = _names(now), _names(before)
    return tuple(n for n in after if n not in earlier), tuple(n for n in earlier if n not in after)


def _names(value: object) -> Sequence[str]:
    return [str(name) for name in value] if isinstance(value, (list, tuple)) else ()
