"""Lines are cut, cut silently and healed, and the network sees it: carrier, SNMP, routing."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from conftest import Collected
from eventually import eventually

from jbnet.adapters.secrets import SecretsFile
from jbnet.lab import process
from jbnet.lab.agent import engine_id
from jbnet.lab.faults import asked
from jbnet.lab.lab import Lab
from jbnet.lab.spec import LabEnd, LabSpec

pytestmark = pytest.mark.lab
IF_ADMIN_STATUS, IF_OPER_STATUS, IF_NAME = "1.3.6.1.2.1.2.2.1.7", "1.3.6.1.2.1.2.2.1.8", "1.3.6.1.2.1.31.1.1.1.1"
OSPF_NEIGHBOUR_STATE = "1.3.6.1.2.1.14.10.1.6"
UP, DOWN, FULL = "1", "2", "8"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, pair: LabSpec) -> Iterator[Lab]:
    state = tmp_path_factory.mktemp("pair") / ".jbnet"
    made = Lab(state.parent, state, SecretsFile(state / "secrets.yaml"))
    made.up_spec(pair, Collected())
    yield made
    made.down()


@pytest.fixture
def lab(shared: Lab) -> Lab:
    """Two routers with both lines healed and both neighbours full."""
    shared.heal()
    assert eventually(lambda: ospf_states(shared) == [FULL, FULL])
    return shared


def walk(lab: Lab, viewer: str, address: str, column: str) -> dict[str, str]:
    """Return a column of an agent by index, asked with SNMPv3 from a device's network; secrets go by file."""
    folder = lab.paths.state / "snmp"
    folder.mkdir(exist_ok=True)
    names = {"auth": "defAuthPassphrase", "priv": "defPrivPassphrase"}
    secrets = dict(re.findall(r"snmp-v3-(\w+): '?(\w+)", (lab.paths.state / "secrets.yaml").read_text()))
    lines = [f"{names[key]} {value}" for key, value in secrets.items()]
    fixed = [
        "mibs :",
        "defVersion 3",
        "defSecurityName jbnet",
        "defSecurityLevel authPriv",
        "defAuthType SHA",
        "defPrivType AES",
    ]
    (folder / "snmp.conf").write_text("\n".join((*fixed, *lines)) + "\n")
    environment = {**lab.environment(), "SNMPCONFPATH": str(folder), "SNMP_PERSISTENT_DIR": str(folder)}
    argv = ["snmpwalk", "-Onq", "-t1", "-r2", address, column]
    with lab.popen(viewer, argv, env=environment, stdout=subprocess.PIPE) as asking:
        text = asking.communicate(timeout=20)[0].decode()
    return dict(
        line.removeprefix(f".{column}.").split(" ", 1) for line in text.splitlines() if line.startswith(f".{column}.")
    )


def status_of(lab: Lab, viewer: str, address: str, interface: str) -> tuple[str, str]:
    """Return (ifAdminStatus, ifOperStatus) of an interface."""
    index = {name.strip('"'): i for i, name in walk(lab, viewer, address, IF_NAME).items()}[interface]
    return tuple(walk(lab, viewer, address, column)[index] for column in (IF_ADMIN_STATUS, IF_OPER_STATUS))  # type: ignore[return-value]  # two columns give two values


def ospf_states(lab: Lab) -> list[str]:
    return list(walk(lab, "left", "10.0.0.1", OSPF_NEIGHBOUR_STATE).values())


def state_of(lab: Lab, circuit: str) -> str:
    found = lab.status()
    assert found is not None
    return found.circuits[circuit]


def command_line(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def pings(lab: Lab, device: str, address: str) -> bool:
    return lab.run(device, ["ping", "-c1", "-W1", address]).returncode == 0


def carrier(lab: Lab, device: str, interface: str) -> str:
    return lab.run(device, ["ip", "-br", "link", "show", "dev", interface]).stdout


@pytest.mark.parametrize(("circuit", "interface"), [("near-up1", "near"), ("far-up1", "far")])
def test_a_cut_is_seen_at_both_ends_as_no_carrier_and_heals(lab: Lab, circuit: str, interface: str) -> None:
    lab.cut(circuit)
    for device, address in (("left", "10.0.0.1"), ("right", "10.0.0.2")):
        assert eventually(lambda d=device, a=address: status_of(lab, d, a, interface) == (UP, DOWN))  # type: ignore[misc]  # a default of a lambda has no type
        assert "NO-CARRIER" in carrier(lab, device, interface)
    assert eventually(lambda: ospf_states(lab) == [FULL])
    assert state_of(lab, circuit) == "cut"
    assert lab.heal() == [circuit]
    assert eventually(lambda: status_of(lab, "left", "10.0.0.1", interface) == (UP, UP))
    assert eventually(lambda: ospf_states(lab) == [FULL, FULL])


@pytest.mark.parametrize(
    ("circuit", "interface", "far"), [("near-up1", "near", "10.0.1.1"), ("far-up1", "far", "10.0.2.1")]
)
def test_a_silent_cut_stops_everything_and_leaves_the_interfaces_up(
    lab: Lab, circuit: str, interface: str, far: str
) -> None:
    lab.cut(circuit, silent=True)
    assert not pings(lab, "left", far)
    assert status_of(lab, "left", "10.0.0.1", interface) == (UP, UP)
    assert "NO-CARRIER" not in carrier(lab, "right", interface)
    assert eventually(lambda: ospf_states(lab) == [FULL])
    assert state_of(lab, circuit) == "silent"
    lab.heal(circuit)
    assert pings(lab, "left", far)
    assert eventually(lambda: ospf_states(lab) == [FULL, FULL])


def test_traffic_moves_to_the_line_with_delay_when_the_short_one_is_cut(lab: Lab) -> None:
    assert eventually(lambda: " dev near " in lab.run("left", ["ip", "route", "get", "10.0.0.2"]).stdout)
    lab.cut("near-up1")
    assert eventually(lambda: " dev far " in lab.run("left", ["ip", "route", "get", "10.0.0.2"]).stdout)
    assert pings(lab, "left", "10.0.0.2")


@pytest.mark.parametrize(("frames", "how"), [(50, ("-i0.01",)), (1000, ("-i0.0002", "-l20"))], ids=["few", "dense"])
def test_the_line_with_delay_takes_its_round_trip_and_keeps_the_order(
    lab: Lab, frames: int, how: tuple[str, ...]
) -> None:
    said = lab.run("left", ["ping", f"-c{frames}", *how, "-W2", "10.0.2.1"]).stdout
    sequence = [int(number) for number in re.findall(r"icmp_seq=(\d+)", said)]
    assert sequence == list(range(1, frames + 1))
    quickest = float(re.findall(r"= ([\d.]+)/", said)[0])
    assert 12.0 <= quickest < 14.0


def test_the_line_with_delay_ends_with_the_lab(
    small_lab: Callable[[str], Lab], pair: LabSpec, reporter: Collected
) -> None:
    lab = small_lab("one")
    lab.up_spec(pair, reporter)
    relays = [pid for pid in process.belonging(lab.paths.runtime) if "jbnet.lab.relay" in command_line(pid)]
    assert len(relays) == 1
    lab.down()
    assert not process.is_alive(relays[0])


def test_one_relay_serves_many_lines_and_each_has_its_own_delay_and_state(
    small_lab: Callable[[str], Lab], pair: LabSpec, reporter: Collected
) -> None:
    far = pair.links[1]
    more = [
        replace(far, name=f"far-up{n}", a=LabEnd("left", f"x{n}"), z=LabEnd("right", f"x{n}"), latency_ms=10.0 * n)
        for n in (2, 3)
    ]
    lab = small_lab("many")
    lab.up_spec(replace(pair, links=(*pair.links, *more)), reporter)
    for n in (2, 3):
        for device, address in (("left", f"10.9.{n}.0/31"), ("right", f"10.9.{n}.1/31")):
            assert lab.run(device, ["ip", "addr", "add", address, "dev", f"x{n}"]).returncode == 0
        said = lab.run("left", ["ping", "-c5", "-i0.05", "-W2", f"10.9.{n}.1"]).stdout
        assert 10.0 * n <= float(re.findall(r"= ([\d.]+)/", said)[0]) < 10.0 * n + 5
    lab.cut("far-up2")
    assert [state_of(lab, f"far-up{n}") for n in (1, 2, 3)] == ["up", "cut", "up"]
    assert "NO-CARRIER" in carrier(lab, "right", "x2")
    assert "NO-CARRIER" not in carrier(lab, "right", "x3")
    assert pings(lab, "left", "10.9.3.1")


@pytest.mark.parametrize(("line", "far"), [("near-up1", "10.0.1.1"), ("far-up1", "10.0.2.1")])
def test_frames_of_one_end_alone_are_lost_and_the_other_direction_works(lab: Lab, line: str, far: str) -> None:
    port = line.partition("-")[0]
    for end, sender, hears in (("a", "left", "right"), ("z", "right", "left")):
        lab.impair(line, asked(one_way=end))
        assert state_of(lab, line) == f"mute-{end}"
        sent, heard = received(lab, sender, port), received(lab, hears, port)
        assert eventually(partial(has_received, lab, sender, port, sent + 3))  # hellos of the other end
        assert received(lab, hears, port) <= heard + 1  # one may have been on its way
        assert not pings(lab, "left", far)
        assert "NO-CARRIER" not in carrier(lab, "left", port)
    lab.heal(line)
    assert eventually(lambda: pings(lab, "left", far))


@pytest.mark.parametrize(("line", "far"), [("near-up1", "10.0.1.1"), ("far-up1", "10.0.2.1")])
def test_a_share_of_the_frames_is_lost_by_chance(lab: Lab, line: str, far: str) -> None:
    lab.impair(line, asked(loss=30, one_way="a"))
    assert state_of(lab, line) == "loss-30-a"
    said = lab.run("left", ["ping", "-c300", "-i0.005", "-W1", far]).stdout
    lost = float(re.findall(r"([\d.]+)% packet loss", said)[0])
    assert 15 <= lost <= 45  # five standard deviations of 300 throws
    lab.heal(line)
    assert state_of(lab, line) == "up"
    assert " 0% packet loss" in lab.run("left", ["ping", "-c50", "-i0.005", "-W1", far]).stdout


def has_received(lab: Lab, device: str, port: str, frames: int) -> bool:
    return received(lab, device, port) >= frames


def received(lab: Lab, device: str, port: str) -> int:
    return int(lab.run(device, ["cat", f"/sys/class/net/{port}/statistics/rx_packets"]).stdout)


LISTENER = """
import socket
heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
heard.bind(("0.0.0.0", 162))
print("ready", flush=True)
while True:
    print(heard.recv(9000).hex(), flush=True)
"""


def test_a_cut_is_told_by_an_ospf_trap_with_the_devices_engine_id(lab: Lab) -> None:
    with lab.popen("left", [sys.executable, "-c", LISTENER], stdout=subprocess.PIPE) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == b"ready\n"
        lab.cut("near-up1")
        assert engine_id("left").hex().encode() in listener.stdout.readline()
        listener.kill()


@pytest.fixture
def healed(demo_lab: Lab) -> Iterator[Lab]:
    yield demo_lab
    demo_lab.heal()


def test_in_the_demo_network_a_cut_line_is_seen_from_the_noc(healed: Lab) -> None:
    core = "10.4.0.128"
    assert status_of(healed, "noc-s1", core, "d01-1") == (UP, UP)
    healed.cut("xining-up1")
    assert eventually(lambda: status_of(healed, "noc-s1", core, "d01-1") == (UP, DOWN))
    assert "NO-CARRIER" in carrier(healed, "xining-r1", "up1")
    healed.heal("xining-up1")
    assert eventually(lambda: status_of(healed, "noc-s1", core, "d01-1") == (UP, UP))
