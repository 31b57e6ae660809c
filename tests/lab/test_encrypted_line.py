"""An encrypted line between two live routers: nothing that it carries can be read on the way, and the key matters."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, Collected
from eventually import eventually

from jbnet import wiring
from jbnet.lab.lab import Lab

pytestmark = pytest.mark.lab

UPPER, LOWER, PORT = "core-r1", "west-r1", "up1"
SCALE = "scales: {pair: {locations: [core], sites: [west]}}\n"
PROFILES = "encryption: {intranet: {esp: {lifetime_s: 3600}}}\n"
SITE = """\
prefectures:
  west:
    parent: example
    code: "9902"
    name_zh: 西州
    circuits: {up1: {encryption: intranet}}
"""
MARK = "4e6f626f64792072656164732074686973"
"""What the pings carry, in hexadecimal."""
SNIFFER = """
import json, socket, sys, time
port, marked, seconds = sys.argv[1], bytes.fromhex(sys.argv[2]), float(sys.argv[3])
heard = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
heard.bind((port, 0))
heard.settimeout(0.2)
print("ready", flush=True)
kinds, readable, end = {}, 0, time.monotonic() + seconds
while time.monotonic() < end:
    try:
        frame = heard.recv(2048)
    except TimeoutError:
        continue
    readable += marked in frame
    kind = "arp" if frame[12:14] == b"\\x08\\x06" else f"{frame[23]}"
    if kind == "17":
        kind = f"17/{int.from_bytes(frame[36:38], 'big')}/{'ike' if frame[42:46] == bytes(4) else 'esp'}"
    kinds[kind] = kinds.get(kind, 0) + 1
print(json.dumps({"kinds": kinds, "readable": readable}))
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    workspace = tmp_path_factory.mktemp("encrypted")
    shutil.copytree(ROOT / "tests" / "golden" / "check" / "base", workspace, dirs_exist_ok=True)
    (workspace / "topology/lab.yaml").write_text(SCALE, encoding="utf-8")
    (workspace / "topology/encryption.yaml").write_text(PROFILES, encoding="utf-8")
    (workspace / "inventory/sites/west.yaml").write_text(SITE, encoding="utf-8")
    made = wiring.lab(workspace, workspace / ".jbnet")
    try:
        made.up(wiring.load_scale(workspace, "pair"), "pair", Collected(), deployed=True)
        yield made
    finally:
        made.down()


def neighbours(lab: Lab, device: str = LOWER) -> list[str]:
    """Return the ports over which the device has OSPF neighbours in full adjacency."""
    said = json.loads(lab.run(device, ["vtysh", "-c", "show ip ospf neighbor json"]).stdout or "{}")
    found = [one for many in said.get("neighbors", {}).values() for one in many]
    return [one["ifaceName"].partition(":")[0] for one in found if str(one.get("nbrState")).startswith("Full")]


def inside(lab: Lab, device: str) -> Path:
    return lab.paths.tree(device)


def far_address(lab: Lab) -> str:
    network = wiring.load_network(lab.workspace, lab.workspace / ".jbnet")
    return str(network.devices[UPPER].interface(f"d02-{PORT[-1]}").address).partition("/")[0]


def test_routing_runs_over_an_encrypted_line_and_nothing_on_the_way_can_be_read(lab: Lab) -> None:
    assert eventually(lambda: PORT in neighbours(lab)), lab.run(LOWER, ["cat", "/var/log/charon-up1.log"]).stdout
    port = (lab.paths.device(LOWER) / "outer" / PORT).read_text(encoding="ascii").strip()
    command = ["nsenter", f"--net=/proc/{port}/ns/net", sys.executable, "-c", SNIFFER, PORT, MARK, "2.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=lab.environment()) as sniffer:
        assert sniffer.stdout is not None
        assert sniffer.stdout.readline() == "ready\n"
        ping = lab.run(LOWER, ["ping", "-n", "-c", "5", "-i", "0.1", "-s", "1300", "-p", MARK[:32], far_address(lab)])
        assert ping.returncode == 0, ping.stdout
        seen = json.loads(sniffer.stdout.read())
    assert seen["readable"] == 0
    assert seen["kinds"].pop("17/4500/esp") >= 10
    assert set(seen["kinds"]) <= {"arp", "17/4500/ike"}


def test_with_another_key_the_line_stays_down_and_with_the_right_one_it_comes_back(lab: Lab) -> None:
    file = inside(lab, LOWER) / "etc/swanctl/conf.d/up1.conf"
    right = file.read_text(encoding="utf-8")
    log = inside(lab, LOWER) / "var/log/charon-up1.log"
    lab.kill(LOWER)
    file.write_text(right.replace('secret = "', 'secret = "not-'), encoding="utf-8")
    log.unlink()
    lab.boot(LOWER)
    assert eventually(lambda: "AUTHENTICATION_FAILED" in log.read_text(encoding="utf-8"))
    assert eventually(lambda: PORT not in neighbours(lab, UPPER) and "pair1" in neighbours(lab))
    assert PORT not in neighbours(lab)
    assert lab.run(LOWER, ["ping", "-n", "-c", "2", "-i", "0.2", "-W", "1", far_address(lab)]).returncode != 0
    file.write_text(right, encoding="utf-8")
    assert lab.run(LOWER, ["/usr/local/libexec/jbnet-tunnel", PORT]).returncode == 0
    assert eventually(lambda: PORT in neighbours(lab))
