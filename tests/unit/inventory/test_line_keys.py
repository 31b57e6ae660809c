"""Cost, MTU and description of a circuit: from its entry to both its ends, to what explains it, and to the forecast."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jbnet.adapters.workspace import read_files
from jbnet.config.render import render, traced
from jbnet.inventory.declaration import declare
from jbnet.inventory.explain import explain
from jbnet.inventory.report import Report
from jbnet.model.network import Network
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet
from jbnet.topology.layers import Layers
from jbnet.wiring import check_workspace

BASE = Path(__file__).parents[2] / "golden" / "check" / "base"
FILE = "inventory/sites/west.yaml"
LAKE = """\
prefectures:
  west:
    parent: example
    code: "9902"
    name_zh: 西州
    counties:
      lake:
        code: "990201"
        name_zh: 湖县
        circuits:
          up2:
            ospf_cost: 5
            description: "ticket 0990-17 (2024)"
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    (tmp_path / FILE).write_text(LAKE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def network(workspace: Path) -> Network:
    found = check_workspace(workspace).network
    assert found is not None
    return found


def test_both_ends_have_the_cost_and_the_description_and_other_lines_keep_theirs(network: Network) -> None:
    circuit = network.circuits["lake-up2"]
    for end, far in ((circuit.a, circuit.z), (circuit.z, circuit.a)):
        port = network.devices[end.device].interface(end.interface)
        assert (port.cost, port.description) == (5, f"lake-up2 to {far.device}: ticket 0990-17 (2024)")
        assert f"description {port.description}\n" in render(network, network.devices[end.device])
    assert network.devices["lake-r1"].interface("up1").cost == 10


def test_the_forecast_goes_by_the_cost_that_is_declared(network: Network) -> None:
    layers = Layers(network)
    number = layers.circuit_number["lake-up2"]
    costs = {cost for near in layers.near.values() for lines in near.values() for _, n, cost in lines if n == number}
    assert costs == {5}
    assert Forecaster(network, demand={}).lines_up(FailureSet(), ["lake"])["lake"][1] == ("lake-up2",)


def test_the_values_are_explained_by_their_own_lines(workspace: Path, network: Network) -> None:
    facts = {(f.subject, f.key): f for f in explain(declare(read_files(workspace), Report()), network, "lake")}
    cost, said = facts["lake-up2", "ospf cost"], facts["lake-up2", "description"]
    assert (cost.value, str(cost.place)) == ("5", f"{FILE}:12:24")
    assert (said.value, str(said.place)) == ("ticket 0990-17 (2024)", f"{FILE}:13:26")
    assert facts["lake-up1", "ospf cost"].place is not None
    assert facts["lake-up1", "ospf cost"].place.file == "topology/routing.yaml"


def test_rendered_lines_name_the_keys(network: Network) -> None:
    at = {line.text.strip(): line.origin for line in traced(network, network.devices["lake-r1"])}
    assert at["ip ospf cost 5"] == f"{FILE}:12"
    assert at["description lake-up2 to west-r2: ticket 0990-17 (2024)"] == f"{FILE}:13"


@pytest.mark.parametrize("said", ["which line?", "two  blanks", "线路", 'a "quote"', "tab\there", " ahead", "behind "])
def test_a_description_that_a_system_would_not_keep_as_it_is_is_refused(workspace: Path, said: str) -> None:
    text = LAKE.replace("ticket 0990-17 (2024)", said.replace('"', '\\"').replace("\t", "\\t"))
    (workspace / FILE).write_text(text, encoding="utf-8")
    assert [f.code for f in check_workspace(workspace).findings if f.severity == "error"] == ["JB107"]
