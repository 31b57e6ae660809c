"""The board in lines: an incident or a group of them in one line each, in columns that fit a terminal's width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jbnet.cli.columns import cells, pad
from jbnet.cli.times import local
from jbnet.model.printable import printable
from jbnet.monitor.causes import CauseKind

if TYPE_CHECKING:
    from jbnet.model.network import Network
    from jbnet.monitor.board import Entry, Group
    from jbnet.monitor.causes import CauseId

Translate = Callable[..., str]
_NUMBER, _SEVERITY, _SINCE, _SITES = 6, 8, 10, 5
_LEAST_CAUSE, _LEAST_LAST, _LAST = 8, 12, 18
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


def recognisable(said: str, width: int) -> str:
    """Return a text in at most so many columns without the middle: names are told apart by both ends."""
    said = printable(said).replace("\n", " ")
    if cells(said) <= width or width < _LEAST_CAUSE:
        return said if cells(said) <= width else fit(said, width)
    head, tail = fit(said, width - width // 2), said
    while cells(tail) > width // 2:
        tail = tail[1:]
    return head.rstrip() + tail


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


class Board:
    """Incidents in a line each: number, how bad, what, since when, sites cut off, and their marks and who is on them.

    What the last column does not need the cause has: by its name somebody knows what it is.
    """

    def __init__(self, tr: Translate, entries: Sequence[Entry], now: datetime, width: int):
        self._tr, self._entries, self._now, self._width = tr, entries, now, width
        needed = max((cells(state(tr, entry, briefly=True)) for entry in entries), default=0)
        self._last = max(_LEAST_LAST, cells(tr("state, owner")), min(_most_of_last(width), needed))

    @property
    def head(self) -> str:
        """Return the headings."""
        tr = self._tr
        heads = ("#", tr("severity"), tr("cause"), tr("since"), tr("sites"), tr("state, owner"))
        return _columns(heads, self._width, self._last)

    @property
    def lines(self) -> list[str]:
        """Return a line for each incident, in the order in which they came."""
        return [self._line(entry) for entry in self._entries]

    def _line(self, entry: Entry) -> str:
        incident, tr = entry.incident, self._tr
        return _columns(
            (
                f"#{incident.id}",
                tr(str(incident.severity)),
                _cause(tr, incident.root_cause, _room(self._width) - self._last),
                since(incident.since, self._now),
                str(len(incident.sites) or "-"),
                state(tr, entry, briefly=True),
            ),
            self._width,
            self._last,
        )


def _cause(tr: Translate, cause: CauseId, room: int) -> str:
    """Return a cause in the columns there are: without its kind where they are few, of an alarm first what it is of."""
    rule, _, subject = cause.name.partition(" ")
    name = f"{subject} {rule}" if cause.kind is CauseKind.ALARM and subject else cause.name
    whole = f"{tr(str(cause.kind))} {name}"
    return whole if cells(whole) <= room else recognisable(name, room)


def state(tr: Translate, entry: Entry, *, briefly: bool = False) -> str:
    """Return the marks of an incident, and who is on it or that nobody is (``briefly``: under a heading)."""
    marks = [tr(mark) for mark in entry.marks if mark != "acknowledged"]
    if entry.notes.owner:
        marks.append(f"→ {entry.notes.owner}")
    elif entry.calls:
        marks.append(tr("nobody") if briefly else tr("nobody is on it"))
    return ", ".join(marks)


def group_head(tr: Translate, width: int) -> str:
    """Return the headings above ``group_line``."""
    heads = (tr("count"), tr("severity"), tr("cause"), tr("since"), tr("sites"), tr("nobody is on"))
    return _columns(heads, width, _most_of_last(width))


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
        _most_of_last(width),
    )


def group_name(tr: Translate, group: Group, network: Network | None) -> str:
    """Return what the incidents of a group share, as people call it."""
    if group.kind == "circuit" and network is not None:
        carrier = network.carriers.get(group.what)
        named = (carrier.name_zh if tr("carrier") != "carrier" else carrier.name) if carrier else group.what
        return f"{tr('circuit')} {named}" if named else tr("cable of our own")
    return f"{tr(group.kind)} {group.what}".rstrip()


def _room(width: int) -> int:
    """Return what there is for the cause and the last column."""
    return width - _NUMBER - _SEVERITY - _SINCE - _SITES - 5


def _most_of_last(width: int) -> int:
    return max(_LAST, _room(width) // 3)


def _columns(values: Sequence[str], width: int, last: int) -> str:
    number, severity, cause, when, sites, marks = values
    parts = (
        fit(number, _NUMBER), fit(severity, _SEVERITY), fit(cause, max(_LEAST_CAUSE, _room(width) - last)),
        fit(when, _SINCE),
        " " * (_SITES - cells(sites)) + sites, fit(marks, last),
    )  # fmt: skip
    return " ".join(parts).rstrip()
