"""What ``jbnet show`` says of lines without a carrier: the underlay that they ride on, or that nothing is declared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import small

from jbnet.cli.show_places import site_view
from jbnet.inventory.costs import By, Cost, monthly_costs
from jbnet.model.network import Network, Underlay


@pytest.fixture
def network() -> Network:
    """Return the small network with an underlay below one line that no carrier leases out."""
    made = small()
    line = replace(made.circuits["xining-up1"], carrier=None, underlay="egov", monthly_cost=900)
    egov = Underlay("egov", "电子政务外网", "省政务信息中心")
    return replace(made, circuits={**made.circuits, line.name: line}, underlays={"egov": egov})


def test_what_rides_on_an_underlay_costs_under_the_underlays_name(network: Network) -> None:
    assert Cost("egov", 1, 0, 900, underlay=True) in monthly_costs(network, By.CARRIER)
    assert not any(cost.underlay for cost in monthly_costs(network, By.LEVEL))


def test_a_carrier_called_like_an_underlay_is_counted_apart(network: Network) -> None:
    other = replace(network.circuits["xining-up2"], carrier="egov", monthly_cost=70)
    found = monthly_costs(replace(network, circuits={**network.circuits, other.name: other}), By.CARRIER)
    assert {(cost.underlay, cost.yuan) for cost in found if cost.key == "egov"} == {(True, 900), (False, 70)}


def test_a_sites_lines_name_who_carries_them_or_say_that_it_is_not_declared(network: Network) -> None:
    bare = replace(network.circuits["xining-up2"], carrier=None, media="fibre")
    changed = replace(network, circuits={**network.circuits, bare.name: bare})
    shown = next(t for t in site_view(changed, changed.sites["xining"]).tables if t.key == "circuits")
    carried = {str(row[0]): str(row[3]) for row in shown.rows}
    assert carried["xining-up1"] == "egov"
    assert carried["xining-up2"] == "carrier not declared"
    assert {row["underlay"] for row in shown.records if row["name"] == "xining-up1"} == {"egov"}
