"""A carrier's monthly claim: what of an outage counts, what does not, and what is owed by a declared contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from networks import small

from jbnet.cli.context import Context
from jbnet.cli.sla_claim import line_table, outage_table
from jbnet.cli.sla_print import _cell
from jbnet.cli.sla_targets import columns
from jbnet.model.lines import Carrier
from jbnet.model.network import Network
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.claim import Claim, claim
from jbnet.monitor.hours import Hours
from jbnet.monitor.plant import survey
from jbnet.monitor.sla import Period
from jbnet.monitor.sla_targets import Standing, standings
from jbnet.monitor.spells import Loss, Spell, SpellKind
from jbnet.monitor.targets import Target, Tier

BEGINS = datetime(2026, 11, 1, tzinfo=UTC)
MONTH = timedelta(days=30)
LINE, OTHER = "xining-up1", "xining-up2"
WANTED = Fraction(999, 1000)
CONTRACT = Target("telecom-lines", WANTED, carriers=frozenset({"telecom"}), tiers=(Tier(WANTED, times=Fraction(1)),))


def at(hours: float) -> datetime:
    return BEGINS + timedelta(hours=hours)


def down(begins: float, ends: float | None, loss: Loss = Loss.DOWN, incident: str = "1", line: str = LINE) -> Spell:
    end = None if ends is None else at(ends)
    return Spell(SpellKind.CIRCUIT, line, loss, at(begins), end, incident, CauseId(CauseKind.CIRCUIT, line))


def unwatched(begins: float, ends: float) -> Spell:
    return Spell(SpellKind.MONITOR, "", Loss.UNKNOWN, at(begins), at(ends))


@pytest.fixture(scope="module")
def network() -> Network:
    found = small()
    lines = {n: replace(c, carrier="unicom") for n, c in found.circuits.items()}
    for name, cost in ((LINE, 7200), (OTHER, None)):
        lines[name] = replace(lines[name], carrier="telecom", line_number=f"QH-{name}", monthly_cost=cost)
    return replace(found, circuits=lines)


def judged(network: Network, period: Period) -> tuple[Standing, ...]:
    plant = survey(replace(network, carriers={"telecom": Carrier("telecom", "电信")}))
    return standings(plant, Hours(), period, [CONTRACT], MONTH)


def claimed(network: Network, *spells: Spell, contract: bool = True) -> Claim:
    period = Period(BEGINS, BEGINS + MONTH, spells, BEGINS + MONTH)
    return claim(network, period, "telecom", judged(network, period) if contract else ())


def test_announced_work_and_time_that_nobody_saw_are_taken_off_an_outage(network: Network) -> None:
    spells = (down(10, 12), down(12, 13, Loss.MAINTENANCE), down(13, 15), unwatched(14, 14.5))
    found = claimed(network, *spells)
    (row,) = outage_table(found, Carrier("telecom", "电信")).rows
    assert (row["line"], row["from"], row["to"]) == ("QH-xining-up1", "2026-11-01T10:00:00Z", "2026-11-01T15:00:00Z")
    assert (row["down"], row["maintenance"], row["unknown"], row["excluded"]) == (12600.0, 3600.0, 1800.0, 5400.0)
    assert row["incident"] == "1"


def test_outages_with_a_pause_between_are_two_and_announced_work_alone_is_none(network: Network) -> None:
    work = down(50, 51, Loss.MAINTENANCE, incident="2", line=OTHER)
    found = claimed(network, down(1, 2), down(3, 4), work, contract=False)
    assert [(o.begins, o.ends) for o in found.outages] == [(at(1), at(2)), (at(3), at(4))]
    assert [line.circuit.name for line in found.lines] == [LINE]


def test_an_outage_over_the_ends_of_the_month_counts_as_far_as_it_lies_within(network: Network) -> None:
    found = claimed(network, down(-5, 1), down(719, None, incident="2"))
    assert [(o.begins, o.ends) for o in found.outages] == [(BEGINS, at(1)), (at(719), at(720))]


def test_what_is_owed_stands_at_its_line_and_in_the_sum(network: Network) -> None:
    found = claimed(network, down(10, 20))
    assert found.owed == Decimal("100.00")  # 10 of 720 hours of 7,200 yuan
    line, whole = line_table(found).rows
    assert (line["contract"], line["target"], line["verdict"]) == ("telecom-lines", 99.9, "missed")
    assert (line["outages"], line["down"], line["owed"]) == (1, 36000.0, "100.00")
    assert line["over_allowed"] == 36000.0 - 2592.0
    assert (whole["row"], whole["down"], whole["owed"]) == ("sum", 36000.0, "100.00")


def test_the_sum_of_a_line_is_the_sum_of_its_outages(network: Network) -> None:
    found = claimed(network, down(1, 2), down(5, 9, incident="2"), down(6, 7, incident="3", line=OTHER))
    counted: dict[str, timedelta] = {}
    for outage in found.outages:
        counted[outage.circuit.name] = counted.get(outage.circuit.name, timedelta()) + outage.account.down
    assert counted == {line.circuit.name: line.account.down for line in found.lines}


@pytest.mark.parametrize(("contract", "line"), [(True, OTHER), (False, LINE)])
def test_without_a_cost_or_a_contract_nothing_is_said_to_be_owed(network: Network, contract: bool, line: str) -> None:
    found = claimed(network, down(10, 20, line=line), contract=contract)
    assert found.owed is None
    assert [row["owed"] for row in line_table(found).rows] == [None, None]


def test_a_month_without_an_outage_claims_nothing(network: Network) -> None:
    found = claimed(network)
    assert (found.outages, found.lines, found.owed) == ((), (), None)
    assert line_table(found).rows == []


def test_a_report_by_carrier_has_the_target_the_verdict_and_what_is_owed(network: Network) -> None:
    period = Period(BEGINS, BEGINS + MONTH, (down(10, 20),), BEGINS + MONTH)
    found = columns(judged(network, period), "carrier")
    assert found == {"telecom": {"target": 99.9, "verdict": "missed", "over_allowed": 33408.0, "owed": "100.00"}}


def test_spells_of_one_incident_that_all_but_touch_are_one_outage_and_the_pause_is_not_down(network: Network) -> None:
    second = 1 / 3600
    found = claimed(network, down(1, 2), down(2 + second, 2 + second * 1.2), contract=False)
    (outage,) = found.outages
    assert (outage.begins, outage.ends) == (at(1), at(2 + second * 1.2))
    assert outage.account.down == timedelta(hours=1, seconds=0.2)
    assert [line.account.down for line in found.lines] == [outage.account.down]


def test_what_lasts_less_than_a_second_is_no_outage_and_not_in_the_sum(network: Network) -> None:
    blink = down(5, 5 + 0.4 / 3600, incident="2")
    found = claimed(network, down(1, 2), blink, contract=False)
    assert [outage.incident for outage in found.outages] == ["1"]
    assert [line.account.down for line in found.lines] == [timedelta(hours=1)]
    assert claimed(network, blink, contract=False).outages == ()


def test_a_line_without_a_number_is_marked_and_the_mark_explained(network: Network) -> None:
    bare = replace(network, circuits={**network.circuits, LINE: replace(network.circuits[LINE], line_number=None)})
    carrier = Carrier("telecom", "电信")
    explained = "line number is not declared"
    assert explained not in str(outage_table(claimed(network, down(1, 2)), carrier).note)
    table = outage_table(claimed(bare, down(1, 2)), carrier)
    assert explained in str(table.note)
    assert _cell(Context(Path()), "line", table.rows[0]) == f"{LINE} *"
