"""Availability of sites, levels, carriers and services, from what the simulated network went through."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from networks import small
from simnet import START
from watching import Watching

from jbnet.model.network import Carrier
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.claim import claim
from jbnet.monitor.hours import Hours, parse
from jbnet.monitor.sla import By, Line, Period, charged_to_levels, level_of, month, report

FIRST = START + timedelta(seconds=1)
"""When the first round was."""


def lived() -> Watching:
    """A minute after eight calm rounds, in the middle of which a county was cut off for 20 s."""
    network = small()
    circuits = {n: replace(c, carrier="telecom" if "up1" in n else "unicom") for n, c in network.circuits.items()}
    carriers = {name: Carrier(name, name) for name in ("telecom", "unicom")}
    watch = Watching(replace(network, circuits=circuits, carriers=carriers))
    watch.round(20)
    watch.net.cut.add("chengdong-up1")
    watch.round(20)
    watch.net.cut.clear()
    watch.round(20)
    return watch


@pytest.fixture(scope="module")
def watch() -> Watching:
    return lived()


def period(watch: Watching, begins: datetime = FIRST, ends: datetime | None = None) -> Period:
    return Period(begins, ends or watch.time, tuple(watch.spells.values()), watch.time)


def lines(watch: Watching, by: By, hours: Hours | None = None, over: Period | None = None) -> dict[str, Line]:
    return {line.name: line for line in report(watch.net.plant, hours or Hours(), over or period(watch), by)}


def seconds(time: timedelta) -> float:
    return time.total_seconds()


def test_a_site_was_down_while_it_was_cut_off(watch: Watching) -> None:
    found = lines(watch, By.SITE)
    assert seconds(found["chengdong"].account.down) == 20
    assert seconds(found["chengdong-t1"].account.down) == 20
    assert seconds(found["huangyuan"].account.down) == 0
    assert seconds(found["chengdong"].account.due) == 67


def test_a_level_is_the_sum_of_its_sites(watch: Watching) -> None:
    sites, levels = lines(watch, By.SITE), lines(watch, By.LEVEL)
    assert (levels["township"].subjects, seconds(levels["township"].account.down)) == (5, 40)
    assert sum(seconds(line.account.due) for line in sites.values()) == sum(
        seconds(line.account.due) for line in levels.values()
    )


def test_a_carrier_answers_for_its_lines_only(watch: Watching) -> None:
    found = lines(watch, By.CARRIER)
    assert seconds(found["telecom"].account.down) == 20
    assert seconds(found["unicom"].account.down) == 0


def test_a_service_counts_the_sites_that_lost_it(watch: Watching) -> None:
    found = lines(watch, By.SERVICE)["pension"]
    assert found.subjects == 9
    assert seconds(found.account.down) == 3 * 20


def test_what_was_lost_is_charged_to_the_cause_and_to_the_level_that_caused_it(watch: Watching) -> None:
    township = lines(watch, By.LEVEL)["township"].account
    assert {str(cause) for _, cause in township.charged} == {"chengdong-up1"}
    assert {level: seconds(time) for level, time in charged_to_levels(watch.net.network, township).items()} == {
        "county": 40
    }


def test_a_cause_in_a_location_counts_for_the_site_that_it_lies_in() -> None:
    network = small()
    assert level_of(network, CauseId(CauseKind.DEVICE, "core-r1")) == "province"
    assert level_of(network, CauseId(CauseKind.CIRCUIT, "chengdong-t1-up1")) == "township"
    assert level_of(network, CauseId(CauseKind.DEVICE, "gone")) == ""
    assert level_of(network, None) == ""


def test_closed_hours_of_a_place_that_may_be_dark_are_no_lost_availability(watch: Watching) -> None:
    closed = Hours({"chengdong-t1": parse("Mo-Fr 09:00-17:00")})
    found = lines(watch, By.SITE, closed)
    assert found["chengdong-t1"].account.due == timedelta()
    assert found["chengdong-t1"].account.availability is None
    assert seconds(found["chengdong"].account.down) == 20


def test_time_before_the_first_look_and_after_the_last_is_unknown(watch: Watching) -> None:
    wide = period(watch, FIRST - timedelta(seconds=100), watch.time + timedelta(seconds=50))
    account = lines(watch, By.SITE, over=wide)["huangyuan"].account
    assert seconds(account.unknown) == 150
    assert account.availability == 1.0


def test_the_claim_lists_each_outage_of_a_carriers_lines_within_the_period(watch: Watching) -> None:
    network = watch.net.network
    (found,) = claim(network, period(watch), "telecom").outages
    assert (found.circuit.name, found.incident, seconds(found.ends - found.begins)) == ("chengdong-up1", "1", 20)
    assert claim(network, period(watch), "unicom").outages == ()
    half = period(watch, found.begins + timedelta(seconds=15))
    (cut,) = claim(network, half, "telecom").outages
    assert seconds(cut.ends - cut.begins) == 5


def test_a_month_is_one_of_local_time() -> None:
    assert month("2026-11", 480) == (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))
    assert month("2026-12", 0)[1] == datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="unconverted"):
        month("2026-13", 0)
