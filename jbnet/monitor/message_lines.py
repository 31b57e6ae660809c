"""The lines of a message to people: what is broken since when, whom it touches, whom to call, what to do next.

Of one incident all of it, still no longer than three or four text messages (67 characters each in Chinese, 3GPP TS
23.038 and 23.040); of several only what tells them apart, and each telephone once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from jbnet.model.text import Text, text
from jbnet.monitor.incidents import Incident
from jbnet.monitor.notices import CLOSED, OPENED, Item
from jbnet.monitor.tongue import Tongue, lasted

_PLACES, _SERVICES = 3, 3
_PLACES_EACH = 2
"""Names of places where several incidents share a message."""


def body(items: Sequence[Item], now: datetime, most: int, tongue: Tongue) -> list[Text]:
    """Return the lines for these items, the worst first. ``most``: of how many incidents more than the number is said.

    ``now``: when it is told.
    """
    if len(items) == 1:
        return list(_whole(items[0], now, tongue))
    found = [line for item in items[:most] for line in (_head(item, now, tongue), *_cut_off(item, tongue))]
    if len(items) > most:
        found.append(text("and {count} more: jbnet incidents", count=len(items) - most))
    open_ = [item for item in items[:most] if item.incident.closed is None]
    found += _calls(open_, tongue)
    if open_:
        found.append(text("next: jbnet ack ID, as soon as somebody is on it"))
    return found


def _whole(item: Item, now: datetime, tongue: Tongue) -> Iterator[Text]:
    incident = item.incident
    yield _head(item, now, tongue)
    if incident.merged_into:
        yield text("folded into #{id}", id=incident.merged_into)
        return
    yield from _alarm(incident)
    yield from _touched(incident, tongue)
    if incident.flapping and incident.closed is None:
        yield text("it comes and goes")
    if incident.related:
        yield text("during or soon after {work}", work=incident.related)
    if incident.closed is None:
        yield from _next(incident, tongue)


def _head(item: Item, now: datetime, tongue: Tongue) -> Text:
    """Return what it is, where, and since when; of what is over how long it took."""
    incident = item.incident
    where = tongue.where(incident.subject)
    name: object = incident.root_cause.name
    named = text("{name} ({where})", name=name, where=where) if where else name
    params = {"id": incident.id, "kind": text(str(incident.root_cause.kind)), "name": named}
    since = tongue.clock(incident.since, now)
    if incident.closed is not None:
        span, until = lasted(incident.closed - incident.since), tongue.clock(incident.closed, now)
        return text("#{id} {kind} {name}: closed after {span}, {since} to {until}", **params, span=span, since=since,
                    until=until)  # fmt: skip
    if item.what in (OPENED, CLOSED):
        return text("#{id} {kind} {name}: open since {since}", **params, since=since)
    span = lasted(now - incident.opened)
    return text("#{id} {kind} {name}: open since {since}, nobody has acknowledged it for {span}", **params, since=since,
                span=span)  # fmt: skip


def _alarm(incident: Incident) -> Iterator[Text]:
    if incident.said is not None:
        yield text("declared is {expected}, seen is {actual}", expected=incident.said[0], actual=incident.said[1])
    if incident.advice and incident.closed is None:
        yield text("next: {what}", what=incident.advice)


def _touched(incident: Incident, tongue: Tongue) -> Iterator[Text]:
    """Yield whom it touches: who is cut off, and where nobody is whose redundancy is gone."""
    sites, others = incident.sites, incident.others
    if sites:
        yield text("sites cut off ({count}): {names}", count=len(sites), names=tongue.places(sites, _PLACES))
    if others:
        template = "locations and peers cut off ({count}): {names}"
        yield text(template, count=len(others), names=tongue.places(others, _PLACES))
    if incident.services:
        names = tongue.few([tongue.service(service.name) for service in incident.services], _SERVICES)
        yield text("services hit ({count}): {names}", count=len(incident.services), names=names)
    for template, homes in (
        ("on the backup line ({count}): {names}", incident.on_backup),
        ("fewer ways to the core ({count}): {names}", incident.degraded),
    ):
        if homes and not sites and incident.closed is None:
            yield text(template, count=len(homes), names=tongue.places(homes, _PLACES))
            return


def _next(incident: Incident, tongue: Tongue) -> Iterator[Text]:
    """Yield what to do: whom to call, and to say that somebody is on it."""
    if (first := tongue.ask_first(incident)) is not None:
        yield text("{reading}: first {call}", reading=text(incident.reading), call=first)
    if (call := tongue.call(incident)) is not None:
        yield text("next: {call}; jbnet ack {id}", call=call, id=incident.id)
    else:
        yield text("next: jbnet ack {id}", id=incident.id)


def _cut_off(item: Item, tongue: Tongue) -> Iterator[Text]:
    sites = item.incident.sites
    if sites:
        yield text("sites cut off ({count}): {names}", count=len(sites), names=tongue.places(sites, _PLACES_EACH))


def _calls(items: Sequence[Item], tongue: Tongue) -> Iterator[Text]:
    """Yield whom to call for lines, each once, with all of its incidents."""
    mine: dict[str, list[Item]] = {}
    for item in items:
        if carrier := tongue.carrier(item.incident):
            mine.setdefault(carrier, []).append(item)
    for carrier, theirs in mine.items():
        lines = tongue.listed(f"#{item.incident.id} {tongue.say(tongue.line(item.incident))}" for item in theirs)
        yield text("call {who}: {lines}", who=carrier, lines=lines)
