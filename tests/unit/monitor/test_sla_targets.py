"""Targets of availability: who met them, by how much one was missed, and what a carrier owes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from networks import small
from simnet import START

from jbnet.model.levels import Level
from jbnet.model.network import Carrier
from jbnet.monitor.availability import Account
from jbnet.monitor.hours import Hours
from jbnet.monitor.plant import survey
from jbnet.monitor.sla import Period
from jbnet.monitor.sla_targets import Group, Standing, contracts, standings
from jbnet.monitor.spells import Loss, Spell, SpellKind
from jbnet.monitor.targets import Target, Tier, Verdict, judge, share_of

MONTH = timedelta(days=30)
THREE_NINES = Target("lines", Fraction(999, 1000))
TIERS = (
    Tier(Fraction(999, 1000), times=Fraction(2)),
    Tier(Fraction(99, 100), part=Fraction(15, 100)),
    Tier(Fraction(1, 2), part=Fraction(1)),
)
OWING = replace(THREE_NINES, tiers=TIERS)


def spent(down_min: float = 0, unknown_min: float = 0, maintenance_min: float = 0) -> Account:
    down, unknown, work = (timedelta(minutes=m) for m in (down_min, unknown_min, maintenance_min))
    return Account(MONTH - down - unknown - work, down, work, unknown)


def test_a_month_of_30_days_may_lose_43_minutes_of_three_nines() -> None:
    good, bad = (judge(spent(minutes), THREE_NINES, MONTH) for minutes in (43, 44))
    assert (good.verdict, good.over, good.left) == (Verdict.MET, timedelta(), timedelta(seconds=12))
    assert (bad.verdict, bad.over, bad.left) == (Verdict.MISSED, timedelta(seconds=48), timedelta())


def test_announced_work_is_left_out() -> None:
    assert judge(spent(maintenance_min=600), THREE_NINES, MONTH).verdict is Verdict.MET
    half = judge(spent(30, maintenance_min=15 * 24 * 60), THREE_NINES, MONTH)
    assert half.verdict is Verdict.MISSED  # half a month of service may lose half as much


def test_with_much_time_unseen_a_target_is_not_called_met() -> None:
    tenth = 3 * 24 * 60
    assert judge(spent(unknown_min=tenth), THREE_NINES, MONTH).verdict is Verdict.UNKNOWN
    assert judge(spent(unknown_min=60), THREE_NINES, MONTH).verdict is Verdict.MET
    assert judge(spent(60, unknown_min=tenth), THREE_NINES, MONTH).verdict is Verdict.MISSED
    assert judge(spent(unknown_min=tenth), Target("low", Fraction(1, 2)), MONTH).verdict is Verdict.MET
    assert judge(Account(unknown=MONTH), THREE_NINES, MONTH).verdict is Verdict.UNKNOWN


def test_what_is_missed_by_what_was_seen_but_cannot_be_proved_is_unknown() -> None:
    most = replace(THREE_NINES, most_unknown=Fraction(1))
    assert judge(spent(43, unknown_min=24 * 60), most, MONTH).verdict is Verdict.UNKNOWN


def test_the_highest_tier_that_applies_is_owed_and_never_more_than_the_cap() -> None:
    owed = [judge(spent(minutes), OWING, MONTH, 8640).owed for minutes in (43, 44, 433, 30 * 24 * 60)]
    assert owed == [Decimal(0), Decimal("17.60"), Decimal("1296.00"), Decimal("8640.00")]
    assert judge(spent(433), replace(OWING, cap=Fraction(1, 10)), MONTH, 8640).owed == Decimal("864.00")


def test_nothing_is_owed_for_what_nobody_saw() -> None:
    assert judge(spent(unknown_min=20 * 24 * 60), OWING, MONTH, 8640).owed == Decimal(0)


def test_without_an_agreement_or_a_cost_no_sum_is_named() -> None:
    assert judge(spent(400), THREE_NINES, MONTH, 8640).owed is None
    assert judge(spent(400), OWING, MONTH).owed is None


def test_shares_are_of_all_time_that_counts() -> None:
    account = spent(unknown_min=24 * 60, maintenance_min=3 * 24 * 60)
    assert share_of(account.unknown, account) == pytest.approx(1 / 30)
    assert share_of(account.maintenance, account) == pytest.approx(0.1)
    assert share_of(timedelta(), Account()) is None


def stood(*targets: Target, down: str = "chengdong-up1", site: str = "chengdong") -> dict[tuple[str, str], Standing]:
    """A month in which one line was down for a day, and a site with it."""
    network = small()
    circuits = {name: replace(c, carrier="telecom", monthly_cost=3000) for name, c in network.circuits.items()}
    circuits["huangyuan-up1"] = replace(circuits["huangyuan-up1"], monthly_cost=None)
    carriers = {name: Carrier(name, name) for name in ("telecom", "unicom")}
    begins, ends = START, START + timedelta(days=1)
    spells = [
        Spell(SpellKind.CIRCUIT, down, Loss.DOWN, begins, ends, "1"),
        Spell(SpellKind.SITE, site, Loss.DOWN, begins, ends, "1"),
        Spell(SpellKind.SERVICE, "pension", Loss.DOWN, begins, ends, "1"),
    ]
    period = Period(START, START + MONTH, spells, START + MONTH)
    plant = survey(replace(network, circuits=circuits, carriers=carriers))
    return {(one.group, one.name): one for one in standings(plant, Hours(), period, targets, MONTH)}


def test_a_level_is_missed_where_one_of_its_sites_missed_it() -> None:
    found = stood(Target("counties", Fraction(999, 1000), levels=frozenset({Level.COUNTY, Level.TOWNSHIP})))
    county, township = found[Group.LEVEL, "county"], found[Group.LEVEL, "township"]
    assert (county.verdict, county.count(Verdict.MISSED)) == (Verdict.MISSED, 1)
    assert len(county.parts) == county.count(Verdict.MET) + 1
    assert county.over == timedelta(days=1) - timedelta(days=30) / 1000
    assert (township.verdict, township.over, township.owed) == (Verdict.MET, timedelta(), None)


def test_a_service_is_judged_over_all_its_sites() -> None:
    target = Target("pensions", Fraction(99, 100), services=frozenset({"pension"}))
    service = stood(target)[Group.SERVICE, "pension"]
    assert (len(service.parts), service.verdict) == (1, Verdict.MET)  # a day of one of nine sites in 30 days
    assert service.account.down == timedelta(days=1)


def test_a_carrier_owes_for_each_line_that_missed_and_lines_without_a_cost_are_counted() -> None:
    target = replace(OWING, carriers=frozenset({"telecom", "unicom"}))
    found = stood(target)
    telecom, unicom = found[Group.CARRIER, "telecom"], found[Group.CARRIER, "unicom"]
    assert telecom.count(Verdict.MISSED) == 1
    assert telecom.owed == Decimal(450)  # 15 % of 3000; twice the lost thirtieth would be 200
    assert telecom.unpriced == 1
    assert (unicom.parts, unicom.verdict, unicom.owed) == ((), Verdict.MET, None)


def test_a_contract_has_each_of_its_lines_once() -> None:
    target = replace(OWING, carriers=frozenset({"telecom"}), circuits=frozenset({"chengdong-up1"}))
    found = stood(target)
    assert found[Group.CONTRACT, "lines"].owed == Decimal(450)
    (whole,) = contracts(found.values())
    assert (whole.group, whole.name, whole.owed) == (Group.CONTRACT, "lines", Decimal(450))
    assert len(whole.parts) == len(found[Group.CARRIER, "telecom"].parts)
