"""A session that is closed on purpose: from its circuit to what is rendered, forecast, required, watched and shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import Run

from jbnet.adapters.workspace import read_files
from jbnet.cli.live_text import shut_sessions
from jbnet.config.audit.lines import NumberedText
from jbnet.config.audit.observed import Observed, Origin
from jbnet.config.render import render, traced
from jbnet.inventory.declaration import declare
from jbnet.inventory.explain import explain
from jbnet.inventory.report import Report
from jbnet.model.network import Network
from jbnet.monitor.plant import survey
from jbnet.standards.predicates.configured_routing import BgpOpen
from jbnet.standards.predicates.routing import SessionsAtLeast
from jbnet.standards.subjects import Kind, Subject
from jbnet.standards.world import World
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet
from jbnet.wiring import check_workspace

GOLDEN = Path(__file__).parents[2] / "golden" / "check"
FILE = "inventory/ministry.yaml"
MINISTRY = """\
peers:
  ministry:
    name_zh: 部中心
    asn: 64600
    prefixes: [172.16.0.0/16]
    devices: {r1: peer-router}
    circuits:
      up1: {from: r1, to: core-r1, carrier: telecom, bgp_shutdown: CLOSED}
      up2: {from: r1, to: core-r2, role: backup, carrier: mobile}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(GOLDEN / "base", tmp_path, dirs_exist_ok=True)
    shutil.copy(GOLDEN / "sessions-closed" / "topology" / "addresses.yaml", tmp_path / "topology")
    (tmp_path / FILE).write_text(MINISTRY.replace("CLOSED", "true"), encoding="utf-8")
    return tmp_path


def read(workspace: Path) -> Network:
    found = check_workspace(workspace)
    assert found.network is not None
    assert [finding for finding in found.findings if finding.severity == "error"] == []
    return found.network


@pytest.fixture
def network(workspace: Path) -> Network:
    return read(workspace)


@pytest.fixture
def opened(workspace: Path) -> Network:
    """The same with all sessions open."""
    (workspace / FILE).write_text(MINISTRY.replace("CLOSED", "false"), encoding="utf-8")
    return read(workspace)


def test_it_is_printed_at_our_end_alone_and_names_its_place(network: Network) -> None:
    assert [(one.circuit, one.shutdown) for one in network.bgp_sessions] == [
        ("ministry-up1", True), ("ministry-up2", False),
    ]  # fmt: skip
    far = network.bgp_sessions[0].peer_address
    lines = {line.text.strip(): line.origin for line in traced(network, network.devices["core-r1"])}
    assert lines[f"neighbor {far} shutdown"] == f"{FILE}:8"
    for other in ("core-r2", "ministry-r1"):
        assert not [line for line in traced(network, network.devices[other]) if "shutdown" in line.text]


def test_it_is_explained_by_its_own_place(workspace: Path, network: Network) -> None:
    facts = {(f.subject, f.key): f for f in explain(declare(read_files(workspace), Report()), network, "ministry")}
    found = facts["ministry-up1", "bgp shutdown"]
    assert (found.value, str(found.place)) == ("true", f"{FILE}:8:68")


def test_it_carries_nothing_where_the_other_one_is_lost(network: Network, opened: Network) -> None:
    gone = FailureSet.of(circuits=["ministry-up2"])
    assert "ministry" in Forecaster(network, demand={}).of(gone).others
    assert "ministry" not in Forecaster(opened, demand={}).of(gone).others


def test_what_is_required_of_sessions_is_required_of_open_ones(network: Network, opened: Network) -> None:
    subject, two = Subject(Kind.PEERS, "ministry", network.peers["ministry"]), SessionsAtLeast(count=2)
    assert two.judge(World(opened), subject) is None
    assert two.judge(World(network), subject) is not None


def test_it_is_not_missed(network: Network, opened: Network) -> None:
    """Its line is judged by its ports, and the other session as before."""
    for declared, first in ((network, False), (opened, True)):
        lines = survey(declared).lines
        assert [lines[f"ministry-up{n}"].a.session is not None for n in (1, 2)] == [first, True]


def test_it_is_shown(workspace: Path, network: Network, run: Run) -> None:
    assert network.circuits["ministry-up1"].bgp_shutdown
    code, said, _ = run("-C", workspace, "show", "circuit", "ministry-up1")
    assert (code, "closed on purpose" in said) == (0, True)
    code, said, _ = run("-C", workspace, "show", "circuit", "ministry-up2")
    assert (code, "closed on purpose" in said) == (0, False)
    code, said, _ = run("-C", workspace, "--json", "show", "asn", "64600")
    shown = json.loads(said)["data"]["sessions"]
    assert [(one["circuit"], one["shutdown"]) for one in shown] == [("ministry-up1", True), ("ministry-up2", False)]


def test_the_page_of_a_device_knows_which_of_its_sessions_are_closed(network: Network) -> None:
    assert shut_sessions(network, "core-r1") == {str(network.bgp_sessions[0].peer_address)}
    assert shut_sessions(network, "core-r2") == shut_sessions(None, "core-r1") == frozenset()


def test_an_audit_takes_it_for_meant_where_it_is_declared_and_only_there(network: Network, opened: Network) -> None:
    closed = NumberedText("core-r1/running", render(network, network.devices["core-r1"]), "frr")
    seen = Observed("core-r1", "frr", Origin.DEVICE, {"running": closed})
    verdicts = [BgpOpen().look(World(one), one.devices["core-r1"], seen) for one in (network, opened)]
    assert [(verdict.passed, verdict.is_violation) for verdict in verdicts] == [(True, False), (False, True)]
