"""Rehearsals beside a live network: a copy is built, changed, measured and gone, and the network never notices."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from conftest import Collected, copy_workspace
from eventually import eventually
from host_view import leftovers
from workspace import Workspace

from jbnet import wiring
from jbnet.change.codec import to_json
from jbnet.change.model import Plan
from jbnet.config.render import render
from jbnet.lab.netns import network_of
from jbnet.lab.paths import LabPaths
from jbnet.model.network import Device, Network
from jbnet.model.text import Text
from jbnet.services.deploy.aim import Runs
from jbnet.services.deploy.plan import plan
from jbnet.services.deploy.secrets import Standing

pytestmark = pytest.mark.lab

SMALL = {
    "locations": ["noc", "core"],
    "without": ["application-server"],
    "sites": ["xining", "chengdong", "chengdong-lejiawan", "datong"],
}
"""Two counties below one prefecture, one of them with a township."""


class Site(Workspace):
    """A workspace whose network is a lab, and the copy that a rehearsal builds of it."""

    @property
    def state(self) -> Path:
        return self.folder / ".jbnet"

    @property
    def copy(self) -> LabPaths:
        return LabPaths(self.state / "rehearsal")

    def kept(self, unwanted: Mapping[str, tuple[str, str]]) -> Plan:
        """Return a plan, kept as `jbnet plan` does, that leaves lines of devices out: (context, beginning of line)."""
        devices = [self.network.devices[name] for name in unwanted]
        with network_of(self.lab.netns(str(self.network.noc))):
            sessions = wiring.lab_sessions(self.state, self.network)
            made = plan(self.network, devices, sessions, Collected(), aim=Without(self.network, unwanted))
        file = self.state / "plans" / f"{made.hash}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(to_json(made)))
        return made


class Without:
    """An aim: as declared, without some lines."""

    def __init__(self, network: Network, unwanted: Mapping[str, tuple[str, str]]):
        self.network, self.unwanted = network, unwanted

    def config(self, device: Device) -> str:
        where, begin = self.unwanted[device.name]
        context, kept = "", []
        for line in render(self.network, device).splitlines():
            context = context if line.startswith(" ") else line
            if not (context.startswith(where) and line.strip().startswith(begin)):
                kept.append(line)
        return "\n".join(kept) + "\n"

    def secrets(self, device: Device, named: str, running: str) -> Standing:
        return Standing()

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        del device, runs
        return ()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    workspace = copy_workspace(tmp_path_factory.mktemp("rehearse"))
    scales = workspace / "topology" / "lab.yaml"
    scales.write_text(yaml.safe_dump({"scales": {"small": SMALL}}))
    lab = wiring.lab(workspace, workspace / ".jbnet")
    try:
        assert lab.up(wiring.load_scale(workspace, "small"), "small", Collected(), deployed=True)
        yield Site(lab.workspace, lab)
    finally:
        lab.down()


def test_a_good_plan_is_blessed_on_a_copy_of_its_part_and_apply_says_so(site: Site) -> None:
    """The copy starts with what runs, not with what is declared: the line typed by hand is in it."""
    before = site.lab.status()
    typed = ("-c", "configure terminal", "-c", "ip route 192.0.2.0/24 blackhole")
    assert site.lab.run("datong-r1", ["vtysh", *typed]).returncode == 0
    found = site.data("plan", "site:datong", "--rehearse")
    shown = found["rehearsal"]
    assert (shown["blessed"], shown["plan"]) == (True, found["hash"])
    assert shown["pairs"]["wanted"] == shown["pairs"]["before"] == shown["pairs"]["after"] > 0
    assert shown["scale"]["devices"] == len(site.network.devices) - 2  # the other county and its township
    assert list(shown["assumed"]) == ["noc-s1"]
    assert "192.0.2.0/24" in site.running("datong-r1")
    assert site.lab.status() == before
    assert leftovers(site.copy) == []
    assert not site.copy.state.exists()
    said = site.jbnet("apply", found["hash"][:12])
    assert "rehearsed at" in said.stderr
    assert ": blessed" in said.stderr
    assert "192.0.2.0/24" not in site.running("datong-r1")


def test_a_plan_that_takes_ways_away_is_refused_and_names_pairs_and_devices(site: Site) -> None:
    """One county's only route to its township, and the OSPF area of the other's only line that works."""
    made = site.kept({
        "chengdong-r1": ("ip route ", "ip route 10.8.160.0/"),
        "datong-r1": ("interface up", "ip ospf area "),
    })  # fmt: skip
    assert [len(change.diff) > 0 for change in made.changes.values()] == [True, True]
    shown = site.data("rehearse", made.hash, code=4)
    by_device: dict[str, set[str]] = {}
    for wave in shown["waves"]:
        for lost in wave["lost"]:
            by_device.setdefault(lost["after"], set()).update((lost["from"], lost["to"]))
            assert lost["after"] in wave["devices"]
    assert {"chengdong-lejiawan-r1", "noc-s1", "core-r1"} <= by_device["chengdong-r1"]
    assert {"datong-r1", "noc-s1", "core-r1"} <= by_device["datong-r1"]
    assert sorted(shown["culprits"]) == ["chengdong-r1", "datong-r1"]
    assert leftovers(site.copy) == []
    assert "nobody would learn the way to it" in site.jbnet("apply", made.hash, code=4).stderr  # the guard sees one
    refused = site.jbnet("apply", made.hash, "--override", "datong-r1", code=4)
    assert "chengdong-r1 stands against it" in refused.stderr
    assert "ip route 10.8.160.0/" in site.running("chengdong-r1")


@pytest.fixture(scope="module")
def harmless(site: Site) -> Plan:
    """A plan that takes the spare default route away."""
    return site.kept({"datong-r1": ("ip route ", "ip route 0.0.0.0/0 ")})


def begun(site: Site, made: Plan, stage: str) -> subprocess.Popen[bytes]:
    """Start a rehearsal and return it when its devices boot, or when they are measured."""
    silent = subprocess.DEVNULL
    running = subprocess.Popen(site.command("rehearse", made.hash), stdout=silent, stderr=silent)
    sign = site.copy.record if stage == "measuring" else site.copy.device("core-r1") / "init"
    assert eventually(sign.exists)
    return running


@pytest.mark.parametrize("stage", ["booting", "measuring"])
def test_a_rehearsal_that_is_killed_leaves_nothing(site: Site, harmless: Plan, stage: str) -> None:
    before = site.lab.status()
    running = begun(site, harmless, stage)
    running.kill()
    running.wait()
    assert eventually(lambda: leftovers(site.copy) == [] and not site.copy.state.exists())
    assert site.lab.status() == before


def test_an_interrupted_rehearsal_takes_its_copy_down_and_keeps_no_evidence(site: Site, harmless: Plan) -> None:
    running = begun(site, harmless, "measuring")
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 130
    assert leftovers(site.copy) == []
    assert not Path(site.state / "plans" / f"{harmless.hash}.rehearsal.json").exists()
