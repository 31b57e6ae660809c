"""Incidents as people read them, one paragraph each: cause, since when, whom it touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from jbnet.cli.context import Context
from jbnet.cli.times import both, span
from jbnet.monitor.alarm_words import PLAIN
from jbnet.monitor.expected import CABLING
from jbnet.monitor.incidents import Incident

MOST_NAMES = 8


def print_incident(context: Context, incident: Incident, now: datetime, *, whole: bool = False) -> None:
    """Print an incident: the cause first. ``whole``: every name and every symptom."""
    context.say(
        "#{id} {kind} {name}: {state}; began {since}, {span}",
        id=incident.id,
        kind=context.tr(str(incident.root_cause.kind)),
        name=incident.root_cause.name,
        state=context.tr(state_word(incident)),
        since=both(incident.since),
        span=span(((incident.closed or now) - incident.since).total_seconds()),
    )
    if incident.reading:
        context.say("  the evidence reads: {reading}", reading=context.tr(incident.reading))
    _alarm(context, incident)
    _circumstances(context, incident)
    most = None if whole else MOST_NAMES
    _names(context, "  sites cut off ({count}): {names}", incident.sites, most)
    _names(context, "  locations and peers cut off ({count}): {names}", incident.others, most)
    _names(context, "  fewer ways to the core ({count}): {names}", incident.degraded, most)
    _names(context, "  on the backup line ({count}): {names}", incident.on_backup, most)
    services = [f"{s.name} ({s.sites})" for s in incident.services]
    _names(context, "  services, with the number of sites ({count}): {names}", services, most)
    agencies = [f"{a.name} ({a.offices})" for a in incident.agencies]
    _names(context, "  agencies, with the number of offices ({count}): {names}", agencies, most)
    if incident.merged_into:
        context.say("  folded into #{id}", id=incident.merged_into)
    if whole:
        context.say("  opened {opened}", opened=both(incident.opened))
        if incident.closed:
            context.say("  closed {closed}", closed=both(incident.closed))
        symptoms = [f"{s.subject} {context.tr(s.state)}" for s in incident.symptoms]
        _names(context, "  symptoms ({count}): {names}", symptoms, None)


def _circumstances(context: Context, incident: Incident) -> None:
    """Say whether the cause comes and goes, and which work is going on or went before."""
    if incident.flapping:
        context.say("  the cause comes and goes")
    if incident.maintenance:
        context.say("  under maintenance {window}; nobody is called for it", window=incident.maintenance)
    if incident.related:
        context.say("  it began during or soon after: {work}", work=incident.related)


def _alarm(context: Context, incident: Incident) -> None:
    """Say what an alarm is about: in words, and what was expected where figures do not say it."""
    for symptom in incident.symptoms if incident.alarm else ():
        if symptom.state != PLAIN:
            context.say("  what is wrong: {words}", words=context.tr(symptom.state))
    if incident.said:
        expected, actual = incident.said
        context.say("  declared is {expected}, seen is {actual}", expected=expected, actual=actual)
        if incident.root_cause.name.startswith(f"{CABLING.name} "):
            context.say("  move the cable to where it belongs, or declare it as it is")


def state_word(incident: Incident) -> str:
    """Return the word for the state of an incident."""
    if incident.closed or incident.maintenance:
        return incident.state
    if incident.flapping:
        return "flapping"
    return "recovering" if incident.cleared else "open"


def listed(names: Sequence[str], most: int | None) -> str:
    """Return names with commas, the first ``most`` of them and how many more."""
    if most is None or len(names) <= most:
        return ", ".join(names)
    return ", ".join(names[:most]) + f", … +{len(names) - most}"


def _names(context: Context, template: str, names: Iterable[str], most: int | None) -> None:
    found = list(names)
    if found:
        context.say(template, count=len(found), names=listed(found, most))
