"""Who is told what, when: pure. What was told is remembered by item, so that nothing is told to anybody twice.

An *item* is a piece of news of one incident (opened, escalated, closed); a *message* carries all items that are due for
one contact on one channel. A storm is therefore a handful of messages, whatever number of incidents it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from hashlib import sha256

from jbnet.monitor.actions import Desk, Picks
from jbnet.monitor.alarms import Severity
from jbnet.monitor.incidents import Incident

OPENED, CLOSED = "opened", "closed"
ORDER = tuple(Severity)
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of the day, local, in which a contact hears only of what is as bad as ``still``. May pass midnight."""

    begin: time
    end: time
    still: frozenset[Severity] = frozenset((Severity.CRITICAL,))

    def holds(self, local: time) -> bool:
        """Say whether a time of day lies in it."""
        if self.begin <= self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who is told, on every one of ``channels``, in a language."""

    name: str
    channels: tuple[str, ...]
    lang: str = "en"
    quiet: Quiet | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told of an incident that nobody has acknowledged for so long."""

    after: timedelta
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Route:
    """Which incidents (all conditions hold; an empty one always does) are told to whom, and then to whom."""

    tell: tuple[str, ...]
    severities: frozenset[Severity] = frozenset()
    selector: str = ""
    services: frozenset[str] = frozenset()
    escalate: tuple[Escalation, ...] = ()
    go_on: bool = False
    """Whether the routes behind this one are looked at too."""

    def fits(self, incident: Incident, picks: Picks) -> bool:
        """Say whether an incident goes this way."""
        if self.severities and incident.severity not in self.severities:
            return False
        if self.services and self.services.isdisjoint(service.name for service in incident.services):
            return False
        return not self.selector or not picks(self.selector).isdisjoint((*incident.subjects, *incident.devices))


@dataclass(frozen=True, slots=True)
class Telling:
    """What ``monitors/notify.yaml`` says. ``zone``: of the hours in it, the network's.

    ``wait``: after the first news, for what belongs to it; ``every``: between two messages to a contact on a channel;
    ``most``: incidents that a message lists; ``give_up``: when a message that cannot be delivered is dropped.
    """

    contacts: Mapping[str, Contact] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    zone: tzinfo = UTC
    wait: timedelta = timedelta(seconds=10)
    every: timedelta = timedelta(seconds=60)
    most: int = 10
    give_up: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Item:
    """A piece of news. ``what``: opened, closed or escalated; ``also``: keys of others that are not told beside it."""

    incident: Incident
    what: str
    step: int = 0
    also: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return what it is remembered by."""
        return f"{self.incident.id}:{self.what}" + (f":{self.step}" if self.step else "")


Target = tuple[str, str]
"""A contact and one of its channels."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be sent: all that is due for a target. ``key`` is the same whenever it is sent again."""

    key: str
    contact: Contact
    channel: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Situation:
    """What there is to tell. ``incidents``: with news that not everybody has heard; ``told``: items by target.

    ``busy``: targets with a message that is not delivered yet; ``last``: when a target got its latest one.
    ``latest``: the time of the monitor's last round, which is ahead of a clock that was set back.
    """

    store: str
    incidents: Sequence[Incident]
    desk: Desk = field(default_factory=Desk)
    told: Mapping[Target, frozenset[str]] = field(default_factory=dict)
    busy: frozenset[Target] = frozenset()
    last: Mapping[Target, datetime] = field(default_factory=dict)
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The messages to send now, and the incidents of which nobody needs to hear any more."""

    drafts: tuple[Draft, ...]
    finished: tuple[str, ...]


def plan(telling: Telling, situation: Situation, picks: Picks, now: datetime) -> Plan:
    """Return what is to be told now. Law: an item is in the drafts for a target, or told to it, at most once."""
    due: dict[Target, list[tuple[datetime, Item]]] = {}
    finished = []
    heard = _heard(situation)
    for incident in situation.incidents:
        left = list(_items(telling, situation, incident, heard.get(incident.id, frozenset()), picks, now))
        if incident.closed and not left:
            finished.append(incident.id)
        for target, since, item in left:
            due.setdefault(target, []).append((since, item))
    drafts = (_draft(telling, situation, target, found, now) for target, found in due.items())
    return Plan(tuple(draft for draft in drafts if draft is not None), tuple(finished))


def _heard(situation: Situation) -> Mapping[str, frozenset[Target]]:
    """Return who has heard anything of an incident, by its id."""
    found: dict[str, set[Target]] = {}
    for target, items in situation.told.items():
        for item in items:
            found.setdefault(item.partition(":")[0], set()).add(target)
    return {incident: frozenset(targets) for incident, targets in found.items()}


def _items(
    telling: Telling,
    situation: Situation,
    incident: Incident,
    heard: frozenset[Target],
    picks: Picks,
    now: datetime,
) -> Iterable[tuple[Target, datetime, Item]]:
    """Yield the items of an incident that a target has not been told, and since when they are due.

    What is over is withheld by a silence in which it ended, and by none that began later.
    """
    moment = min(incident.closed or now, now)
    withheld = bool(incident.maintenance) or situation.desk.silenced(incident, moment, picks) is not None
    routes = _routes(telling, incident, picks)
    met: set[Target] = set()
    for contact in dict.fromkeys(name for route in routes for name in route.tell):
        for target in _targets(telling, contact):
            item = Item(incident, OPENED)
            if not withheld and not incident.merged_into and not _told(situation, target, item):
                met.add(target)
                yield target, incident.opened, item
    if incident.closed:
        for target in sorted(heard - met):
            item = Item(incident, CLOSED)
            known = telling.contacts.get(target[0])
            if known is not None and target[1] in known.channels and not _told(situation, target, item):
                yield target, incident.closed, item
        return
    if withheld or situation.desk.of(incident.id).acknowledged is not None:
        return
    begun = situation.desk.audible_since(incident, now, picks)
    yield from _escalated(telling, situation, incident, routes, begun, now)


def _escalated(
    telling: Telling, situation: Situation, incident: Incident, routes: Sequence[Route], begun: datetime, now: datetime
) -> Iterable[tuple[Target, datetime, Item]]:
    """Yield whom nobody's acknowledgement calls. ``begun``: since when somebody could have acknowledged it."""
    for route in routes:
        for number, step in enumerate(route.escalate, start=1):
            since = begun + step.after
            for contact in step.tell if now >= since else ():
                for target in _targets(telling, contact):
                    item = Item(incident, "escalated", number)
                    if not _told(situation, target, item):
                        yield target, since, item


def _told(situation: Situation, target: Target, item: Item) -> bool:
    """Say whether a target has heard an item; who was told that it closed needs no opening any more."""
    told = situation.told.get(target, frozenset())
    return item.key in told or f"{item.incident.id}:{CLOSED}" in told


def _routes(telling: Telling, incident: Incident, picks: Picks) -> list[Route]:
    found = []
    for route in telling.routes:
        if route.fits(incident, picks):
            found.append(route)
            if not route.go_on:
                break
    return found


def _targets(telling: Telling, contact: str) -> list[Target]:
    return [(contact, channel) for channel in telling.contacts[contact].channels]


def _draft(
    telling: Telling, situation: Situation, target: Target, found: list[tuple[datetime, Item]], now: datetime
) -> Draft | None:
    """Return the message for a target; None while it has to wait."""
    contact = telling.contacts[target[0]]
    audible = [(since, item) for since, item in found if _audible(telling, contact, item, now)]
    if not audible or target in situation.busy:
        return None
    last = situation.last.get(target)
    if min(since for since, _ in audible) + telling.wait > now or (last is not None and now < last + telling.every):
        return None
    items = tuple(sorted(_once(item for _, item in audible), key=_rank))
    return Draft(_key(situation.store, target, items), contact, target[1], items)


def _once(items: Iterable[Item]) -> Iterable[Item]:
    """Return of each incident the latest news alone, which stands for what came before it."""
    found: dict[str, Item] = {}
    for item in items:
        before = found.setdefault(item.incident.id, item)
        if item.key != before.key:
            last, first = (item, before) if item.step > before.step else (before, item)
            found[item.incident.id] = replace(last, also=(*last.also, first.key, *first.also))
    return found.values()


def _audible(telling: Telling, contact: Contact, item: Item, now: datetime) -> bool:
    """Say whether a contact may be disturbed with an item now."""
    quiet = contact.quiet
    if quiet is None or not quiet.holds(now.astimezone(telling.zone).time()):
        return True
    return item.incident.severity in quiet.still


def _rank(item: Item) -> tuple[bool, int, int, int]:
    """Order items as people want to read them: what is open, the worst, with most sites, the oldest."""
    incident = item.incident
    closed = incident.closed is not None
    return closed, ORDER.index(incident.severity), -len(incident.sites), int(incident.id)


def _key(store: str, target: Target, items: Iterable[Item]) -> str:
    whole = "\n".join((store, *target, *(item.key for item in items)))
    return sha256(whole.encode()).hexdigest()[:16]


def marks(draft: Draft) -> tuple[str, ...]:
    """Return what is remembered of a message as told: its items, and of one that was over already also its end."""
    return tuple(mark for item in draft.items for mark in _marks(item))


def _marks(item: Item) -> tuple[str, ...]:
    ended = item.incident.closed is not None and item.what != CLOSED
    keys = tuple(dict.fromkeys((item.key, *item.also)))
    return (*keys, f"{item.incident.id}:{CLOSED}") if ended else keys


def next_try(tries: int, now: datetime) -> datetime:
    """Return when a message is sent again that could not be delivered so many times: 10 s, doubling up to 10 min."""
    return now + timedelta(seconds=min(600, 10 * 2 ** min(tries - 1, 10)))
