"""A county's router dies for good: another box comes, from the sheet to the last neighbour, over the real wires."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest
from eventually import eventually
from workspace import Workspace

from jbnet import wiring
from jbnet.lab.lab import Lab
from jbnet.services.replace.record import replacements

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]  # whoever comes first also deploys the whole lab
DEAD, BELOW, SERIAL = "golmud-r1", "golmud-guolemude-r1", "2102351NEW10K1000002"


class Engineer(Workspace):
    """Someone at the command line, and hands at the console."""

    @property
    def papers(self) -> Path:
        return self.folder / ".jbnet" / "replace" / DEAD

    def says(self, *arguments: str, code: int = 0) -> str:
        done = self.jbnet(*arguments, code=code)
        return done.stdout + done.stderr

    def console(self, typed: str) -> str:
        done = self.lab.run(DEAD, ["bash"], stdin=typed)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def hears(self, address: str) -> bool:
        return self.pings("noc-s1", address)


@pytest.fixture
def engineer(demo_workspace: Path, demo_lab: Lab) -> Engineer:
    """The demo lab, deployed by whoever came first."""
    found = Engineer(demo_workspace, demo_lab)
    first = found.plan()
    if first["changes"]:
        assert first["unasked"] == []
        found.apply(first)
    return found


def test_a_dead_router_is_replaced_by_another_box_and_has_its_neighbours_back(engineer: Engineer) -> None:
    network = wiring.load_network(engineer.folder, engineer.folder / ".jbnet")
    below = str(network.devices[BELOW].loopback)

    assert "still answers" in engineer.says("replace", DEAD, "--serial", SERIAL, code=4)
    assert not engineer.papers.exists()

    engineer.lab.kill(DEAD)
    engineer.says("replace", DEAD, "--serial", SERIAL)
    assert f"SN）  {SERIAL}" in (engineer.papers / f"{DEAD}.sheet.zh.txt").read_text(encoding="utf-8")
    assert {stat.S_IMODE(path.stat().st_mode) for path in engineer.papers.iterdir()} == {0o600}
    assert wiring.load_network(engineer.folder, engineer.folder / ".jbnet").devices[DEAD].serial == SERIAL

    engineer.lab.exchange(DEAD)
    assert not engineer.hears(below)
    engineer.console((engineer.papers / f"{DEAD}.console.txt").read_text(encoding="utf-8"))
    said = engineer.console("ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub\n")
    shown = re.search(r"SHA256:\S+", said)
    assert shown

    # The key is learned and the plan shown; nobody is there to say yes: the next run goes on from there.
    engineer.says("replace", DEAD, "--fingerprint", shown[0], code=4)
    assert "its neighbours are there" in engineer.says("replace", DEAD, "--yes")

    assert engineer.data("plan", DEAD)["changes"] == {}
    assert eventually(lambda: engineer.hears(below), 30)
    assert sorted(path.suffix for path in engineer.papers.iterdir() if "sheet" not in path.name) == [".json"]
    (one,) = replacements(wiring.change_entries(engineer.folder / ".jbnet"))
    assert (one.serial, one.learned, len(one.retired), bool(one.ended)) == (SERIAL, (shown[0],), 1, True)
