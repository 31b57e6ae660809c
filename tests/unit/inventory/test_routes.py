"""Declared static routes: what a next hop may be called, and what an archetype gives to its sites."""

from __future__ import annotations

import pytest

from jbnet.inventory.declaration import declare
from jbnet.inventory.explain.equipment import device_facts
from jbnet.inventory.loader import Loaded, load
from jbnet.inventory.report import Report
from jbnet.model.network import Network
from jbnet.model.routes import Route

SITE = """prefectures:
  west:
    parent: example
    code: "9902"
    name_zh: 西州
    devices: {{r1: {{routes: [{routes}]}}}}
    counties:
      lake: {{code: "990201", name_zh: 湖县, {lake}}}
"""
PREFIX = "172.30.0.0/16"


def loaded(small_files: dict[str, str], routes: str, lake: str = "", **files: str) -> Loaded:
    named = {name.replace("__", "/") + ".yaml": content for name, content in files.items()}
    return load({**small_files, "inventory/sites/west.yaml": SITE.format(routes=routes, lake=lake), **named})


def network_of(found: Loaded) -> Network:
    assert found.network is not None, found.findings
    return found.network


def routes_of(small_files: dict[str, str], routes: str) -> tuple[Route, ...]:
    return network_of(loaded(small_files, routes)).routes["west-r1"]


@pytest.mark.parametrize(
    ("said", "via"),
    [
        ("up1", "10.16.64.0"),
        ("west-up1", "10.16.64.0"),
        ("pair1", "10.16.64.9"),
        ("lake-up1", "10.16.130.1"),
        ("10.16.0.77", "10.16.0.77"),
        ("discard", None),
    ],
)
def test_a_next_hop_is_a_neighbours_address_or_the_name_of_a_line(
    small_files: dict[str, str], said: str, via: str | None
) -> None:
    (route,) = routes_of(small_files, f"{{prefix: {PREFIX}, next_hop: {said}}}")
    assert (None if route.via is None else str(route.via)) == via
    assert str(route.place) == "inventory/sites/west.yaml:6:29"
    assert str(route.at("next_hop")) == "inventory/sites/west.yaml:6:63"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("10.16.0.0", "10.16.0.0 is no host's address: it is the first or the last of 10.16.0.0/24"),
        ("10.16.0.255", "10.16.0.255 is no host's address: it is the first or the last of 10.16.0.0/24"),
        ("10.16.0.1", "10.16.0.1 is west-r1's own address"),
        ("10.16.64.1", "10.16.64.1 is west-r1's own address"),
        ("10.16.96.1", "10.16.96.1 is west-r1's own address"),
        ("10.16.0.256", "10.16.0.256 is no address"),
    ],
)
def test_no_next_hop_is_the_device_itself_or_the_name_of_a_network(
    small_files: dict[str, str], said: str, why: str
) -> None:
    found = loaded(small_files, f"{{prefix: {PREFIX}, next_hop: {said}}}")
    assert [(finding.code, finding.message) for finding in found.findings] == [("JB401", why)]


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        ("127.0.0.0/8", ["JB409"]),
        ("127.1.0.0/16", ["JB409"]),
        ("0.0.0.0/8", ["JB409"]),
        ("169.254.0.0/16", ["JB409"]),
        ("239.0.0.0/8", ["JB409"]),
        ("255.255.255.255/32", ["JB409"]),
        ("128.0.0.0/1", []),
    ],
)
def test_no_route_leads_to_what_no_router_sends_on(small_files: dict[str, str], prefix: str, codes: list[str]) -> None:
    found = loaded(small_files, f"{{prefix: {prefix}, next_hop: up1}}")
    assert [finding.code for finding in found.findings] == codes


def test_too_many_routes_are_counted_and_one_that_is_no_mapping_is_named_by_its_number(
    small_files: dict[str, str],
) -> None:
    many = ", ".join(f"{{prefix: 172.30.{n // 256}.{n % 256}/32, next_hop: up1}}" for n in range(257))
    said = [finding.message for finding in loaded(small_files, many).findings]
    assert said == ["routes must be at most 256 entries, not 257"]
    said = [f.message for f in loaded(small_files, f"{{prefix: {PREFIX}, next_hop: up1}}, 172.31.0.0/16").findings]
    assert said == ['entry 2 of routes must be a mapping of keys to values, not "172.31.0.0/16"']


def test_routes_of_an_archetype_lead_over_each_sites_own_line(small_files: dict[str, str]) -> None:
    archetypes = small_files["inventory/archetypes.yaml"].replace(
        "      r1: county-router",
        f"      r1: {{role: county-router, routes: [{{prefix: {PREFIX}, next_hop: up1, preference: 200}}]}}",
    )
    network = network_of(load({**small_files, "inventory/archetypes.yaml": archetypes}))
    counties = {"oldtown": "10.8.130.0", "newtown": "10.9.2.0", "lake": "10.16.130.0"}
    assert {name: str(routes[0].via) for name, routes in network.routes.items()} == {
        f"{county}-r1": via for county, via in counties.items()
    }


def test_a_site_says_its_own_routes_in_place_of_the_archetypes(small_files: dict[str, str]) -> None:
    archetypes = small_files["inventory/archetypes.yaml"].replace(
        "      r1: county-router", f"      r1: {{role: county-router, routes: [{{prefix: {PREFIX}, next_hop: up1}}]}}"
    )
    found = loaded(small_files, "", "devices: {r1: {routes: []}}", inventory__archetypes=archetypes)
    assert "lake-r1" not in {name for name, routes in network_of(found).routes.items() if routes}
    kept = loaded(small_files, "", 'devices: {r1: {serial: "2102114XKT10J4000021"}}', inventory__archetypes=archetypes)
    assert len(network_of(kept).routes["lake-r1"]) == 1


def test_two_next_hops_to_one_prefix_share_or_stand_by(small_files: dict[str, str]) -> None:
    said = f"{{prefix: {PREFIX}, next_hop: up1}}, {{prefix: {PREFIX}, next_hop: pair1, preference: 200}}"
    assert [route.preference for route in routes_of(small_files, said)] == [None, 200]


def test_a_route_is_explained_by_the_line_that_declares_it(small_files: dict[str, str]) -> None:
    archetypes = small_files["inventory/archetypes.yaml"].replace(
        "      r1: county-router", f"      r1: {{role: county-router, routes: [{{prefix: {PREFIX}, next_hop: up1}}]}}"
    )
    files = {
        **small_files,
        "inventory/archetypes.yaml": archetypes,
        "inventory/sites/west.yaml": SITE.format(routes="{prefix: 172.31.0.0/16, next_hop: discard}", lake=""),
    }
    declared, network = declare(files, Report()), network_of(load(files))
    told = {
        fact.subject: (fact.value, str(fact.place), str(fact.source))
        for site in ("west", "lake")
        for fact in device_facts(declared, network, declared.sites[site])
        if fact.key == "route"
    }
    assert told == {
        "west-r1": ("172.31.0.0/16 discard", "inventory/sites/west.yaml:6:29", "written for it"),
        "lake-r1": (f"{PREFIX} up1", "inventory/archetypes.yaml:22:42", "archetype county"),
    }
