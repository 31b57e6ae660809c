"""The routing standard, rule by rule, as the rendered configurations carry it out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_network import sample_network, with_interface, without_interface

from jbnet.config.bootstrap import bootstrap, first_address, first_interfaces
from jbnet.config.render import daemons, render
from jbnet.config.tree import ConfigTree, diff, parse
from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.platforms.registry import names, platform


@pytest.fixture
def network() -> Network:
    return sample_network()


def tree(network: Network, name: str) -> ConfigTree:
    return parse(render(network, network.devices[name]))


def test_the_bootstrap_is_part_of_the_configuration_so_that_deploying_only_adds(network: Network) -> None:
    for device in network.devices.values():
        if network.roles[device.role].managed:
            assert diff(parse(bootstrap(network, device)), tree(network, device.name)).removed == ()


def test_a_device_is_first_reached_over_its_uplink_and_a_core_over_its_line_to_the_noc(network: Network) -> None:
    assert [i.name for i in first_interfaces(network, network.devices["xining-r2"])] == ["up2"]
    assert [i.name for i in first_interfaces(network, network.devices["core-r2"])] == ["noc-1"]
    assert str(first_address(network, network.devices["chengdong-r1"])) == "10.8.130.1"


def test_both_border_routers_announce_one_summary_of_fixed_cost_and_translate_nothing(network: Network) -> None:
    for name in ("xining-r1", "xining-r2"):
        ospf = tree(network, name).under("router ospf")
        assert [line for line in ospf if " range " in line] == ["area 0.0.63.1 range 10.8.0.0/13 cost 10"]
        assert "area 0.0.63.1 nssa translate-never" in ospf
        assert "area 0.0.63.1 nssa no-summary" in ospf


def test_a_border_router_has_its_partner_to_turn_to_when_its_line_to_the_core_is_dead(network: Network) -> None:
    assert ("ip route 0.0.0.0/0 10.8.64.9 240",) in tree(network, "xining-r1")
    assert ("ip route 0.0.0.0/0 10.8.64.8 240",) in tree(network, "xining-r2")


def test_a_county_brings_in_its_aggregate_and_nothing_else(network: Network) -> None:
    county = tree(network, "chengdong-r1")
    assert ("ip route 10.8.128.0/17 blackhole",) in county
    assert [line for line in county.under("router ospf") if "redistribute" in line] == [
        "redistribute static route-map AGGREGATE"
    ]
    assert [p[0] for p in county.paths if p[0].startswith("ip prefix-list")] == [
        "ip prefix-list AGGREGATE seq 5 permit 10.8.128.0/17"
    ]


def test_below_the_county_there_are_only_statics_and_no_loop_for_unused_addresses(network: Network) -> None:
    township = tree(network, "chengdong-lejiawan-r1")
    assert ("router ospf",) not in township
    assert ("ip route 0.0.0.0/0 10.8.132.128 250",) in township
    assert ("ip route 10.8.133.0/27 10.8.133.17",) in township
    assert ("ip route 10.8.132.0/22 blackhole 254",) in township
    assert ("ip route 10.8.132.0/22 10.8.132.129",) in tree(network, "chengdong-r1")


def test_the_bootstraps_default_route_stays_below_every_routing_protocol(network: Network) -> None:
    for name in ("xining-dc-r1", "xining-r1", "chengdong-r1", "chengdong-lejiawan-r1"):
        defaults = [p[0] for p in tree(network, name).paths if p[0].startswith("ip route 0.0.0.0/0 ")]
        assert any(line.endswith(" 250") for line in defaults)


def test_only_the_routers_that_know_the_outside_announce_the_default_route(network: Network) -> None:
    announcing = [n for n in network.devices if "default-information" in render(network, network.devices[n])]
    assert announcing == ["core-r1", "core-r2"]


def test_the_ministrys_main_line_is_preferred_both_ways(network: Network) -> None:
    main, backup = tree(network, "core-r1"), tree(network, "core-r2")
    assert ("route-map MINISTRY-UP1-IN permit 10", "set local-preference 200") in main
    assert ("route-map MINISTRY-UP1-OUT permit 10", "set metric 800") in main
    assert ("route-map MINISTRY-UP2-IN permit 10", "set local-preference 100") in backup
    assert ("route-map MINISTRY-UP2-OUT permit 10", "set metric 900") in backup


def test_sessions_with_others_are_filtered_both_ways_at_both_ends(network: Network) -> None:
    for name in ("core-r1", "core-r2", "ministry-r1"):
        lines = tree(network, name).paths
        external = {p[-1].split()[1] for p in lines if " remote-as " in p[-1] and p[-1].split()[1].startswith("172.")}
        for address in external:
            filters = [p[-1] for p in lines if f"neighbor {address} route-map" in p[-1]]
            assert [line.split()[-1] for line in filters] == ["in", "out"]


def test_service_addresses_of_a_database_host_come_in_by_redistribution(network: Network) -> None:
    host = tree(network, "xining-dc-db1")
    assert ("interface lo", "ip ospf area 0.0.0.0 10.1.192.2") in host
    assert ("router ospf", "redistribute connected route-map SERVICE") in host
    assert ("ip prefix-list SERVICE seq 5 permit 10.3.0.0/24 le 32",) in host


def test_bfd_watches_leased_lines_of_the_backbone_only(network: Network) -> None:
    core = tree(network, "core-r1")
    assert ("interface d01-1", "ip ospf bfd") in core
    assert ("interface noc-1", "ip ospf bfd") not in core
    assert ("interface d0102-1", "ip ospf bfd") not in tree(network, "xining-r1")


def test_only_what_is_monitored_and_routes_speaks_agentx(network: Network) -> None:
    silent = [n for n in network.devices if ("agentx",) not in tree(network, n)]
    assert silent == ["ministry-r1", "chengdong-lejiawan-r1", "chengdong-lejiawan-a-r1"]


def test_a_device_runs_the_daemons_that_its_configuration_needs(network: Network) -> None:
    assert daemons(network, network.devices["core-r1"]) == ("zebra", "staticd", "ospfd", "bgpd", "bfdd")
    assert daemons(network, network.devices["chengdong-lejiawan-r1"]) == ("zebra", "staticd")


def test_a_line_without_its_other_end_is_left_alone(network: Network) -> None:
    alone = replace(
        network, devices={n: d for n, d in network.devices.items() if not n.startswith("chengdong-lejiawan")}
    )
    assert not [p for p in tree(alone, "chengdong-r1").paths if p[0].startswith("ip route 10.8.132.")]


def test_the_process_is_configured_before_its_interfaces_so_that_the_router_id_holds(network: Network) -> None:
    config = render(network, network.devices["xining-r1"])
    assert config.index("router ospf") < config.index("interface ")


def test_an_interface_taken_out_of_the_declaration_goes_and_nothing_else(network: Network) -> None:
    less = without_interface(network, "xining-dc-r1", "lan1")
    patch = diff(tree(network, "xining-dc-r1"), tree(less, "xining-dc-r1"))
    assert patch.added == ()
    assert {path[0] for path in patch.removed} == {"interface lan1"}
    back = with_interface(less, "xining-dc-r1", network.devices["xining-dc-r1"].interface("lan1"))
    assert tree(back, "xining-dc-r1") == tree(network, "xining-dc-r1")


def test_an_unknown_platform_is_named_with_the_known_ones(network: Network) -> None:
    with pytest.raises(UsageError, match=r"(?s)nos.*frr"):
        render(network, replace(network.devices["core-r1"], platform="nos"))
    assert [platform(name).name for name in names()] == list(names())
