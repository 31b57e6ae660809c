"""The board in lines: an incident or a group of them in one line each, in columns that fit a terminal's width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jbnet.cli.columns import cells, pad
from jbnet.cli.times import local
from jbnet.model.printable import printable

if TYPE_CHECKING:
    from jbnet.model.network import Network
    from jbnet.monitor.board import Entry, Group

Translate = Callable[..., str]
_SEVERITY, _SINCE, _SITES, _LEAST = 8, 11, 5, 18
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def fit(said: str, width: int) -> str:
    """Return a text in exactly so many columns: filled up, or cut with a sign that says so."""
    said = printable(said).replace("\n", " ")
    if cells(said) <= width:
        return pad(said, width)
    kept = ""
    for character in said:
        if cells(kept + character) > width - 1:
            break
        kept += character
    return pad(kept + "…", width) if width > 0 else ""


def short(seconds: float) -> str:
    """Return a duration in four columns or so: ``45s``, ``12m``, ``3h``, ``5d``."""
    whole = max(0, int(seconds))
    for unit, length in (("d", _DAY), ("h", _HOUR), ("m", _MINUTE)):
        if whole >= length:
            return f"{whole // length}{unit}"
    return f"{whole}s"


def since(time: datetime, now: datetime) -> str:
    """Return when something began in local time, and how long ago: ``12:04 3m``; a date where it is older."""
    here = local(time)
    old = now - time >= timedelta(hours=20)
    return f"{here:%m-%d}{'' if old else f' {here:%H:%M}'} {short((now - time).total_seconds())}"[0 if old else 6 :]


def head(tr: Translate, width: int) -> str:
    """Return the headings above ``line``."""
    return _columns(("#", tr("severity"), tr("cause"), tr("since"), tr("sites"), tr("state, who is on it")), width)


def line(tr: Translate, entry: Entry, now: datetime, width: int) -> str:
    """Return an incident in one line: number, how bad, what, since when, sites cut off, marks, and who is on it."""
    incident = entry.incident
    return _columns(
        (
            f"#{incident.id}",
            tr(str(incident.severity)),
            f"{tr(str(incident.root_cause.kind))} {incident.root_cause.name}",
            since(incident.since, now),
            str(len(incident.sites) or "-"),
            state(tr, entry),
        ),
        width,
    )


def state(tr: Translate, entry: Entry) -> str:
    """Return the marks of an incident, and who is on it or that nobody is."""
    marks = [tr(mark) for mark in entry.marks if mark != "acknowledged"]
    if entry.notes.owner:
        marks.append(f"→ {entry.notes.owner}")
    elif entry.calls:
        marks.append(tr("nobody is on it"))
    return ", ".join(marks)


def group_head(tr: Translate, width: int) -> str:
    """Return the headings above ``group_line``."""
    return _columns((tr("count"), tr("severity"), tr("cause"), tr("since"), tr("sites"), tr("nobody is on")), width)


def group_line(tr: Translate, group: Group, now: datetime, width: int, network: Network | None = None) -> str:
    """Return a group in one line: how many, how bad at worst, what they share, since when, sites, how many call."""
    return _columns(
        (
            str(len(group.entries)),
            tr(str(group.worst)),
            group_name(tr, group, network),
            since(group.since, now),
            str(group.sites or "-"),
            str(group.calling or "-"),
        ),
        width,
    )


def group_name(tr: Translate, group: Group, network: Network | None) -> str:
    """Return what the incidents of a group share, as people call it."""
    if group.kind == "circuit" and network is not None:
        carrier = network.carriers.get(group.what)
        named = (carrier.name_zh if tr("carrier") != "carrier" else carrier.name) if carrier else group.what
        return f"{tr('circuit')} {named}" if named else tr("cable of our own")
    return f"{tr(group.kind)} {group.what}".rstrip()


def _columns(values: Sequence[str], width: int) -> str:
    number, severity, cause, when, sites, marks = values
    room = width - 6 - _SEVERITY - _SINCE - _SITES - 5
    last = max(_LEAST, room // 3)
    parts = (
        fit(number, 6), fit(severity, _SEVERITY), fit(cause, max(8, room - last)), fit(when, _SINCE),
        " " * (_SITES - cells(sites)) + sites, fit(marks, last),
    )  # fmt: skip
    return " ".join(parts).rstrip()
