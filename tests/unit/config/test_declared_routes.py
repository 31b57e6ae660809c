"""Declared static routes in configurations: printed, announced by name only, traced to where they are declared."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from equipped import RENDERED, equipped, with_routes
from sample_network import sample_network

from jbnet.config.declared import ANNOUNCED
from jbnet.config.render import intent, render, traced
from jbnet.model.network import Network
from jbnet.platforms.registry import platform

GOLDEN = Path(__file__).parents[2] / "golden" / "render" / "declared-routes.conf"
ALL = ("frr", *RENDERED)


def network_of(name: str) -> Network:
    return with_routes(sample_network()) if name == "frr" else equipped(name)


def test_a_county_with_routes_of_its_own_is_exactly_this_on_frr() -> None:
    network = network_of("frr")
    shown = render(network, network.devices["chengdong-r1"])
    if os.environ.get("JBNET_UPDATE_GOLDEN"):
        GOLDEN.write_text(shown, encoding="utf-8")
    assert shown == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("device", ["core-r1", "xining-r1", "chengdong-r1"])
def test_only_what_is_to_be_announced_is_let_into_ospf(name: str, device: str) -> None:
    network = network_of(name)
    said = intent(network, network.devices[device])
    assert said.ospf is not None
    chosen = {route.prefix for route in network.routes[device] if route.announce}
    assert {entry.prefix for entry in said.prefix_lists if entry.name == ANNOUNCED} == chosen
    matched = {entry.match for entry in said.route_maps} - {ANNOUNCED}
    plain = {route.prefix for route in network.routes[device]} - chosen
    assert not [entry for entry in said.prefix_lists if entry.name in matched and entry.prefix in plain]


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("device", ["core-r1", "xining-r1", "chengdong-r1"])
def test_statics_are_brought_in_by_one_route_map_of_which_each_clause_has_a_number_of_its_own(
    name: str, device: str
) -> None:
    network = network_of(name)
    said = intent(network, network.devices[device])
    assert said.ospf is not None
    (taken,) = [one.route_map for one in said.ospf.redistribute if one.protocol == "static"]
    clauses = [entry.seq for entry in said.route_maps if entry.name == taken]
    assert clauses == sorted(set(clauses))
    assert ANNOUNCED in {entry.match for entry in said.route_maps if entry.name == taken}


@pytest.mark.parametrize("name", ALL)
def test_a_route_is_traced_to_the_line_that_declares_it(name: str) -> None:
    network = network_of(name)
    lines = [line for line in traced(network, network.devices["chengdong-r1"]) if "172.30.0.0" in line.text]
    assert len(lines) == 3
    assert {line.origin for line in lines} == {"inventory/sites/xining.yaml:12"}


@pytest.mark.parametrize("name", ALL)
def test_the_preference_that_a_system_gives_anyway_is_not_said(name: str) -> None:
    network = network_of(name)
    usual = platform(name).static_preference
    routes = tuple(replace(route, preference=usual) for route in network.routes["chengdong-r1"])
    said = intent(replace(network, routes={"chengdong-r1": routes}), network.devices["chengdong-r1"])
    assert {route.distance for route in said.statics[-len(routes) :]} == {None}


@pytest.mark.parametrize("name", ALL)
def test_a_device_without_routes_of_its_own_says_what_it_said(name: str) -> None:
    network = network_of(name)
    device = network.devices["datong-r1"]
    assert render(network, device) == render(replace(network, routes={}), device)
