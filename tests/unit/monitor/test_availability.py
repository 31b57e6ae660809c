"""Availability: each moment belongs to one part, and to one cause."""

from __future__ import annotations

from datetime import datetime, timedelta

from simnet import START

from jbnet.monitor.availability import Account, spent, total
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.hours import Hours, parse
from jbnet.monitor.spells import Loss, Spell, SpellKind

LINE, ROUTER = CauseId(CauseKind.CIRCUIT, "up1"), CauseId(CauseKind.DEVICE, "r1")


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def spell(
    begins: float,
    ends: float | None,
    loss: Loss = Loss.DOWN,
    cause: CauseId = LINE,
    sites: int = 1,
    incident: str = "1",
) -> Spell:
    ended = None if ends is None else at(ends)
    return Spell(SpellKind.SITE, "t1", loss, at(begins), ended, incident, cause, sites)


HOUR = [(at(0), at(60))]


def test_an_hour_without_a_spell_was_up() -> None:
    assert spent(HOUR, []) == Account(up=minutes(60))
    assert spent(HOUR, []).availability == 1.0


def test_what_was_down_is_charged_to_its_incident_and_cause() -> None:
    found = spent(HOUR, [spell(10, 25)])
    assert found == Account(minutes(45), minutes(15), charged={("1", LINE): minutes(15)})
    assert found.availability == 0.75


def test_a_spell_that_goes_on_counts_to_the_end_and_one_from_before_from_the_beginning() -> None:
    assert spent(HOUR, [spell(50, None)]).down == minutes(10)
    assert spent(HOUR, [spell(-600, 5)]).down == minutes(5)
    assert spent(HOUR, [spell(60, 90), spell(-10, 0)]).down == minutes(0)


def test_announced_work_is_neither_up_nor_lost() -> None:
    found = spent(HOUR, [spell(0, 30, Loss.MAINTENANCE), spell(30, 45)])
    assert (found.maintenance, found.down, found.up) == (minutes(30), minutes(15), minutes(15))
    assert found.availability == 0.5


def test_time_that_nobody_watched_is_unknown_whatever_was_down_before_it() -> None:
    blind = Spell(SpellKind.MONITOR, "", Loss.UNKNOWN, at(20), at(40))
    found = spent(HOUR, [spell(10, 50), blind])
    assert (found.down, found.unknown, found.up) == (minutes(20), minutes(20), minutes(20))
    assert spent(HOUR, [Spell(SpellKind.MONITOR, "", Loss.UNKNOWN, at(-9), None)]).availability is None


def test_closed_hours_do_not_count_at_all() -> None:
    hours = Hours({"t1": parse("04:10-04:40")})
    found = spent(hours.open_between("t1", at(0), at(60)), [spell(0, 20)])
    assert (found.due, found.down) == (minutes(30), minutes(10))


def test_two_causes_at_once_are_charged_once_to_the_older() -> None:
    found = spent(HOUR, [spell(20, 40, cause=ROUTER, incident="2"), spell(10, 30)])
    assert found.down == minutes(30)
    assert found.charged == {("1", LINE): minutes(20), ("2", ROUTER): minutes(10)}


def test_a_service_is_lost_at_some_of_its_sites() -> None:
    found = spent(HOUR, [spell(0, 30, sites=2), spell(0, 60, sites=9, incident="2")], of=10)
    assert found.due == minutes(600)
    assert found.down == minutes(60 + 8 * 30 + 9 * 30)
    assert found.charged[("2", LINE)] == minutes(8 * 30 + 9 * 30), "no site is lost twice"


def test_accounts_add_up() -> None:
    found = total([spent(HOUR, [spell(0, 6)]), spent(HOUR, [spell(0, 12, incident="2")])])
    assert (found.due, found.down) == (minutes(120), minutes(18))
    assert found.availability == 0.85
    assert len(found.charged) == 2
