"""Who is told what, when: at most once each, a storm in a handful of messages, and nobody for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jbnet.monitor.actions import Action, Deed, Desk, Silence, covers, take
from jbnet.monitor.alarms import Severity
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.monitor.messages import alertmanager, compose
from jbnet.monitor.notices import Contact, Draft, Escalation, Quiet, Route, Situation, Target, Telling, marks, plan
from jbnet.topology.needs import ServiceImpact

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NOC, LEAD = Contact("noc", ("robot", "mail")), Contact("lead", ("sms",))
TELLING = Telling(
    {"noc": NOC, "lead": LEAD}, (Route(("noc",), escalate=(Escalation(timedelta(minutes=15), ("lead",)),)),)
)


def incident(number: int, opened: datetime = NOW, **fields: Any) -> Incident:
    made = Incident(
        str(number), CauseId(CauseKind.CIRCUIT, f"line-{number}"), opened, opened, sites=(f"site-{number}",)
    )
    return replace(made, **fields)


class Evening:
    """Plays a teller: what is planned counts as told, and as delivered at once."""

    def __init__(self, telling: Telling = TELLING):
        self.telling = telling
        self.incidents: dict[str, Incident] = {}
        self.desk = Desk()
        self.told: dict[Target, frozenset[str]] = {}
        self.last: dict[Target, datetime] = {}
        self.sent: list[Draft] = []
        self.finished: set[str] = set()

    def put(self, *incidents: Incident) -> None:
        self.incidents.update({i.id: i for i in incidents})

    def act(self, deed: Deed, target: str, at: datetime, minutes: int = 0) -> None:
        until = at + timedelta(minutes=minutes) if minutes else None
        self.desk = take(self.desk, Action(f"a{at}{target}", at, "li", deed, target, "so", until=until))

    def at(self, now: datetime, busy: frozenset[Target] = frozenset()) -> Sequence[Draft]:
        left = [i for i in self.incidents.values() if i.id not in self.finished]
        situation = Situation("s", left, self.desk, self.told, busy, self.last)
        found = plan(self.telling, situation, lambda s: frozenset((s,)), now)
        for draft in found.drafts:
            target = (draft.contact.name, draft.channel)
            self.told[target] = self.told.get(target, frozenset()) | set(marks(draft))
            self.last[target] = now
            self.sent.append(draft)
        self.finished |= set(found.finished)
        return found.drafts

    def run(self, begin: datetime, minutes: float, step_s: int = 5) -> list[tuple[str, list[str]]]:
        found = []
        for second in range(0, int(minutes * 60) + 1, step_s):
            drafts = self.at(begin + timedelta(seconds=second))
            found += [(f"{draft.contact.name}/{draft.channel}", [item.key for item in draft.items]) for draft in drafts]
        return found


def test_each_channel_of_a_contact_hears_of_an_incident_once_and_of_its_end_once() -> None:
    evening = Evening()
    evening.put(incident(1))
    assert evening.run(NOW, 5) == [("noc/robot", ["1:opened"]), ("noc/mail", ["1:opened"])]
    evening.put(incident(1, closed=NOW + timedelta(minutes=5)))
    after = evening.run(NOW + timedelta(minutes=5), 30)
    assert sorted(after) == [("noc/mail", ["1:closed"]), ("noc/robot", ["1:closed"])]
    assert evening.finished == {"1"}


def test_a_storm_of_500_failures_is_a_handful_of_messages() -> None:
    evening = Evening(replace(TELLING, contacts={"noc": Contact("noc", ("robot",))}, routes=(Route(("noc",)),)))
    for number in range(500):
        evening.put(incident(number + 1, NOW + timedelta(seconds=number / 5)))
    found = [evening.at(NOW + timedelta(seconds=s)) for s in range(100)]
    for number in range(500):
        evening.put(incident(number + 1, closed=NOW + timedelta(seconds=200 + number / 5)))
    found += [evening.at(NOW + timedelta(seconds=s)) for s in range(100, 500)]
    assert sum(len(drafts) for drafts in found) <= 6
    assert {item.key for draft in evening.sent for item in draft.items} == {
        f"{number}:{what}" for number in range(1, 501) for what in ("opened", "closed")
    }
    first = compose(evening.sent[0], NOW, 10)
    assert len(first.body) < 2000
    assert "more: jbnet incidents" in first.body


def test_who_is_next_is_told_only_when_nobody_acknowledges() -> None:
    evening = Evening()
    evening.put(incident(1), incident(2))
    evening.act(Deed.ACKNOWLEDGE, "2", NOW + timedelta(minutes=3))
    told = evening.run(NOW, 60)
    assert ("lead/sms", ["1:escalated:1"]) in told
    assert [keys for name, keys in told if name == "lead/sms"] == [["1:escalated:1"]]
    evening.put(incident(1, closed=NOW + timedelta(hours=2)), incident(2, closed=NOW + timedelta(hours=2)))
    after = evening.run(NOW + timedelta(hours=2), 5)
    assert ("lead/sms", ["1:closed"]) in after, "who was called hears the end; who was not, does not"


def test_quiet_hours_hold_back_what_is_not_bad_enough_and_nothing_is_lost() -> None:
    quiet = Quiet(time(22), time(7), frozenset((Severity.CRITICAL,)))
    local = timezone(timedelta(hours=8))
    contact = Contact("noc", ("robot",), quiet=quiet)
    evening = Evening(Telling({"noc": contact}, (Route(("noc",)),), local))
    night = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)  # 02:00 at home
    evening.put(incident(1, night, sites=(), degraded=("a",)), incident(2, night))
    assert evening.run(night, 30) == [("noc/robot", ["2:opened"])]
    morning = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    assert evening.run(morning, 5) == [("noc/robot", ["1:opened"])]


def test_silence_withholds_and_does_not_forget() -> None:
    evening = Evening()
    evening.put(incident(1))
    evening.act(Deed.SILENCE, "line-1", NOW, minutes=60)
    assert evening.run(NOW, 59) == []
    assert [keys for _, keys in evening.run(NOW + timedelta(minutes=60), 14)] == [["1:opened"], ["1:opened"]]
    assert [keys for _, keys in evening.run(NOW + timedelta(minutes=75), 1)] == [["1:escalated:1"]]


def test_a_silence_that_begins_after_the_end_withholds_no_news_of_what_was_over() -> None:
    quiet = Quiet(time(22), time(7), frozenset((Severity.CRITICAL,)))
    local = timezone(timedelta(hours=8))
    evening = Evening(Telling({"noc": Contact("noc", ("robot",), quiet=quiet)}, (Route(("noc",)),), local))
    night = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)  # 02:00 at home
    evening.put(incident(1, night, sites=(), degraded=("a",), closed=night + timedelta(minutes=30)))
    evening.at(night + timedelta(minutes=31))
    evening.act(Deed.SILENCE, "line-1", night + timedelta(hours=1), minutes=60)
    evening.at(night + timedelta(minutes=70))
    morning = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    assert evening.run(morning, 5) == [("noc/robot", ["1:opened"])]


def test_whom_two_routes_call_or_who_hears_late_reads_of_an_incident_once_in_a_message() -> None:
    calls = (Escalation(timedelta(minutes=15), ("lead", "lead")), Escalation(timedelta(minutes=30), ("lead",)))
    routes = (Route(("lead",), escalate=calls, go_on=True), Route(("lead",), escalate=calls))
    evening = Evening(replace(TELLING, routes=routes))
    evening.put(incident(1))
    (late,) = evening.at(NOW + timedelta(minutes=31))
    assert [item.key for item in late.items] == ["1:escalated:2"]
    assert evening.run(NOW + timedelta(minutes=32), 60) == [], "what came before it is told with it"


def test_a_channel_that_is_not_declared_any_more_is_told_no_end() -> None:
    evening = Evening()
    evening.put(incident(1))
    evening.run(NOW, 1)
    evening.telling = replace(TELLING, contacts={"noc": Contact("noc", ("robot",)), "lead": LEAD})
    evening.put(incident(1, closed=NOW + timedelta(minutes=5)))
    assert evening.run(NOW + timedelta(minutes=5), 5) == [("noc/robot", ["1:closed"])]
    assert evening.finished == {"1"}


def test_what_came_and_went_under_a_silence_or_in_maintenance_is_told_to_nobody() -> None:
    evening = Evening()
    evening.put(incident(1), incident(2, maintenance="night works"))
    evening.act(Deed.SILENCE, "1", NOW, minutes=60)
    evening.run(NOW, 10)
    gone = NOW + timedelta(minutes=11)
    evening.put(incident(1, closed=gone), incident(2, closed=gone, maintenance="night works"))
    assert evening.run(gone, 5) == []
    assert evening.finished == {"1", "2"}


def test_whoever_ends_a_silence_brings_back_nothing_of_what_was_over_in_it() -> None:
    silence = Silence("s", "1", "li", NOW, NOW + timedelta(hours=1), "", ("li", NOW + timedelta(minutes=20)))
    assert silence.holds(NOW + timedelta(minutes=11))
    assert not silence.holds(NOW + timedelta(minutes=20))


def test_an_incident_that_is_over_before_anybody_heard_of_it_is_one_line() -> None:
    evening = Evening()
    evening.put(incident(1, closed=NOW + timedelta(seconds=4)))
    assert evening.run(NOW, 5) == [("noc/robot", ["1:opened"]), ("noc/mail", ["1:opened"])]
    assert "closed after" in compose(evening.sent[0], NOW, 10).body
    assert evening.finished == {"1"}


def test_an_incident_that_was_folded_into_its_cause_is_not_told_by_itself() -> None:
    evening = Evening()
    evening.put(incident(1, closed=NOW + timedelta(seconds=4), merged_into="2"), incident(2))
    assert {key for _, keys in evening.run(NOW, 5) for key in keys} == {"2:opened"}


def test_a_receiver_that_does_not_answer_collects_everything_into_its_next_message() -> None:
    evening = Evening()
    busy: frozenset[Target] = frozenset((("noc", "robot"),))
    for number in range(1, 30):
        evening.put(incident(number, NOW + timedelta(minutes=number)))
        for draft in evening.at(NOW + timedelta(minutes=number, seconds=30), busy):
            assert draft.channel != "robot"
    (only,) = [d for d in evening.at(NOW + timedelta(hours=1)) if d.channel == "robot"]
    assert len(only.items) == 29


def test_routes_pick_by_severity_selector_and_service_and_the_first_that_fits_counts() -> None:
    pension = incident(1, services=(ServiceImpact("pension", 3),))
    minor = incident(2, sites=(), degraded=("a",))
    far = incident(3)
    routes = (
        Route(("a",), services=frozenset(("pension",)), go_on=True),
        Route(("b",), severities=frozenset((Severity.MINOR,))),
        Route(("c",), selector="line-3"),
        Route(("d",)),
    )
    contacts = {name: Contact(name, ("x",)) for name in "abcd"}
    evening = Evening(Telling(contacts, routes))
    evening.put(pension, minor, far)
    evening.run(NOW, 5)
    told = {(d.contact.name, item.incident.id) for d in evening.sent for item in d.items}
    assert told == {("a", "1"), ("d", "1"), ("b", "2"), ("c", "3")}


@pytest.mark.parametrize("name", ["busy r1/up1", "missing r1", "slow r1-up1"])
def test_an_alarm_is_silenced_and_told_with_the_device_or_circuit_that_it_is_about(name: str) -> None:
    alarm = replace(incident(1), root_cause=CauseId(CauseKind.ALARM, name))
    silence = Silence("s", "device:r1", "ops", NOW, NOW + timedelta(hours=1), "")
    assert covers(silence, alarm, lambda _: frozenset({"r1", "r1-up1"}))
    assert not covers(silence, alarm, lambda _: frozenset({"r2"}))
    assert Route(("noc",), selector="device:r1").fits(alarm, lambda _: frozenset({"r1", "r1-up1"}))
    assert not Route(("noc",), selector="device:r2").fits(alarm, lambda _: frozenset({"r2"}))


def test_the_key_of_a_message_is_the_same_whenever_it_is_made() -> None:
    first, second = Evening(), Evening()
    for evening in (first, second):
        evening.put(incident(1))
        evening.run(NOW, 1)
    assert [d.key for d in first.sent] == [d.key for d in second.sent]
    assert len({d.key for d in first.sent}) == 2


def test_what_programs_get_names_every_incident_with_its_end() -> None:
    evening = Evening()
    evening.put(incident(1), incident(2, closed=NOW + timedelta(seconds=9)))
    evening.run(NOW, 1)
    payload = alertmanager(compose(evening.sent[0], NOW, 1))
    alerts = payload["alerts"]
    assert isinstance(alerts, list)
    assert [(a["labels"]["incident"], a["status"]) for a in alerts] == [("1", "firing"), ("2", "resolved")]
    assert payload["status"] == "firing"


STEP_S = 50
"""How often is looked: with ``wait`` no more than a minute behind the 15 minutes after which somebody else is told."""


@settings(max_examples=60, deadline=None)
@example([(1251, 961, False, False)])
@example([(0, 1611, True, False)])
@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(1, 3000), st.booleans(), st.booleans()), max_size=12))
def test_law_nothing_is_told_twice_and_nothing_open_is_missed(
    histories: list[tuple[int, int, bool, bool]],
) -> None:
    evening = Evening()
    for second in range(0, 7200, STEP_S):
        now = NOW + timedelta(seconds=second)
        for number, (begin, lasts, silenced, acknowledged) in enumerate(histories, start=1):
            opened, closed = NOW + timedelta(seconds=begin), NOW + timedelta(seconds=begin + lasts)
            if now >= opened:
                evening.put(incident(number, opened, closed=closed if now >= closed else None))
                if silenced and begin <= second < begin + STEP_S:
                    evening.act(Deed.SILENCE, str(number), now, minutes=10)
                if acknowledged and begin + 120 <= second < begin + 120 + STEP_S:
                    evening.act(Deed.ACKNOWLEDGE, str(number), now)
        evening.at(now)
    told = [((d.contact.name, d.channel), item.key) for d in evening.sent for item in d.items]
    assert len(told) == len(set(told))
    for number, (_, lasts, silenced, acknowledged) in enumerate(histories, start=1):
        keys = [key for target, key in told if target == ("noc", "mail") and key.split(":")[0] == str(number)]
        assert keys in ([], [f"{number}:opened"], [f"{number}:opened", f"{number}:closed"])
        assert keys or (silenced and lasts < 720), "only what was over under its silence is not told"
        calls = [key for target, key in told if target[0] == "lead" and key == f"{number}:escalated:1"]
        if lasts > 960 + (10 * 60 + STEP_S) * silenced:  # nobody could acknowledge what nobody had heard of
            assert bool(calls) is not acknowledged
        assert str(number) in evening.finished
