"""Ports of real equipment: which interface has which, in a workspace of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from jbnet.cli.app import root
from jbnet.inventory.schema.hardware import PortsFile, expand
from jbnet.model.network import Network
from jbnet.wiring import load_network, number_ports

BASE = Path(__file__).parents[2] / "golden" / "check" / "base"
HARDWARE = """device_types:
  box:
    vendor: huawei
    model: Box
    platforms: [frr]
    ports: {up: ["G0/[0-3]"], pair: [G0/4], lan: [G0/5], down: ["G1/[0-1]/[0-3]", "G2/0.[101-103]"]}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    (tmp_path / "topology" / "hardware.yaml").write_text(HARDWARE)
    roles = tmp_path / "inventory" / "roles.yaml"
    roles.write_text(roles.read_text().replace("snmp: v3}\n  township", "snmp: v3, device_type: box}\n  township"))
    number_ports(tmp_path, prune=False, dry_run=False)
    return tmp_path


def network(workspace: Path) -> Network:
    return load_network(workspace, workspace / ".jbnet", whole=True)


def test_a_pattern_counts_its_last_range_fastest() -> None:
    assert expand("G[1-2]/[0-1]") == ("G1/0", "G1/1", "G2/0", "G2/1")
    assert expand("G0.[101-102]") == ("G0.101", "G0.102")


@pytest.mark.parametrize("pattern", ["G[2-1]", "G[0-9999]", "7", "", "G 1", "G[0-1"])
def test_what_is_no_name_of_ports_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        expand(pattern)


def test_numbered_lines_take_the_port_of_their_number_and_others_the_recorded_one(workspace: Path) -> None:
    ports = network(workspace).ports["oldtown-r1"]
    assert (ports["up1"], ports["up2"], ports["lan1"]) == ("G0/0", "G0/1", "G0/5")
    assert (ports["d001-1"], ports["d002-1"]) == ("G1/0/0", "G1/0/1")
    assert "lo" not in ports


def test_a_port_written_beside_the_device_comes_first(workspace: Path) -> None:
    east = workspace / "inventory" / "sites" / "west.yaml"
    east.write_text(east.read_text().replace("name_zh: 湖县}", "name_zh: 湖县, devices: {r1: {ports: {up1: G0/3}}}}"))
    assert network(workspace).ports["lake-r1"]["up1"] == "G0/3"


def test_a_new_neighbour_moves_no_other(workspace: Path) -> None:
    before = dict(network(workspace).ports["oldtown-r1"])
    (workspace / "inventory" / "sites" / "more.yaml").write_text(
        'townships: {arch: {code: "990101000", name_zh: 拱镇, parent: oldtown}}\n'
    )
    run = CliRunner()
    assert run.invoke(root, ["-C", str(workspace), "address", "allocate"]).exit_code == 0
    assert run.invoke(root, ["-C", str(workspace), "address", "ports"]).exit_code == 0
    after = network(workspace).ports["oldtown-r1"]
    assert after == {**before, "d000-1": "G1/0/2"}


def test_a_line_without_a_port_stops_the_check_until_it_has_one(workspace: Path) -> None:
    record = workspace / "topology" / "ports.yaml"
    whole = record.read_text()
    record.write_text(whole.replace("  oldtown-r1: d001-1 d002-1\n", "  oldtown-r1: d001-1\n"))
    assert record.read_text() != whole
    run = CliRunner()
    assert run.invoke(root, ["-C", str(workspace), "check"]).exit_code == 1
    assert run.invoke(root, ["-C", str(workspace), "address", "ports"]).exit_code == 0
    assert record.read_text() == whole


@pytest.mark.parametrize("lines", ["d1-1 d1-1", "d1-1  d2-1", "7", " "])
def test_a_record_that_names_a_line_twice_or_not_at_all_is_refused(lines: str) -> None:
    with pytest.raises(ValidationError):
        PortsFile(ports={"r1": lines})
