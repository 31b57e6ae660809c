"""The action set-session on routers with FRR: the main session with the ministry is closed on purpose, then opened.

Two routers of ours, a router of the ministry's on a line to each; sessions between all of them.
"""

from __future__ import annotations

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
from jbnet.model.errors import Refused
from jbnet.model.network import Network
from jbnet.services.deploy.desk import Desk, Silent
from jbnet.services.recover.actions_session import SetSession

pytestmark = pytest.mark.lab
ONE, TWO, PEER = "core-r1", "core-r2", "ministry-r1"
LOOPBACKS = {ONE: "10.0.192.1", TWO: "10.0.192.2", PEER: "172.16.255.1"}
LINES = (
    Line((ONE, "pair"), (TWO, "pair"), "10.2.0.0"),
    Line((ONE, "ministry-1"), (PEER, "main"), "10.2.0.2"),
    Line((TWO, "ministry-1"), (PEER, "backup"), "10.2.0.4"),
)
OURS, THEIRS = 64600, 64500
NETWORK = "172.16.0.0/16"
SESSIONS = {
    # By router: its AS, its neighbours (address, AS, inner one).
    ONE: (OURS, (("10.2.0.3", THEIRS, False), (LOOPBACKS[TWO], OURS, True))),
    TWO: (OURS, (("10.2.0.5", THEIRS, False), (LOOPBACKS[ONE], OURS, True))),
    PEER: (THEIRS, (("10.2.0.2", OURS, False), ("10.2.0.4", OURS, False))),
}
MAIN = {"circuit": "ministry-up1", "device": ONE}
BACKUP = {"circuit": "ministry-up2", "device": TWO}


def declared() -> Network:
    made = NetworkBuilder()
    made.location("core")
    made.peer("ministry", THEIRS, NETWORK)
    for name, home, role in ((ONE, "core", "core"), (TWO, "core", "core"), (PEER, "ministry", "peer-router")):
        area = "0.0.0.0" if home == "core" else None
        made.device(name, home, role, LOOPBACKS[name], area=area)
    made.line("core-pair", ONE, TWO, prefix="10.2.0.0/31", ports=("pair", "pair"), up=False)
    made.line("ministry-up1", ONE, PEER, prefix="10.2.0.2/31", ports=("ministry-1", "main"), area=None)
    made.line("ministry-up2", TWO, PEER, prefix="10.2.0.4/31", ports=("ministry-1", "backup"), area=None, backup=True)
    made.session("ministry-up1", 200)
    made.session("ministry-up2", 100)
    return made.network()


def speak(net: FrrNet, name: str) -> None:
    """Speak BGP, and no OSPF with the ministry."""
    asn, neighbours = SESSIONS[name]
    typed = ["configure terminal"]
    for line in LINES[1:]:
        typed += [part for device, port, _, _ in line.ends if device == name
                  for part in (f"interface {port}", "no ip ospf area 0.0.0.0", "exit")]  # fmt: skip
    typed += [f"ip route {NETWORK} blackhole"] if name == PEER else []
    typed += [f"router bgp {asn}", f"bgp router-id {LOOPBACKS[name]}", "no bgp ebgp-requires-policy",
              "no bgp default ipv4-unicast"]  # fmt: skip
    for address, far, inner in neighbours:
        typed += [f"neighbor {address} remote-as {far}", f"neighbor {address} timers 3 9",
                  f"neighbor {address} timers connect 1"]  # fmt: skip
        typed += [f"neighbor {address} update-source lo"] if inner else []
    typed += ["address-family ipv4 unicast", *([f"network {NETWORK}"] if name == PEER else [])]
    for address, _, inner in neighbours:
        typed += [f"neighbor {address} activate", *([f"neighbor {address} next-hop-self"] if inner else [])]
    net.devices[name].vtysh(*typed)


@pytest.fixture(scope="module")
def net() -> Iterator[FrrNet]:
    with frr_net(LOOPBACKS, LINES) as made:
        for name, device in made.devices.items():
            speak(made, name)
            device.vtysh("write memory")
        assert eventually(lambda: way(made) == {"10.2.0.3"} and way(made, TWO) == {"10.2.0.5"}, 40)
        assert eventually(lambda: "BGP state = Established" in told(made, ONE, LOOPBACKS[TWO]), 40)
        yield made


@pytest.fixture
def action(net: FrrNet, tmp_path: Path) -> SetSession:
    network, clock = declared(), SystemClock()
    sessions = FrrSessions(net.state, lambda name: [net.devices[name].address])
    desk = Desk(
        network, sessions, SqliteJournal(tmp_path / "change.db", clock), DeviceLockFiles(tmp_path / "locks", clock),
        BackupFiles(tmp_path / "backups", clock), clock, Silent(), "engineer@noc",
    )  # fmt: skip
    return SetSession(network, lambda: desk)


def way(net: FrrNet, name: str = ONE) -> set[str]:
    return net.next_hops(name, NETWORK)


def told(net: FrrNet, name: str, address: str) -> str:
    return net.devices[name].vtysh(f"show bgp neighbors {address}")


def test_it_is_closed_the_peer_is_told_so_it_is_saved_and_it_is_opened_again(net: FrrNet, action: SetSession) -> None:
    before = {name: device.running() for name, device in net.devices.items()}
    inner = told(net, ONE, LOOPBACKS[TWO]).partition("Connections established ")[2][:1]
    assert action.probe({**MAIN, "session": "open"}).done
    assert action.do({**MAIN, "session": "shutdown"}).done
    assert action.verify({**MAIN, "session": "shutdown"}).done
    assert eventually(lambda: bool(way(net)) and "10.2.0.3" not in way(net), 20), "the way goes by the other router"
    assert "Administratively shut down" in told(net, ONE, "10.2.0.3")
    assert "Cease/Administrative Shutdown" in told(net, PEER, "10.2.0.2"), "RFC 4486"
    assert " neighbor 10.2.0.3 shutdown\n" in net.devices[ONE].startup()
    with pytest.raises(Refused, match="no other session with ministry"):
        action.do({**BACKUP, "session": "shutdown"})
    assert net.devices[TWO].running() == before[TWO]
    assert action.do({**MAIN, "session": "declared"}).done
    assert action.verify({**MAIN, "session": "open"}).done
    assert eventually(lambda: way(net) == {"10.2.0.3"}, 20)
    assert {name: device.running() for name, device in net.devices.items()} == before
    assert told(net, ONE, LOOPBACKS[TWO]).partition("Connections established ")[2][:1] == inner


def test_the_main_session_is_not_closed_while_the_other_line_is_down(net: FrrNet, action: SetSession) -> None:
    net.devices[TWO].run("ip", "link", "set", "ministry-1", "down")
    try:
        assert eventually(lambda: "10.2.0.5" not in way(net, TWO), 20)
        with pytest.raises(Refused, match="no other session"):
            action.do({**MAIN, "session": "shutdown"})
        assert action.probe({**MAIN, "session": "open"}).done
    finally:
        net.devices[TWO].run("ip", "link", "set", "ministry-1", "up")
