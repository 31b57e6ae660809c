"""One event in one line, as people read it: the same words wherever it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jbnet.model.text import text
from jbnet.monitor.actions import Deed
from jbnet.monitor.chronicle_words import SAID
from jbnet.monitor.measured import of_event
from jbnet.monitor.state import Event, SubjectKind

_DEEDS = frozenset(map(str, Deed))
_SEVERITIES = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")
_SHORT = 8
"""Signs of an id that are shown; commands take as many."""
_SILENCES: Mapping[str, str] = {
    str(Deed.SILENCE): text("{by} silenced {target} (silence {id})").template,
    str(Deed.END_SILENCE): text("{by} ended silence {id}").template,
}


def event_text(tr: Callable[..., str], event: Event) -> str:
    """Return an event without its time: what happened to what, and of an incident its cause and whom it cuts off."""
    if event.event in _DEEDS:
        return _deed(tr, event)
    if event.subject.kind == SubjectKind.INCIDENT:
        return _incident(tr, event)
    kind, word = tr(str(event.subject.kind)), tr(event.event)
    said = tr("{kind} {subject} {word}", kind=kind, subject=event.subject, word=word)
    detail = _detail(tr, event)
    return f"{said}: {detail}" if detail else said


def _incident(tr: Callable[..., str], event: Event) -> str:
    cause, sites = event.data.get("root_cause"), event.data.get("sites")
    known = cause if isinstance(cause, Mapping) else {"kind": "", "name": ""}
    said = tr(
        "incident #{id} {word}: {kind} {name}",
        id=event.subject,
        word=tr(event.event),
        kind=tr(str(known["kind"])),
        name=known["name"],
    )
    count = len(sites) if isinstance(sites, list) else 0
    if known["kind"] == "alarm" and not count:  # an alarm cuts nobody off
        return said
    return said + tr(", sites cut off: {count}", count=count)


def _deed(tr: Callable[..., str], event: Event) -> str:
    """Return what somebody did; the id of a silence stands in the event that begins it and is what ends it."""
    data, by, about = event.data, event.data.get("by") or "?", str(event.subject)
    target = f"#{about}" if about.isdigit() else about
    if event.event in _SILENCES:
        name = about if event.event == Deed.END_SILENCE else str(data.get("action") or "")
        said = tr(_SILENCES[event.event], by=by, target=target, id=name[:_SHORT])
    else:
        said = f"{target} {tr(SAID.get(event.event, event.event), by=by)}"
    more = ", ".join(str(data[key]) for key in ("owner", "comment") if data.get(key))
    return f"{said}: {more}" if more else said


def _detail(tr: Callable[..., str], event: Event) -> str:
    """Return what is to be said of an event besides what happened to what."""
    data = event.data
    if "left_out" in data:
        return tr("{count} more were not kept: it says too much", count=data["left_out"])
    if "text" in data or "tag" in data:
        severity = _SEVERITIES[int(str(data.get("severity", 5))) & 7]
        return f"{severity}: {data.get('tag', '')} {data.get('text', '')}".rstrip()
    if "rule" in data:
        return f"{data['rule']}{_figures(tr, data) if event.event == 'raised' else ''}"
    return str(data.get("by", ""))


def _figures(tr: Callable[..., str], data: Mapping[str, object]) -> str:
    """Return what an alarm measured and what it was held against."""
    if data.get("expected") is not None:
        return ", " + tr("declared is {expected}, seen is {actual}", expected=data["expected"], actual=data["actual"])
    found = of_event(data)
    if found is None:
        return ""
    if found.words is not None:
        return ", " + tr(found.words)
    return ", " + tr("value {value}, limit {limit}", value=f"{found.value:.4g}", limit=f"{found.limit:.4g}")
