"""The action set-cost on three routers with FRR: a site on two lines, whose main line is drained and opened again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventually import eventually
from frr_net import FrrNet, Line, frr_net
from network_builder import NetworkBuilder

from jbnet.adapters.clock import SystemClock
from jbnet.adapters.device_files import BackupFiles, DeviceLockFiles
from jbnet.adapters.frr import FrrSessions
from jbnet.adapters.journal import SqliteJournal
from jbnet.change.costs import DRAINED
from jbnet.model.errors import Refused
from jbnet.model.network import Network
from jbnet.services.deploy.desk import Desk, Silent
from jbnet.services.recover.actions_cost import SetCost

pytestmark = pytest.mark.lab
ONE, TWO, SITE = "core-r1", "core-r2", "dc-r1"
LOOPBACKS = {ONE: "10.0.192.1", TWO: "10.0.192.2", SITE: "10.1.192.1"}
LINES = (
    Line((ONE, "pair"), (TWO, "pair"), "10.2.0.0"),
    Line((ONE, "dc-1"), (SITE, "main"), "10.2.0.2"),
    Line((TWO, "dc-1"), (SITE, "backup"), "10.2.0.4", costs=(100, 100)),
)
LINK = re.compile(r"another Router \(point-to-point\).*?TOS 0 Metric: (\d+)", re.DOTALL)
TO_SITE, TO_TWO = "10.2.0.3", "10.2.0.1"
MAIN = {"circuit": "dc-main", "ends": [ONE, SITE]}
BACKUP = {"circuit": "dc-backup", "ends": [TWO, SITE]}


def declared() -> Network:
    made = NetworkBuilder()
    for location in ("core", "dc"):
        made.location(location)
    for name, home, role in ((ONE, "core", "core"), (TWO, "core", "core"), (SITE, "dc", "dc-router")):
        made.device(name, home, role, LOOPBACKS[name], area="0.0.0.0")
    made.line("core-pair", ONE, TWO, prefix="10.2.0.0/31", ports=("pair", "pair"), up=False)
    made.line("dc-main", ONE, SITE, prefix="10.2.0.2/31", ports=("dc-1", "main"))
    made.line("dc-backup", TWO, SITE, prefix="10.2.0.4/31", ports=("dc-1", "backup"), backup=True)
    return made.network()


@pytest.fixture(scope="module")
def net() -> Iterator[FrrNet]:
    with frr_net(LOOPBACKS, LINES) as made:
        assert eventually(lambda: way(made) == {TO_SITE} and way(made, TWO) != set(), 30)
        assert eventually(lambda: costs(made, SITE) == {10, 100}, 30)
        for device in made.devices.values():
            device.run("vtysh", "-c", "write memory")
        yield made


@pytest.fixture
def action(net: FrrNet, tmp_path: Path) -> SetCost:
    network, clock = declared(), SystemClock()
    sessions = FrrSessions(net.state, lambda name: [net.devices[name].address])
    desk = Desk(
        network, sessions, SqliteJournal(tmp_path / "change.db", clock), DeviceLockFiles(tmp_path / "locks", clock),
        BackupFiles(tmp_path / "backups", clock), clock, Silent(), "engineer@noc",
    )  # fmt: skip
    return SetCost(network, ONE, lambda: desk)


def way(net: FrrNet, name: str = ONE) -> set[str]:
    return net.next_hops(name, f"{LOOPBACKS[SITE]}/32")


def costs(net: FrrNet, router: str) -> set[int]:
    """Return the costs of a router's lines as another one has them in its database."""
    other = TWO if router != TWO else ONE
    said = net.devices[other].vtysh(f"show ip ospf database router {LOOPBACKS[router]}")
    return {int(cost) for cost in LINK.findall(said)}


def test_a_drained_line_is_announced_so_saved_and_used_no_more_and_is_opened_again(
    net: FrrNet, action: SetCost
) -> None:
    before = {name: device.running() for name, device in net.devices.items()}
    assert action.probe({**MAIN, "cost": "declared"}).done
    assert action.do({**MAIN, "cost": "drained"}).done
    assert action.verify({**MAIN, "cost": "drained"}).done
    assert eventually(lambda: costs(net, SITE) == {DRAINED, 100} and way(net) == {TO_TWO}, 20)
    for name in (ONE, SITE):
        assert f" ip ospf cost {DRAINED}\n" in net.devices[name].startup()
    with pytest.raises(Refused, match=f"the only way left to {SITE}"):
        action.do({**BACKUP, "cost": "drained"})
    assert net.devices[TWO].running() == before[TWO]
    assert action.do({**MAIN, "cost": "declared"}).done
    assert eventually(lambda: costs(net, SITE) == {10, 100} and way(net) == {TO_SITE}, 20)
    assert {name: device.running() for name, device in net.devices.items()} == before


def test_a_line_is_not_drained_while_the_other_one_is_down(net: FrrNet, action: SetCost) -> None:
    net.devices[TWO].run("ip", "link", "set", "dc-1", "down")
    try:
        assert eventually(lambda: way(net, TWO) == {"10.2.0.0"}, 20)
        with pytest.raises(Refused, match="the only way left"):
            action.do({**MAIN, "cost": "drained"})
        assert action.probe({**MAIN, "cost": "declared"}).done
    finally:
        net.devices[TWO].run("ip", "link", "set", "dc-1", "up")
