"""The configurations of real equipment, whole: a golden file a platform and role, from the sample network.

Write them anew with JBNET_UPDATE_GOLDEN=1, and read the difference before committing it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from equipped import RENDERED, equipped, management
from sample_network import sample_network

from jbnet.config.bootstrap import bootstrap
from jbnet.config.intent import Intent, RouteMapEntry
from jbnet.config.printer import print_intent
from jbnet.config.render import render, traced
from jbnet.config.words import revealed
from jbnet.model.errors import TargetError
from jbnet.model.secrets import Secret
from jbnet.platforms.registry import platform
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "render"
DEVICES = {
    "core": "core-r1",
    "prefecture-router": "xining-r1",
    "county-router": "chengdong-r1",
    "township-cpe": "chengdong-lejiawan-r1",
}
SHIPPED = ("core-r1", "xining-r1", "chengdong-r1", "menyuan-r1", "chengdong-lejiawan-r1", "xining-dc-r1")


def check(name: str, actual: str) -> None:
    file = GOLDEN / f"{name}.conf"
    if os.environ.get("JBNET_UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(actual, encoding="utf-8")
    assert actual == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("role", DEVICES)
@pytest.mark.parametrize("name", RENDERED)
def test_the_configuration_of_each_role_on_each_platform_is_exactly_this(name: str, role: str) -> None:
    network = equipped(name)
    check(f"{name}/{role}", render(network, network.devices[DEVICES[role]]))


@pytest.mark.parametrize("name", RENDERED)
def test_the_configuration_out_of_the_box_is_exactly_this(name: str) -> None:
    network = equipped(name)
    check(f"{name}/bootstrap", bootstrap(network, network.devices["xining-r2"]))


@pytest.mark.parametrize("name", RENDERED)
def test_radius_is_said_as_the_platform_says_it(name: str) -> None:
    network = equipped(name, aaa="radius")
    config = render(network, network.devices["xining-r1"])
    lines = [line for line in config.splitlines() if "radius" in line or "10.4.0.10" in line]
    check(f"{name}/radius", "\n".join([*lines, ""]))


@pytest.mark.parametrize("device", SHIPPED)
def test_the_configurations_of_shipped_devices_are_exactly_these(device: str, tmp_path: Path) -> None:
    network = load_network(ROOT, tmp_path, whole=True)
    check(f"shipped/{device}", render(network, network.devices[device]))


@pytest.mark.parametrize("name", [*RENDERED, "frr"])
def test_every_line_names_its_template_and_the_text_is_the_same(name: str) -> None:
    network = equipped(name)
    for device in network.devices.values():
        lines = traced(network, device)
        assert "".join(f"{line.text}\n" for line in lines) == render(network, device)
        assert all(line.template for line in lines)


def test_a_line_of_an_interface_comes_from_its_circuit_and_a_users_from_the_user() -> None:
    network = load_network(ROOT, ROOT / "nowhere", whole=True)
    place = network.circuits["chengdong-up1"].place
    assert place is not None
    lines = {line.text.strip(): line for line in traced(network, network.devices["xining-r1"])}
    wanted = lines["description chengdong-up1 to chengdong-r1"]
    assert wanted.origin == f"{place.file}:{place.line}"
    assert wanted.template.startswith("vrp8/interfaces.j2:")
    assert lines["ssh user netops"].origin.startswith("topology/management.yaml:")


def test_a_secret_is_printed_by_its_name_and_revealed_only_on_demand() -> None:
    network = equipped("vrp8")
    device = network.devices["xining-r1"]
    assert "<secret:snmp-v3-auth>" in render(network, device)
    revealed = render(network, device, lambda name: Secret(name, f"value-of-{name}"))
    assert "cipher value-of-snmp-v3-auth" in revealed
    assert "<secret:" not in revealed


def test_what_was_rendered_without_secrets_is_completed_for_the_device() -> None:
    network = equipped("comware7")
    device = network.devices["xining-r1"]

    def reveal(name: str) -> Secret:
        return Secret(name, f"value-of-{name}")

    assert revealed(render(network, device), reveal) == render(network, device, reveal)


@pytest.mark.parametrize("value", ["two words", "que?stion", 'quo"te', "", "中文", "line\nbreak"])
def test_a_secret_that_a_command_line_would_break_is_refused_without_showing_it(value: str) -> None:
    network = equipped("vrp8")
    with pytest.raises(TargetError) as failed:
        render(network, network.devices["xining-r1"], lambda name: Secret(name, value))
    assert not value or value not in str(failed.value)


@pytest.mark.parametrize("name", RENDERED)
def test_a_name_or_description_longer_than_the_platform_takes_is_refused(name: str) -> None:
    network = equipped(name)
    device = network.devices["xining-r1"]
    limit = platform(name).max_description
    ports = tuple(replace(i, description="x" * (limit + 1)) for i in device.interfaces)
    with pytest.raises(TargetError, match=str(limit)):
        render(network, replace(device, interfaces=ports))


@pytest.mark.parametrize("name", RENDERED)
def test_a_route_policy_of_a_longer_name_than_vrp_takes_is_refused(name: str) -> None:
    long = Intent("r1", (), route_maps=(RouteMapEntry("X" * 41, 10, "Y"),))
    with pytest.raises(TargetError, match="route policy"):
        print_intent(name, long)
    assert "X" * 41 in print_intent("frr", long)


def test_what_a_platform_cannot_do_is_refused_with_its_name() -> None:
    network = equipped("vrp5")
    assert network.management is not None
    assert network.management.snmp is not None
    snmp = replace(network.management.snmp, auth="sha256")
    role = replace(network.roles["prefecture-router"], snmp="v3")
    told = replace(
        network, management=replace(management(), snmp=snmp), roles={**network.roles, "prefecture-router": role}
    )
    with pytest.raises(TargetError, match="Huawei VRP 5 cannot do sha256"):
        render(told, told.devices["xining-r1"])


def test_a_device_without_a_model_is_refused_where_ports_are_the_hardwares() -> None:
    network = sample_network()
    with pytest.raises(TargetError, match="no device type"):
        render(network, replace(network.devices["core-r1"], platform="vrp8"))


@pytest.mark.parametrize("name", RENDERED)
def test_bgp_is_preferred_to_what_a_neighbour_brought_into_ospf(name: str) -> None:
    network = equipped(name)
    config = render(network, network.devices["core-r1"])
    assert name == "ios" or "preference 20 200 200" in config


@pytest.mark.parametrize("name", RENDERED)
def test_a_shared_port_comes_before_the_lines_that_share_it(name: str) -> None:
    network = equipped(name)
    config = render(network, network.devices["chengdong-r1"])
    assert config.index("interface GigabitEthernet0/4/0\n") < config.index("interface GigabitEthernet0/4/0.101\n")
