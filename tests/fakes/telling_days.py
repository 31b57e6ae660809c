"""Days of incidents, told by a real teller minute by minute: receivers fail, people act, and it is killed.

What happens is data (``Day``); what became of it is ``Heard``, by receiver. Nothing here decides who is to be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from simnet import FakeClock

from jbnet.model.errors import JbnetError
from jbnet.monitor.actions import Action, Deed, Desk, take
from jbnet.monitor.alarms import Severity
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.monitor.messages import Fate, Message
from jbnet.monitor.notices import Draft, Situation, Target, Telling, marks
from jbnet.monitor.tongue import PLAIN
from jbnet.ports.telling import Outbox
from jbnet.services.watch.tell import Teller

MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
"""Minute 0: midnight eight hours east of Greenwich."""


def at(minute: float) -> datetime:
    """Return the time of a minute."""
    return MIDNIGHT + timedelta(minutes=minute)


@dataclass(frozen=True)
class Trouble:
    """An incident: from when, for how long (minutes), on which line. ``folded``: it ends in another one."""

    begins: int
    lasts: int
    severity: Severity
    line: str
    folded: bool = False

    @property
    def ends(self) -> int:
        return self.begins + self.lasts


@dataclass(frozen=True)
class Act:
    """What somebody does at a minute: to an incident, or with a silence (``minutes``) to an incident or a line."""

    minute: int
    deed: Deed
    target: str
    minutes: int = 0


@dataclass(frozen=True)
class Fault:
    """A channel that refuses, or takes without answering (``deaf``)."""

    channel: str
    begins: int
    lasts: int
    deaf: bool = False

    def holds(self, minute: int) -> bool:
        return self.begins <= minute < self.begins + self.lasts


@dataclass(frozen=True)
class Day:
    """All that happens. ``kills``: at these minutes the first message that is sent ends the teller (before or after).

    ``shelved``: at these it ends between keeping messages and sending them.
    """

    troubles: tuple[Trouble, ...]
    acts: tuple[Act, ...] = ()
    faults: tuple[Fault, ...] = ()
    kills: Mapping[int, bool] = field(default_factory=dict)
    shelved: frozenset[int] = frozenset()


class Killed(BaseException):
    """The teller ends here."""


@dataclass
class Channel:
    """Records what arrives, with the minute; fails as the day has it."""

    name: str
    day: Day
    minute: int = 0
    armed: bool = False
    got: list[tuple[int, Message]] = field(default_factory=list)

    def send(self, message: Message) -> Fate:
        dying, self.armed = self.armed, False
        if dying and not self.day.kills[self.minute]:
            raise Killed
        fault = next((f for f in self.day.faults if f.channel == self.name and f.holds(self.minute)), None)
        if fault is None or fault.deaf:
            self.got.append((self.minute, message))
        if dying:
            raise Killed
        return Fate.SENT if fault is None else Fate.UNSURE if fault.deaf else Fate.FAILED


class MemoryOutbox:
    """Implements the Outbox port in memory; ``put`` is the monitor that has news."""

    def __init__(self) -> None:
        self._news: dict[str, Incident] = {}
        self._desk, self._taken = Desk(), 0
        self._told: dict[Target, set[str]] = {}
        self._kept: dict[str, tuple[Message, str, int, datetime]] = {}
        self.fails = False

    def put(self, incidents: Iterable[Incident]) -> None:
        self._news.update({incident.id: incident for incident in incidents})

    def actions_taken(self) -> int:
        return self._taken

    def take(self, actions: Sequence[tuple[int, Action]]) -> Sequence[Action]:
        for self._taken, action in actions:
            self._desk = take(self._desk, action)
        return [action for _, action in actions]

    def situation(self) -> Situation:
        kept = self._kept.values()
        busy = frozenset((m.contact, m.channel) for m, state, _, _ in kept if state not in ("sent", "given up"))
        last: dict[Target, datetime] = {}
        for message, *_ in kept:
            target = (message.contact, message.channel)
            last[target] = max(last.get(target, message.made), message.made)
        told = {target: frozenset(items) for target, items in self._told.items()}
        return Situation("memory", list(self._news.values()), self._desk, told, busy, last)

    def intend(self, messages: Sequence[tuple[Message, Draft]], finished: Sequence[str]) -> None:
        for message, draft in messages:
            assert message.key not in self._kept, "a key is of one message"
            self._kept[message.key] = (message, "due", 0, message.made)
            self._told.setdefault((message.contact, message.channel), set()).update(marks(draft))
        for incident in finished:
            del self._news[incident]
        if self.fails:
            raise Killed

    def due(self, now: datetime) -> Sequence[tuple[Message, int]]:
        waiting = [kept for kept in self._kept.values() if kept[1] in ("due", "sending", "unsure") and kept[3] <= now]
        return [(message, tries) for message, _, tries, _ in sorted(waiting, key=lambda kept: kept[0].made)]

    def trying(self, key: str) -> None:
        message, _, tries, due = self._kept[key]
        self._kept[key] = (message, "sending", tries, due)

    def settle(self, key: str, state: str, tries: int, due: datetime) -> None:
        self._kept[key] = (self._kept[key][0], state, tries, due)


@dataclass
class Log:
    """What people did, by the minute."""

    actions: list[Action] = field(default_factory=list)

    def append(self, actions: Iterable[Action]) -> None:
        self.actions.extend(actions)

    def after(self, number: int) -> Sequence[tuple[int, Action]]:
        return list(enumerate(self.actions, start=1))[number:]


def incidents_at(day: Day, minute: int) -> list[Incident]:
    """Return the incidents that began or ended in this minute, as they are then."""
    found = []
    for number, trouble in enumerate(day.troubles, start=1):
        if minute not in (trouble.begins, trouble.ends):
            continue
        begins = at(trouble.begins)
        made = Incident(str(number), CauseId(CauseKind.CIRCUIT, trouble.line), begins, begins, alarm=trouble.severity)
        if minute == trouble.ends:
            into = str(len(day.troubles) + 1) if trouble.folded else None
            made = replace(made, closed=at(trouble.ends), merged_into=into)
        found.append(made)
    return found


def actions_at(day: Day, minute: int) -> list[Action]:
    """Return what people do in this minute."""
    return [
        Action(f"{act.deed}-{act.minute}-{number}", at(minute), "li@noc", act.deed, act.target, "so", owner=owner,
               until=at(minute + act.minutes) if act.minutes else None)
        for number, act in enumerate(day.acts)
        if act.minute == minute
        for owner in ("wang" if act.deed is Deed.OWN else "",)
    ]  # fmt: skip


def tell(
    day: Day,
    telling: Telling,
    minutes: int,
    outbox: Outbox | None = None,
    put: Callable[[list[Incident]], None] | None = None,
) -> Mapping[str, Channel]:
    """Tell of a day, a step each minute; return what the channels got. ``put`` gives the outbox its news."""
    memory = MemoryOutbox()
    outbox, put = outbox or memory, put or memory.put
    names = {channel for contact in telling.contacts.values() for channel in contact.channels}
    channels = {name: Channel(name, day) for name in sorted(names)}
    log, clock = Log(), FakeClock(MIDNIGHT)
    for minute in range(minutes):
        clock.time = at(minute)
        if found := incidents_at(day, minute):
            put(found)
        log.append(actions_at(day, minute))
        for channel in channels.values():
            channel.minute, channel.armed = minute, minute in day.kills
        memory.fails = minute in day.shelved
        teller = Teller(
            telling, outbox, log, channels, clock, lambda line: frozenset((line,)), lambda _: PLAIN, lambda _: None
        )
        try:
            teller.step()
        except Killed:
            continue
        except JbnetError as error:
            raise AssertionError(error) from error
    return channels
