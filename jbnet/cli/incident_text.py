"""Incidents as people read them, one paragraph each: cause, since when, whom it touches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from jbnet.cli.context import Context
from jbnet.cli.names import Names
from jbnet.cli.times import both, span
from jbnet.monitor.alarm_words import PLAIN
from jbnet.monitor.causes import Part
from jbnet.monitor.expected import CABLING
from jbnet.monitor.incidents import Incident

MOST_NAMES = 8


def print_incident(context: Context, incident: Incident, now: datetime, names: Names, *, whole: bool = False) -> None:
    """Print an incident: the cause first. ``whole``: every name and every symptom."""
    _head(context, incident, now, names)
    if incident.reading:
        context.wrapped("  the evidence reads: {reading}", reading=context.tr(incident.reading))
    if incident.parts:
        _names(context, "  took ({count}): {names}", [_part(context, part) for part in incident.parts], None)
    _alarm(context, incident)
    _circumstances(context, incident)
    most = None if whole else MOST_NAMES
    _touched(context, incident, names, most)
    if incident.merged_into:
        context.say("  folded into #{id}", id=incident.merged_into)
    if whole:
        context.wrapped("  opened {opened}", opened=both(incident.opened))
        symptoms = [f"{s.subject} {context.tr(s.state)}" for s in incident.symptoms]
        _names(context, "  symptoms ({count}): {names}", symptoms, None)


def _head(context: Context, incident: Incident, now: datetime, names: Names) -> None:
    """Print what it is and how it stands: of one that is over both ends, so that neither is taken for the other."""
    closed = incident.closed
    context.wrapped(
        "#{id} {kind} {name}: closed; from {since} to {until}, {span}"
        if closed
        else "#{id} {kind} {name}: {state}; began {since}, {span}",
        id=incident.id,
        kind=context.tr(str(incident.root_cause.kind)),
        name=names.cause(str(incident.root_cause.kind), incident.root_cause.name),
        state=context.tr(state_word(incident)),
        since=both(incident.since),
        until=both(closed) if closed else "",
        span=span(((closed or now) - incident.since).total_seconds()),
    )


def _part(context: Context, part: Part) -> str:
    named = f"{context.tr(str(part.id.kind))} {part.id.name}"
    return named if part.cleared is None else f"{named} ({context.tr('repaired')} {both(part.cleared)})"


def _touched(context: Context, incident: Incident, names: Names, most: int | None) -> None:
    """Print whom it touches, the top level first: all names, or briefly the highest of those that are cut off."""
    cut = incident.sites
    shown = list(map(names.place, names.in_order(cut))) if most is None else names.briefly(cut)
    _names(context, "  sites cut off ({count}): {names}", shown, most, len(cut))
    for template, homes in (
        ("  locations and peers cut off ({count}): {names}", incident.others),
        ("  fewer ways to the core ({count}): {names}", incident.degraded),
        ("  on the backup line ({count}): {names}", incident.on_backup),
    ):
        _names(context, template, [names.place(home) for home in names.in_order(homes)], most)
    services, agencies = names.services(incident), names.agencies(incident)
    _names(context, "  services, with the number of sites ({count}): {names}", services, most)
    _names(context, "  agencies, with the number of offices ({count}): {names}", agencies, most)


def _circumstances(context: Context, incident: Incident) -> None:
    """Say whether the cause comes and goes, and which work is going on or went before."""
    if incident.flapping:
        context.say("  the cause comes and goes")
    if incident.maintenance:
        context.wrapped("  under maintenance {window}; nobody is called for it", window=incident.maintenance)
    if incident.related:
        context.wrapped("  it began during or soon after: {work}", work=incident.related)


def _alarm(context: Context, incident: Incident) -> None:
    """Say what an alarm is about: in words, and what was expected where figures do not say it."""
    for symptom in incident.symptoms if incident.alarm else ():
        if symptom.state != PLAIN:
            context.wrapped("  what is wrong: {words}", words=context.tr(symptom.state))
    for reading in incident.readings:
        if (words := reading.words) is not None:
            context.wrapped("  measured: {words}", words=words)
    if incident.said:
        expected, actual = incident.said
        context.wrapped("  declared is {expected}, seen is {actual}", expected=expected, actual=actual)
        if incident.advice:
            context.wrapped("  next: {what}", what=incident.advice)
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


def _names(context: Context, template: str, names: Iterable[str], most: int | None, count: int | None = None) -> None:
    found = list(names)
    if found:
        context.wrapped(template, count=len(found) if count is None else count, names=listed(found, most))
