"""What the declaration does not say is not shown by any predicate, whatever else holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from network_changes import Change, all_of, change, without

from jbnet.model.network import Network
from jbnet.standards.predicates import VOCABULARY
from jbnet.standards.predicates.base import Verdict
from jbnet.standards.subjects import Kind, subjects
from jbnet.standards.world import Surroundings, World

COUNTY = "mangya"


def verdict(
    network: Network, predicate: str, kind: Kind, name: str, around: Surroundings | None = None, **parameters: Any
) -> Verdict | None:
    subject = next(one for one in subjects(network, kind) if one.name == name)
    return VOCABULARY[predicate](**parameters).judge(World(network, around), subject)


def without_demand(network: Network) -> Network:
    return replace(network, sites={name: replace(site, demand=0.0) for name, site in network.sites.items()})


UNKNOWN: dict[str, tuple[Change, Kind, str, dict[str, Any]]] = {
    "block_length": (change("sites", COUNTY, block=None), Kind.SITES, COUNTY, {"length": 17}),
    "one_aggregate": (change("sites", COUNTY, block=None), Kind.SITES, COUNTY, {}),
    "apart_from_sites": (change("locations", "noc", block=None), Kind.LOCATIONS, "noc", {}),
    "loopback_in_own_block": (change("devices", "mangya-r1", loopback=None), Kind.DEVICES, "mangya-r1", {}),
    "link_from_lower_block": (change("circuits", "mangya-up1", prefix=None), Kind.CIRCUITS, "mangya-up1", {}),
    "bandwidth_at_least": (
        change("circuits", "mangya-up1", bandwidth=None), Kind.CIRCUITS, "mangya-up1", {"mbit": 1}
    ),
    "carries_demand": (without_demand, Kind.SITES, COUNTY, {"role": "primary"}),
    "survives": (change("devices", "mangya-r1", role="noc-server"), Kind.SITES, COUNTY, {"any": "device"}),
    "snmp_at_least": (
        change("roles", "county-router", snmp=None), Kind.DEVICES, "mangya-r1", {"version": "v2c"}
    ),
    "commit_timer": (
        change("devices", "mangya-r1", platform="abacus"), Kind.DEVICES, "mangya-r1", {"at": ["native"]}
    ),
    "standby_elsewhere": (change("sites", "golmud", lon=None), Kind.DATABASES, "production", {"km": 1.0}),
    "handed_over_at": (change("peers", "tax-xining", site=None), Kind.PEERS, "tax-xining", {"levels": ["county"]}),
    # these ask what other parts of the workspace say, of which nothing is known here
    "watched": (all_of(), Kind.DEVICES, "mangya-r1", {}),
    "fences_at_least": (all_of(), Kind.DATABASES, "production", {"count": 1}),
    "approvers_at_least": (all_of(), Kind.NETWORK, "qinghai", {"count": 1}),
}  # fmt: skip


@pytest.mark.parametrize("predicate", UNKNOWN)
def test_a_predicate_that_is_not_told_says_so(qinghai: Network, predicate: str) -> None:
    gone, kind, name, parameters = UNKNOWN[predicate]
    found = verdict(gone(qinghai), predicate, kind, name, **parameters)
    assert found is not None
    assert found.unknown


def test_a_line_without_a_bandwidth_makes_the_demand_unknown(qinghai: Network) -> None:
    network = change("circuits", "mangya-up1", bandwidth=None)(qinghai)
    found = verdict(network, "carries_demand", Kind.SITES, COUNTY, role="primary")
    assert found is not None
    assert found.unknown


def test_a_site_without_any_way_to_the_core_survives_nothing(qinghai: Network) -> None:
    network = without("mangya-up1")(qinghai)
    found = verdict(network, "survives", Kind.SITES, COUNTY, any="circuit")
    assert found is not None
    assert str(found.text) == "mangya has no way to the core"


def test_the_circuit_and_the_device_that_cut_a_site_off_are_named(qinghai: Network) -> None:
    by_circuit = verdict(qinghai, "survives", Kind.SITES, "mangya-huatugou", any="circuit")
    by_device = verdict(qinghai, "survives", Kind.SITES, COUNTY, any="device")
    assert by_circuit is not None
    assert by_device is not None
    assert "mangya-huatugou-up1 alone" in str(by_circuit.text)
    assert "haixi-r1 alone" in str(by_device.text)


def test_one_half_of_a_pair_never_cuts_its_own_site_off(qinghai: Network) -> None:
    assert verdict(qinghai, "survives", Kind.SITES, "haixi", any="device") is None


def test_a_way_through_the_place_to_avoid_does_not_count(qinghai: Network) -> None:
    place: dict[str, Any] = {"location": "golmud-dc", "avoiding": "core"}
    assert verdict(qinghai, "reaches", Kind.SITES, "haixi", **place) is None
    only_core = without(*(name for name in qinghai.circuits if name.endswith("-up3")))(qinghai)
    assert verdict(only_core, "reaches", Kind.SITES, "haixi", **place) is not None
    assert verdict(only_core, "reaches", Kind.LOCATIONS, "xining-dc", **place) is not None
