"""One event in one line, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jbnet.cli.history_text import SAID
from jbnet.monitor.actions import Deed
from jbnet.monitor.state import Event, SubjectKind

_DEEDS = frozenset(map(str, Deed))


def event_text(tr: Callable[..., str], event: Event) -> str:
    """Return an event without its time: what happened to what, and of an incident its cause and whom it cuts off."""
    if event.event in _DEEDS:
        return _deed(tr, event)
    if event.subject.kind is not SubjectKind.INCIDENT:
        kind, word = tr(str(event.subject.kind)), tr(event.event)
        return tr("  {kind} {subject} {word}", kind=kind, subject=event.subject, word=word)
    cause, sites = event.data.get("root_cause"), event.data.get("sites")
    known = cause if isinstance(cause, Mapping) else {"kind": "", "name": ""}
    return tr(
        "incident #{id} {word}: {kind} {name}, sites cut off: {sites}",
        id=event.subject,
        word=tr(event.event),
        kind=tr(str(known["kind"])),
        name=known["name"],
        sites=len(sites) if isinstance(sites, list) else 0,
    )


def _deed(tr: Callable[..., str], event: Event) -> str:
    data = event.data
    target = f"#{event.subject}" if str(event.subject).isdigit() else str(event.subject)
    said = tr(SAID.get(event.event, "{by}: " + event.event), by=data.get("by") or "?")
    more = ", ".join(str(data[key]) for key in ("owner", "comment") if data.get(key))
    return f"{target} {said}" + (f": {more}" if more else "")
