"""An incident in a reader's words: what a row of the wall and the page of one incident say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from jbnet.model.text import Text, text
from jbnet.monitor.alarm_words import PLAIN
from jbnet.monitor.board import Entry, Group
from jbnet.monitor.causes import CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.monitor.tongue import Tongue
from jbnet.web.reader import Glasses

MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class Row:
    """An incident in a line of the wall."""

    id: str
    severity: str
    severity_said: str
    cause: str
    where: str
    touched: str
    since: str
    marks: str
    calls: bool


@dataclass(frozen=True, slots=True)
class Heap:
    """A group of incidents in a line: so many that share a kind of cause."""

    severity: str
    severity_said: str
    count: int
    name: str
    since: str
    sites: int
    calling: int


def row(glasses: Glasses, entry: Entry, now: datetime) -> Row:
    """Return an incident in a line."""
    incident, tongue = entry.incident, glasses.tongue
    return Row(
        incident.id,
        str(incident.severity),
        word(tongue, str(incident.severity)),
        cause(tongue, incident),
        tongue.where(incident.subject),
        touched(tongue, incident),
        since(tongue, incident, now),
        marks(tongue, entry),
        entry.calls,
    )


def heap(glasses: Glasses, group: Group, now: datetime) -> Heap:
    """Return a group in a line."""
    tongue = glasses.tongue
    said = " ".join(filter(None, (word(tongue, group.kind), _shared(tongue, group.kind, group.what))))
    severity = str(group.worst)
    when = tongue.clock(group.since, now)
    return Heap(severity, word(tongue, severity), len(group.entries), said, when, group.sites, group.calling)


def _shared(tongue: Tongue, kind: str, what: str) -> str:
    """Return what the causes of a group share, as people call it: of circuits their carrier."""
    carriers = tongue.network.carriers if tongue.network is not None else {}
    if kind == CauseKind.CIRCUIT and what in carriers:
        return carriers[what].name_zh if tongue.lang == "zh" else carriers[what].name
    return what


def word(tongue: Tongue, said: str) -> str:
    """Return a word of a closed set in the reader's language."""
    return tongue.catalogue.get(said, said)


def cause(tongue: Tongue, incident: Incident) -> str:
    """Return what is broken."""
    return f"{word(tongue, str(incident.root_cause.kind))} {incident.root_cause.name}"


def since(tongue: Tongue, incident: Incident, now: datetime) -> str:
    """Return when it began; how long ago is not said: the page would never stand still."""
    return tongue.clock(incident.since, now)


def marks(tongue: Tongue, entry: Entry) -> str:
    """Return what is special about it, and who is on it or that nobody is."""
    said = [word(tongue, mark) for mark in entry.marks if mark != "acknowledged"]
    if entry.notes.owner:
        said.append(f"→ {entry.notes.owner}")
    elif entry.calls:
        said.append(tongue.say(text("nobody is on it")))
    return tongue.listed(said)


def touched(tongue: Tongue, incident: Incident) -> str:
    """Return whom it touches in a line: how many of each kind, and the highest places by name."""
    said: list[Text] = []
    if incident.sites:
        names = tongue.places(incident.sites, 3)
        said.append(text("{count} sites cut off: {names}", count=len(incident.sites), names=names))
    if incident.others:
        said.append(text("cut off: {names}", names=tongue.places(incident.others, 3)))
    if incident.on_backup:
        said.append(text("{count} sites on the backup line", count=len(incident.on_backup)))
    if incident.degraded and not said:
        said.append(text("{count} sites with fewer ways", count=len(incident.degraded)))
    if incident.services:
        said.append(text("{count} services touched", count=len(incident.services)))
    return " · ".join(tongue.say(one) for one in said)


def facts(glasses: Glasses, incident: Incident) -> Iterator[tuple[str, str]]:
    """Yield what an incident touches, with the heading of each."""
    tongue = glasses.tongue
    for heading, names in (
        (text("sites cut off"), incident.sites),
        (text("locations and peers cut off"), incident.others),
        (text("fewer ways to the core"), incident.degraded),
        (text("on the backup line"), incident.on_backup),
    ):
        if names:
            yield f"{tongue.say(heading)} ({len(names)})", tongue.places(names, 40)
    if incident.services:
        said = tongue.listed(f"{tongue.service(one.name)} ({one.sites})" for one in incident.services)
        yield tongue.say(text("services, with the number of sites")), said
    if incident.devices:
        yield tongue.say(text("devices that do not answer")), tongue.few(incident.devices, 40)


def sentences(tongue: Tongue, incident: Incident) -> Iterator[str]:
    """Yield what is said of an incident besides whom it touches."""
    if incident.maintenance:
        yield tongue.say(text("under maintenance {window}; nobody is called for it", window=incident.maintenance))
    if incident.related:
        yield tongue.say(text("it began during or soon after: {work}", work=incident.related))
    for symptom in incident.symptoms if incident.alarm else ():
        if symptom.state != PLAIN:
            yield tongue.say(text("what is wrong: {words}", words=text(symptom.state)))
    for reading in incident.readings:
        if reading.words is not None:
            yield tongue.say(text("measured: {words}", words=reading.words))
    if incident.said:
        expected, actual = incident.said
        yield tongue.say(text("declared is {expected}, seen is {actual}", expected=expected, actual=actual))
    if incident.advice:
        yield tongue.say(text("next: {what}", what=incident.advice))


def state(incident: Incident) -> str:
    """Return the word for how an incident stands."""
    if incident.closed or incident.maintenance:
        return incident.state
    if incident.flapping:
        return "flapping"
    return "recovering" if incident.cleared else "open"
