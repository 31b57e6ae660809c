"""What was seen of a fault, and what of our own is ruled out, in the words of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from jbnet.model.text import Text, joined, text
from jbnet.monitor.alarm_words import word_for
from jbnet.monitor.fault_evidence import Doubt
from jbnet.monitor.state import SubjectKind

if TYPE_CHECKING:
    from jbnet.monitor.fault import FaultEnd
    from jbnet.monitor.fault_evidence import Figure, Sighting

NAMES = ("A", "B")
"""What the ends are called; A is the one nearer to the core."""
_SEEN: Mapping[tuple[SubjectKind, str], Text] = {
    (SubjectKind.INTERFACE, "down"): text("the port is down"),
    (SubjectKind.NEIGHBOUR, "lost"): text("the port is up, but the far end's router is not heard any more"),
    (SubjectKind.SESSION, "lost"): text("the port is up, but the session with the far end's router is lost"),
    (SubjectKind.DEVICE, "unreachable"): text("the router cannot be reached any more"),
    (SubjectKind.DEVICE, "agent silent"): text("the router answers echo requests, but not its management"),
}
_DOUBTS: Mapping[Doubt, Text] = {
    Doubt.SHUT: text("the port was switched off on our side"),
    Doubt.RESTARTED: text("the router restarted shortly before the fault or during it"),
    Doubt.SILENT: text("the router did not answer: dead, without power, or only cut off by the line"),
    Doubt.UNWATCHED: text("the router is not watched"),
    Doubt.UNSEEN: text("no look of that time is kept"),
}


def seen(sighting: Sighting) -> Text:
    """Return what was seen at an end."""
    told = _SEEN.get((sighting.kind, sighting.state)) or text("{kind} {state}", kind=text(sighting.kind.value),
                                                              state=text(sighting.state))  # fmt: skip
    return text("end {end}: {seen}", end=NAMES[sighting.end or 0], seen=told)


def measured(figure: Figure) -> Text:
    """Return a measure that passed its limit, with both figures."""
    what = text(word_for(figure.measure))
    if figure.value is None or figure.limit is None:
        return what
    value, limit = (_amount(figure.measure, number) for number in (figure.value, figure.limit))
    return text("{what}: {value}; the limit is {limit}", what=what, value=value, limit=limit)


def _amount(measure: str, number: float) -> str:
    return f"{number * 100:.1f} %" if measure == "loss" else f"{number * 1000:.0f} ms"


def ruled(end: FaultEnd) -> Text:
    """Return whether our own equipment at an end is ruled out, and why."""
    seen = end.seen
    if seen.doubts:
        return text("not ruled out: {why}", why=joined(_DOUBTS[doubt] for doubt in seen.doubts))
    said = [text("the router has power and answered without a break; it did not restart; its port is switched on")]
    if seen.looks:
        said.append(text("looks that it answered: {answered} of {looks}", answered=seen.answered, looks=seen.looks))
    if seen.others:
        said.append(text("our other links on it that work: {up} of {count}", up=seen.others_up, count=seen.others))
    return text("ruled out: {why}", why=joined(said))
