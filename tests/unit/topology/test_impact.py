"""What a failure means for sites, by the circuits alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import small

from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.topology.graph import FailureSet, build, expand, fail
from jbnet.topology.impact import ServiceImpact, impact
from jbnet.topology.paths import protected, reach, uplinks


@pytest.fixture(scope="module")
def network() -> Network:
    return small()


def test_the_roots_are_the_core_and_not_the_peer(network: Network) -> None:
    assert build(network).roots == {"core-r1", "core-r2"}


def test_a_circuit_without_backup_cuts_off_everything_behind_it(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["chengdong-up1"]))
    assert found.cut_off == ("chengdong", "chengdong-t1", "chengdong-t2")
    assert found.degraded == ()
    assert found.devices == ("chengdong-r1", "chengdong-t1-r1", "chengdong-t2-r1")
    assert found.services == (ServiceImpact("pension", 3),)


def test_a_dual_homed_site_with_one_line_down_is_degraded_and_on_backup_not_cut_off(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["chengzhong-up1"]))
    assert found.cut_off == ()
    assert found.degraded == ("chengzhong",)
    assert found.on_backup == ("chengzhong",)


def test_a_site_that_never_had_redundancy_is_not_called_degraded(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["xining-up1"]))
    assert found.degraded == ("xining", "chengzhong")
    assert found.on_backup == ("xining",)


def test_the_ministry_on_its_backup_line_is_a_state_of_its_own(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["ministry-up1"]))
    assert found.on_backup == ("ministry",)
    assert (found.cut_off, found.degraded, found.others) == ((), (), ())


def test_both_lines_to_the_ministry_cut_it_off_and_no_site(network: Network) -> None:
    found = impact(network, FailureSet.of(circuits=["ministry-up1", "ministry-up2"]))
    assert found.others == ("ministry",)
    assert found.cut_off == ()


def test_a_dead_router_of_a_pair_degrades_its_site_and_cuts_off_what_hangs_on_it_alone(network: Network) -> None:
    found = impact(network, FailureSet.of(devices=["xining-r1"]))
    assert "xining" in found.degraded
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
    assert impact(network, failure, leaders={"production": "golmud-dc-r1"}).services == ()


def test_the_impact_of_a_second_failure_counts_only_what_it_adds(network: Network) -> None:
    first = fail(build(network), FailureSet.of(circuits=["chengzhong-up1"]))
    second = impact(network, FailureSet.of(circuits=["chengzhong-up2"]), graph=first)
    assert second.cut_off == ("chengzhong", "chengzhong-t1")
    assert second.degraded == ()


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
    before = reach(graph, graph.roots)
    fail(graph, FailureSet.of(circuits=["chengdong-up1"], devices=["core-r1"]))
    assert reach(graph, graph.roots) == before
    assert graph.roots == {"core-r1", "core-r2"}


def test_the_uplink_tree_prefers_primaries_over_any_backup(network: Network) -> None:
    tree = uplinks(build(network))
    edge = tree["chengzhong-r1"].edge
    assert edge is not None
    assert edge.circuit == "chengzhong-up1"
    second = tree["xining-r2"].edge
    assert second is not None
    assert second.circuit == "xining-pair1"
    assert tree["core-r1"].edge is None


def test_protected_is_what_no_single_circuit_can_cut_off(network: Network) -> None:
    graph = build(network)
    safe = protected(graph)
    for device in graph.devices:
        survives = all(
            device in reach(fail(graph, FailureSet.of(circuits=[circuit])), graph.roots) for circuit in graph.edges
        )
        assert (device in safe) == survives
