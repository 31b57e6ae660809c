"""What each page is made of: the part that changes while somebody looks, and the frame around it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from jbnet.model.levels import Status
from jbnet.model.text import text
from jbnet.monitor.board import Entry, grouped
from jbnet.monitor.chronicle import COUNTED, Change, chronicle
from jbnet.monitor.chronicle_words import change_text
from jbnet.monitor.scoped import sees_cause
from jbnet.monitor.wall import LineState, PlaceState
from jbnet.web import wording
from jbnet.web.reader import Glasses

if TYPE_CHECKING:
    from jbnet.model.network import Site
    from jbnet.monitor.state import Event
    from jbnet.web.live import Subject
    from jbnet.web.sight import Eyes, Sight

MOST_ROWS = 12
"""So many incidents stand on the wall; of more the groups come first."""
MOST_LISTED = 200
LEGEND = (
    (PlaceState.FINE, text("in order")),
    (PlaceState.DEGRADED, text("fewer ways to the core")),
    (PlaceState.BACKUP, text("on the backup line")),
    (PlaceState.CUT, text("cut off")),
    (PlaceState.SILENT, text("silent, cause not known yet")),
    (PlaceState.UNKNOWN, text("never seen")),
    (PlaceState.MAINTENANCE, text("under maintenance")),
)


@cache
def templates() -> Environment:
    """Return the templates: what comes from the network or from people is escaped, what is not given is an error."""
    return Environment(
        loader=PackageLoader("jbnet.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def fragment(name: str, glasses: Glasses, **given: object) -> Markup:
    """Return a part of a page."""
    return Markup(templates().get_template(f"{name}.html.j2").render(_=glasses.say, url=str, **given))  # noqa: S704  rendered with escaping just now


def events(eyes: Eyes, sight: Sight, subject: Subject) -> Mapping[str, str]:
    """Return what a subject's page is told: its changing part, and on the wall the states of places and lines."""
    said = {"now": json.dumps(str(part(eyes, sight, subject)))}
    if subject.page != "wall":
        return said
    return said | {"states": json.dumps(states(subject.reader.within(sight.network), sight), sort_keys=True)}


def part(eyes: Eyes, sight: Sight, subject: Subject) -> Markup:
    """Return the changing part of a page; an empty one where there is nothing that the reader sees."""
    glasses = subject.reader.within(sight.network)
    if subject.page == "incident":
        return incident_now(eyes, glasses, sight, subject.name)
    return now_part(glasses, sight, most=MOST_ROWS if subject.page == "wall" else MOST_LISTED)


def states(glasses: Glasses, sight: Sight) -> Mapping[str, str]:
    """Return the states of places and lines that are not fine and are the reader's to see."""
    fine = {PlaceState.FINE, LineState.FINE}
    places = {name: str(s) for name, s in sight.wall.places.items() if s not in fine and glasses.sees(name)}
    lines = {name: str(s) for name, s in sight.wall.lines.items() if s not in fine and glasses.sees_circuit(name)}
    return {**lines, **places}


def now_part(glasses: Glasses, sight: Sight, *, most: int) -> Markup:
    """Return counts and incidents as of now."""
    found = glasses.cut(sight.found)
    shown = found[:most]
    groups = grouped(found) if len(found) > most else ()
    calling = [entry for entry in found if entry.calls]
    silent = silent_devices(glasses, sight)
    return fragment(
        "now",
        glasses,
        trouble=glasses.say(sight.trouble) if sight.trouble is not None else "",
        blind=[wording.word(glasses.tongue, str(reason)) for reason in sight.fresh.blind] if not sight.trouble else (),
        **counts(glasses, sight),
        calling=len(calling),
        total=len(found),
        groups=[wording.heap(glasses, one, sight.now) for one in groups],
        rows=[wording.row(glasses, one, sight.now) for one in shown],
        more=len(found) - len(shown),
        silent=glasses.tongue.few(silent, 8),
        silent_count=len(silent),
    )


def counts(glasses: Glasses, sight: Sight) -> Mapping[str, Any]:
    """Return how many sites can be reached and devices answer: of those that the reader sees."""
    summary = sight.summary
    backup = sum(s is PlaceState.BACKUP and glasses.sees(name) for name, s in sight.wall.places.items())
    if summary is None:
        return {"sites": None, "devices": None, "backup": backup}
    if glasses.reader.subtree is None:
        return {"sites": summary["sites"], "devices": summary["devices"], "backup": backup}
    return {**_own_counts(glasses, sight), "backup": backup}


def _own_counts(glasses: Glasses, sight: Sight) -> Mapping[str, Any]:
    """Return the same of a part of the network, from who answered: of its sites in use that somebody watches."""
    answers, sites = sight.answers, _sites(glasses)
    in_use = [home for home in sight.homes if home in sites and sites[home].status is Status.ACTIVE]
    watched = [h for h in in_use if glasses.sees(h) and any(d in answers for d in sight.homes[h])]
    reachable = sum(any(answers.get(device) is True for device in sight.homes[home]) for home in watched)
    devices = [d for d in (glasses.scope.devices if glasses.scope is not None else ()) if d in answers]
    answering = sum(answers[device] is True for device in devices)
    return {
        "sites": {"reachable": reachable, "total": len(watched)},
        "devices": {"answering": answering, "total": len(devices)},
    }


def _sites(glasses: Glasses) -> Mapping[str, Site]:
    return glasses.network.sites if glasses.network is not None else {}


def silent_devices(glasses: Glasses, sight: Sight) -> Sequence[str]:
    """Return the silent devices that nothing explains yet, of those that the reader sees."""
    names = (sight.summary or {}).get("unexplained", ())
    seen = glasses.scope.devices if glasses.scope is not None else frozenset()
    return [name for name in names if glasses.reader.subtree is None or name in seen]


def incident_now(eyes: Eyes, glasses: Glasses, sight: Sight, number: str) -> Markup:
    """Return an incident as of now; an empty part where there is none of that number that the reader sees."""
    found = eyes.incident(number)
    entry = glasses.mine(found[0]) if found is not None else None
    return incident_part(glasses, entry, found[1], sight) if found is not None and entry is not None else Markup()


def incident_part(glasses: Glasses, entry: Entry, history: Sequence[Event], sight: Sight) -> Markup:
    """Return an incident: what it is, whom it touches, whom to call, what happened to it."""
    incident, tongue = entry.incident, glasses.tongue
    whole = glasses.reader.subtree is None
    theirs = whole or (glasses.scope is not None and sees_cause(incident.root_cause, glasses.scope))
    call = tongue.ask_first(incident) or (tongue.call(incident) if theirs else None)
    return fragment(
        "incident_now",
        glasses,
        id=incident.id,
        severity=str(incident.severity),
        severity_said=wording.word(tongue, str(incident.severity)),
        cause=wording.cause(tongue, incident),
        where=tongue.where(incident.subject),
        state=" · ".join(filter(None, (wording.word(tongue, wording.state(incident)), wording.marks(tongue, entry)))),
        since=tongue.clock(incident.since, sight.now),
        closed=tongue.clock(incident.closed, sight.now) if incident.closed else "",
        reading=wording.word(tongue, incident.reading) if incident.reading else "",
        said=list(wording.sentences(tongue, incident)),
        facts=list(wording.facts(glasses, incident)),
        call=tongue.say(call) if call is not None and incident.closed is None else "",
        symptoms=[f"{one.subject} {wording.word(tongue, str(one.state))}" for one in incident.symptoms]
        if whole
        else (),
        history=[
            (tongue.clock(c.time, sight.now), change_text(glasses.say, c)) for c in seen_history(glasses, history)
        ],
    )


def seen_history(glasses: Glasses, history: Sequence[Event]) -> Iterator[Change]:
    """Yield what happened as far as it is about what the reader sees: neither others' places nor that they were."""
    for change in chronicle(history):
        if glasses.reader.subtree is None or change.what not in COUNTED:
            yield change
            continue
        added, gone = (tuple(n for n in names if glasses.sees_named(n)) for names in (change.added, change.gone))
        if added or gone:
            yield replace(change, added=added, gone=gone)
