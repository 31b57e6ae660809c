"""Who was told what, by receiver, against an oracle that knows only what happened and what docs/notifications.md says.

The oracle looks at each minute and each receiver by itself; it knows no messages, marks or plans.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import time, timedelta, timezone
from functools import cached_property
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from monitoring import make_monitor
from networks import small
from simnet import FakeClock, SimNet
from telling_days import MIDNIGHT, Act, Channel, Day, Fault, Trouble, tell

from jbnet.adapters.store_telling import SqliteOutbox
from jbnet.monitor.actions import Deed
from jbnet.monitor.alarms import Severity
from jbnet.monitor.codec import pack_incident
from jbnet.monitor.incidents import Incident
from jbnet.monitor.messages import Message
from jbnet.monitor.notices import Contact, Escalation, Quiet, Route, Telling

MINUTES = 36 * 60
SOON = 25
"""Minutes within which somebody is told who can be: 10 to the next try, 5 between two messages, twice, and steps."""
EVERY = 5
LINES = ("line-a", "line-b", "line-c")
NIGHT = Quiet(time(22), time(7), frozenset((Severity.CRITICAL,)))
CONTACTS = {
    "noc": Contact("noc", ("robot", "mail")),
    "lead": Contact("lead", ("sms",), quiet=NIGHT),
    "chief": Contact("chief", ("phone", "robot")),
}


def _steps(*steps: tuple[int, tuple[str, ...]]) -> tuple[Escalation, ...]:
    return tuple(Escalation(timedelta(minutes=minutes), tell) for minutes, tell in steps)


ROUTES: tuple[tuple[Route, ...], ...] = (
    (Route(("noc",), escalate=_steps((15, ("lead",)), (45, ("chief",)))),),
    (
        Route(("noc",), frozenset((Severity.CRITICAL, Severity.MAJOR)), escalate=_steps((15, ("lead", "chief")))),
        Route(("lead",)),
    ),
    (
        Route(("lead", "lead"), selector="line-a", escalate=_steps((20, ("chief", "chief"))), go_on=True),
        Route(("noc", "lead"), frozenset((Severity.CRITICAL,)), escalate=_steps((20, ("chief",)), (60, ("lead",)))),
        Route(("chief",), selector="line-c"),
    ),
)


@dataclass(frozen=True)
class Oracle:
    """What ought to be: from the day and the declaration alone."""

    day: Day
    routes: Sequence[Route]
    until: int = MINUTES

    def trouble(self, number: int) -> Trouble:
        return self.day.troubles[number - 1]

    def mine(self, number: int) -> list[Route]:
        found, trouble = [], self.trouble(number)
        for route in self.routes:
            if route.severities and trouble.severity not in route.severities:
                continue
            if route.selector and route.selector != trouble.line:
                continue
            found.append(route)
            if not route.go_on:
                return found
        return found

    def silences(self, number: int) -> list[tuple[int, int]]:
        """Return from when to when an incident is silenced by somebody."""
        names, found = (str(number), self.trouble(number).line), []
        for place, act in enumerate(self.day.acts):
            if act.deed is Deed.SILENCE and act.target in names:
                sign = f"silence-{act.minute}-{place}"
                ends = [a.minute for a in self.day.acts if a.deed is Deed.END_SILENCE and a.target == sign]
                found.append((act.minute, min([act.minute + act.minutes, *(e for e in ends if e >= act.minute)])))
        return found

    def silent(self, number: int, minute: int) -> bool:
        """Say whether an incident was silenced at a minute, or when it ended if that was before."""
        moment = min(minute, self.trouble(number).ends)
        return any(begins <= moment < ends for begins, ends in self.silences(number))

    def acknowledged(self, number: int, minute: int) -> bool:
        state = False
        for act in self.day.acts:
            if act.target == str(number) and act.minute <= minute:
                state = {Deed.ACKNOWLEDGE: True, Deed.RELEASE: False}.get(act.deed, state)
        return state

    def disturbs(self, number: int, contact: str, minute: int) -> bool:
        """Say whether a contact may be disturbed with an incident at a minute."""
        hour = minute // 60 % 24
        quiet = CONTACTS[contact].quiet is not None and (hour >= 22 or hour < 7)
        return not quiet or self.trouble(number).severity is Severity.CRITICAL

    def tells(self, number: int, contact: str, minute: int) -> bool:
        """Say whether a contact may be told at a minute that there is (or was) this incident."""
        trouble = self.trouble(number)
        if contact not in {name for route in self.mine(number) for name in route.tell} or minute < trouble.begins:
            return False
        if trouble.folded and minute >= trouble.ends:
            return False
        return not self.silent(number, minute) and self.disturbs(number, contact, minute)

    def calls(self, number: int, contact: str, minute: int) -> bool:
        """Say whether a contact may be told at a minute that nobody has acknowledged this incident."""
        trouble = self.trouble(number)
        steps = [step.after for route in self.mine(number) for step in route.escalate if contact in step.tell]
        over = [ends for begins, ends in self.silences(number) if begins <= minute and ends <= minute]
        waits = minute - max([trouble.begins, *over])
        due = any(waits * 60 >= after.total_seconds() for after in steps)
        return (
            due
            and minute < trouble.ends
            and not self.acknowledged(number, minute)
            and not self.silent(number, minute)
            and self.disturbs(number, contact, minute)
        )

    def works(self, channel: str, minute: int) -> bool:
        return not any(fault.channel == channel and fault.holds(minute) for fault in self.day.faults)


@dataclass(frozen=True)
class News:
    """What a receiver read of an incident: in which minute it was made, and whether it was over then."""

    minute: int
    incident: int
    event: str
    over: bool


@dataclass(frozen=True)
class Heard:
    """What a channel took for a contact."""

    contact: str
    channel: str
    got: Sequence[tuple[int, Message]]

    @cached_property
    def messages(self) -> list[Message]:
        """Each message once, in the order in which they were made."""
        return sorted({message.key: message for _, message in self.got}.values(), key=lambda message: message.made)

    @cached_property
    def news(self) -> list[News]:
        return [
            News(round((message.made - MIDNIGHT).total_seconds() / 60), int(item["incident"]["id"]), item["event"],
                 item["incident"]["closed"] is not None)
            for message in self.messages
            for item in message.data["items"]
        ]  # fmt: skip

    def of(self, incident: int) -> list[News]:
        return [news for news in self.news if news.incident == incident]


def heard(channels: Mapping[str, Channel]) -> Iterator[Heard]:
    for name, contact in CONTACTS.items():
        for channel in contact.channels:
            got = [(minute, message) for minute, message in channels[channel].got if message.contact == name]
            yield Heard(name, channel, got)


def chances(oracle: Oracle, one: Heard, number: int, may: Sequence[bool], until: int) -> Iterator[int]:
    """Yield the ends of stretches in which a receiver could be told, whole and long enough for that."""
    length = 0
    for minute in range(oracle.trouble(number).begins, until):
        length = length + 1 if may[minute] and oracle.works(one.channel, minute) else 0
        if length >= SOON:
            yield minute


def judge(oracle: Oracle, one: Heard) -> Iterator[str]:
    """Yield what is wrong with what a receiver was told."""
    who = f"{one.contact}/{one.channel}"
    times = [message.made for message in one.messages]
    if any(later - sooner < timedelta(minutes=EVERY) for sooner, later in zip(times, times[1:], strict=False)):
        yield f"{who}: messages follow each other too closely"
    for number, trouble in enumerate(oracle.day.troubles, start=1):
        yield from (f"{who} #{number} {trouble}: {said}" for said in _of_one(oracle, one, number))


def _of_one(oracle: Oracle, one: Heard, number: int) -> Iterator[str]:
    trouble, news = oracle.trouble(number), one.of(number)
    begun = [n for n in news if n.event == "opened"]
    called = [n for n in news if n.event == "escalated"]
    ended = [n for n in news if n.over]
    if len({n.minute for n in news}) != len(news):
        yield "told twice in one message"
    if len(begun) > 1 or len(ended) > 1 or (ended and news[-1] is not ended[0]):
        yield f"told more than once, or after its end: {news}"
    yield from (f"told of it for nothing: {n}" for n in begun if not oracle.tells(number, one.contact, n.minute))
    yield from (f"called for nothing: {n}" for n in called if not oracle.calls(number, one.contact, n.minute))
    steps = sum(1 for route in oracle.mine(number) for step in route.escalate if one.contact in step.tell)
    if len(called) > steps:
        yield f"called {len(called)} times for {steps} steps"
    if any(n.over != (n.minute >= trouble.ends) for n in news):
        yield f"told as open when it was over, or the other way round: {news}"
    if any(n.event == "closed" for n in news) and not [n for n in news if not n.over]:
        yield "the end of what was never told"
    told = [oracle.tells(number, one.contact, minute) for minute in range(oracle.until)]
    dropped = oracle.silent(number, trouble.ends)
    first = next(chances(oracle, one, number, told, min(trouble.ends, oracle.until) if dropped else oracle.until), None)
    if first is not None and not any(n.minute <= first for n in begun + called):
        yield f"not told, although it could be until minute {first}"
    calls = [oracle.calls(number, one.contact, minute) for minute in range(oracle.until)]
    first = next(chances(oracle, one, number, calls, oracle.until), None)
    if first is not None and not any(n.minute <= first for n in called):
        yield f"not called, although it could be until minute {first}"
    if news and not ended:
        may = [
            minute >= trouble.ends and oracle.disturbs(number, one.contact, minute) for minute in range(oracle.until)
        ]
        if next(chances(oracle, one, number, may, oracle.until), None) is not None:
            yield "its end was not told"


def repeats(day: Day, one: Heard) -> list[str]:
    """Return the keys that came more often than documented: again only where an answer, or the teller, was lost."""
    allowed = {minute for minute, after in day.kills.items() if after}
    times: dict[str, list[int]] = {}
    for minute, message in one.got:
        times.setdefault(message.key, []).append(minute)
    deaf = [fault for fault in day.faults if fault.deaf and fault.channel == one.channel]
    return [
        key
        for key, minutes in times.items()
        if any(minute not in allowed and not any(f.holds(minute) for f in deaf) for minute in minutes[:-1])
    ]


def verify(day: Day, routes: Sequence[Route], channels: Mapping[str, Channel], until: int = MINUTES) -> None:
    oracle = Oracle(day, routes, until)
    for one in heard(channels):
        assert [*judge(oracle, one), *repeats(day, one)] == []


def telling(routes: tuple[Route, ...]) -> Telling:
    beijing = timezone(timedelta(hours=8))
    return Telling(CONTACTS, routes, beijing, timedelta(seconds=10), timedelta(minutes=EVERY))


minutes = st.integers(0, MINUTES - 300)
lengths = st.one_of(st.integers(1, 90), st.integers(60, 900))
troubles = st.lists(
    st.builds(Trouble, minutes, lengths, st.sampled_from(Severity), st.sampled_from(LINES), st.integers(0, 7).map(
        lambda chance: chance == 0)),
    min_size=1, max_size=8,
)  # fmt: skip


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Draw a day: incidents, and what people do near them; silences by line come at any time."""
    drawn = tuple(draw(troubles))
    acts: list[Act] = []
    for _ in range(draw(st.integers(0, 6))):
        number = draw(st.integers(1, len(drawn)))
        minute = drawn[number - 1].begins + draw(st.integers(0, 200))
        deed = draw(st.sampled_from((Deed.ACKNOWLEDGE, Deed.RELEASE, Deed.OWN, Deed.COMMENT, Deed.SILENCE)))
        target = draw(st.sampled_from((str(number), drawn[number - 1].line))) if deed is Deed.SILENCE else str(number)
        acts.append(Act(minute, deed, target, draw(st.integers(1, 400)) if deed is Deed.SILENCE else 0))
    acts.sort(key=lambda act: act.minute)
    for place, act in enumerate(list(acts)):
        if act.deed is Deed.SILENCE and draw(st.booleans()):
            sign = f"silence-{act.minute}-{place}"
            acts.append(Act(act.minute + draw(st.integers(0, 300)), Deed.END_SILENCE, sign))
    fault = st.builds(
        Fault, st.sampled_from(("robot", "mail", "sms", "phone")), minutes, st.integers(1, 700), st.booleans()
    )
    kills = draw(st.dictionaries(st.sampled_from([t.begins + d for t in drawn for d in (0, 1, 15)]), st.booleans()))
    shelved = frozenset(draw(st.lists(st.sampled_from([t.begins + d for t in drawn for d in (0, 1, 2)]), max_size=3)))
    return Day(drawn, tuple(acts), tuple(draw(st.lists(fault, max_size=3))), kills, shelved)


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(days(), st.sampled_from(ROUTES))
def test_every_receiver_hears_what_concerns_them_once_and_nothing_else(day: Day, routes: tuple[Route, ...]) -> None:
    verify(day, routes, tell(day, telling(routes), MINUTES))


def test_a_storm_while_the_own_uplink_is_cut_is_told_in_a_handful_of_messages_and_nothing_of_it_is_lost() -> None:
    storm = tuple(Trouble(600 + n % 7, 90 + n % 60, Severity.CRITICAL, LINES[n % 3]) for n in range(120))
    cut = tuple(Fault(channel, 598, 40) for channel in ("robot", "mail", "sms", "phone"))
    day = Day(storm, (Act(603, Deed.SILENCE, "line-b", 30),), cut, {601: False, 640: True}, frozenset({602}))
    channels = tell(day, telling(ROUTES[0]), 760)
    verify(day, ROUTES[0], channels, 760)
    for one in heard(channels):
        assert len(one.messages) <= 40, f"{one.contact}/{one.channel}"
    told = {n.incident for one in heard(channels) if one.contact == "noc" for n in one.news}
    assert told == set(range(1, 121))


def test_a_day_by_way_of_the_store_is_told_as_it_ought_to_be(tmp_path: Path) -> None:
    """Each step opens monitor.db anew, as after a kill."""
    chance = random.Random(5)
    drawn = tuple(
        Trouble(chance.randrange(700), chance.randrange(1, 200), chance.choice(list(Severity)), chance.choice(LINES))
        for _ in range(12)
    )
    acts = (Act(drawn[0].begins + 3, Deed.ACKNOWLEDGE, "1"), Act(drawn[1].begins, Deed.SILENCE, drawn[1].line, 60))
    kills = {trouble.begins + 1: chance.random() < 0.5 for trouble in drawn}
    day = Day(drawn, acts, (Fault("mail", 300, 50, deaf=True), Fault("robot", 200, 90)), kills)
    monitor = make_monitor(SimNet(small()), tmp_path / "monitor.db", clock=FakeClock(MIDNIGHT))
    monitor.start()
    monitor.poll_once()
    monitor.close()

    def put(incidents: list[Incident]) -> None:
        with sqlite3.connect(tmp_path / "monitor.db") as database:
            for one in incidents:
                row = (int(one.id), one.closed is None, pack_incident(one).decode())
                database.execute("INSERT OR REPLACE INTO incidents VALUES (?, ?, ?)", row)
                news = (int(one.id), "closed" if one.closed else "opened", 0)
                database.execute("INSERT INTO outbox (incident, event, time) VALUES (?, ?, ?)", news)

    routes = ROUTES[2]
    kept = tell(day, telling(routes), 1000, SqliteOutbox(tmp_path / "monitor.db"), put)
    verify(day, routes, kept, 1000)
