"""The history of an incident in words: one line a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from jbnet.model.text import text
from jbnet.monitor.chronicle import Change

_MOST = 6
SAID: Mapping[str, str] = {
    "opened": text("opened").template,
    "closed": text("closed").template,
    "planned": text("began under maintenance").template,
    "over": text("ended under maintenance").template,
    "root cause": text("the root cause is {added}, not {gone}").template,
    "flapping": text("the cause comes and goes").template,
    "steady": text("the cause does not come and go any more").template,
    "recovering": text("the cause is repaired; what lies behind it is coming back").template,
    "down again": text("the cause is there again").template,
    "sites": text("sites cut off").template,
    "degraded": text("fewer ways to the core").template,
    "on_backup": text("on the backup line").template,
    "others": text("locations and peers cut off").template,
    "devices": text("devices that do not answer").template,
    "acknowledge": text("{by} acknowledged it").template,
    "release": text("{by} took the acknowledgement back").template,
    "own": text("{by} handed it over").template,
    "comment": text("{by} noted").template,
}
"""What a change is called; those with names are followed by them."""


def change_text(tr: Callable[..., str], change: Change) -> str:
    """Return a change without its time."""
    template = SAID.get(change.what, change.what)
    if change.what == "root cause":
        return tr(template, added=", ".join(change.added), gone=", ".join(change.gone))
    said = tr(template, by=change.by)
    if change.by and change.added:
        said += tr("; on it: {owner}", owner=", ".join(change.added))
    elif change.added or change.gone:
        said += f": {_difference(change)}"
    return f"{said}: {change.said}" if change.said else said


def _difference(change: Change) -> str:
    parts = []
    for sign, names in (("+", change.added), ("-", change.gone)):
        if names:
            more = f" … +{len(names) - _MOST}" if len(names) > _MOST else ""
            parts.append(f"{sign}{len(names)} ({', '.join(names[:_MOST])}{more})")
    return "  ".join(parts)
