"""What a failure means for sites, in a network of one area."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import small

from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.topology.forecast import Forecast, Forecaster
from jbnet.topology.graph import FailureSet, build, expand, fail
from jbnet.topology.needs import ServiceImpact
from jbnet.topology.sequence import NOTHING, added


@pytest.fixture(scope="module")
def network() -> Network:
    return small()


def impact(network: Network, failure: FailureSet) -> Forecast:
    return Forecaster(network).of(failure)


def degraded(network: Network, failure: FailureSet) -> list[str]:
    return [way.home for way in Forecaster(network).ways_left(failure)]


def test_the_roots_are_the_core_and_not_the_peer(network: Network) -> None:
    assert build(network).roots == {"core-r1", "core-r2"}


def test_a_circuit_without_backup_cuts_off_everything_behind_it(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["chengdong-up1"]))
    assert found.cut_off == ("chengdong", "chengdong-t1", "chengdong-t2")
    assert degraded(network, FailureSet.of(circuits=["chengdong-up1"])) == []
    assert found.devices == ("chengdong-r1", "chengdong-t1-r1", "chengdong-t2-r1")
    assert found.services == (ServiceImpact("pension", 3),)


def test_a_dual_homed_site_with_one_line_down_is_degraded_and_on_backup_not_cut_off(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["chengzhong-up1"]))
    assert found.cut_off == ()
    assert degraded(network, FailureSet.of(circuits=["chengzhong-up1"])) == ["chengzhong"]
    assert found.on_backup == ("chengzhong",)


def test_a_site_that_never_had_redundancy_is_not_called_degraded(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["xining-up1"]))
    assert degraded(network, FailureSet.of(circuits=["xining-up1"])) == ["xining", "chengzhong"]
    assert found.on_backup == ("xining",)


def test_the_ministry_on_its_backup_line_is_a_state_of_its_own(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["ministry-up1"]))
    assert found.on_backup == ("ministry",)
    assert (found.cut_off, found.others) == ((), ())


def test_both_lines_to_the_ministry_cut_it_off_and_no_site(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["ministry-up1", "ministry-up2"]))
    assert found.others == ("ministry",)
    assert found.cut_off == ()


def test_a_dead_router_of_a_pair_degrades_its_site_and_cuts_off_what_hangs_on_it_alone(network: Network) -> None:
    found = impact(network, FailureSet.of(devices=["xining-r1"]))
    assert "xining" in degraded(network, FailureSet.of(devices=["xining-r1"]))
    assert "chengdong" in found.cut_off
    assert "chengzhong" not in found.cut_off


def test_a_failed_site_stands_for_its_own_devices_only(network: Network) -> None:
    expanded = expand(network, FailureSet.of(sites=["xining"]))
    assert expanded.devices == {"xining-r1", "xining-r2"}


def test_a_shared_risk_fails_all_its_circuits(network: Network) -> None:
    circuits = dict(network.circuits)
    for name in ("xining-up1", "xining-up2"):
        circuits[name] = replace(circuits[name], srlgs=("duct-7",))
    found = impact(replace(network, circuits=circuits), FailureSet.of(srlgs=["duct-7"]))
    assert found.cut_off[0] == "xining"
    assert len(found.cut_off) == 9


def test_a_lost_database_host_touches_every_site_that_uses_the_service(network: Network) -> None:
    failure = FailureSet.of(sites=["xining-dc"])
    assert impact(network, failure).services == (ServiceImpact("pension", 9),)
    assert Forecaster(network, leaders={"production": "golmud-dc-r1"}).of(failure).services == ()


def test_a_second_failure_counts_only_what_it_adds(network: Network) -> None:
    story = [FailureSet.of(circuits=[name]) for name in ("chengzhong-up1", "chengzhong-t1-up1", "chengzhong-up2")]
    first, town, second = added(Forecaster(network), story)
    assert (first.degraded, first.on_backup) == (("chengzhong",), ("chengzhong",))
    assert town == second == NOTHING


def test_peers_are_lost_to_the_failure_that_takes_their_last_line(network: Network) -> None:
    story = [FailureSet.of(circuits=[name]) for name in ("ministry-up1", "ministry-up2")]
    first, second = added(Forecaster(network), story)
    assert (first.on_backup, first.others) == (("ministry",), ())
    assert second.others == ("ministry",)


def test_a_home_moves_in_the_graph_with_its_circuits_and_not_with_its_parent(network: Network) -> None:
    sites = {**network.sites, "chengdong": replace(network.sites["chengdong"], parent="qinghai")}
    found = impact(replace(network, sites=sites), FailureSet.of(circuits=["chengdong-up1"]))
    assert found.cut_off == ("chengdong", "chengdong-t1", "chengdong-t2")


@pytest.mark.parametrize("kind", ["circuits", "devices", "sites", "srlgs"])
def test_an_unknown_name_is_refused_by_name(network: Network, kind: str) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        impact(network, FailureSet.of(**{kind: ["nowhere"]}))


def test_failing_leaves_the_graph_that_was_given_untouched(network: Network) -> None:
    graph = build(network)
    before = set(graph.inner.edges(keys=True))
    fail(graph, FailureSet.of(circuits=["chengdong-up1"], devices=["core-r1"]))
    assert set(graph.inner.edges(keys=True)) == before
    assert graph.roots == {"core-r1", "core-r2"}
