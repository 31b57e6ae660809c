"""An encrypted line between two live routers: nothing that it carries can be read on the way, and the key matters.

What encrypts it is a part of the routers' configuration: it is planned, laid, taken back and confirmed with the rest,
over the very line that it encrypts, since the county has no other.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT
from eventually import eventually
from running_apply import begin
from workspace import Workspace, deployed_lab

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

SMALL = {"locations": ["noc", "core"], "sites": ["east", "newtown"]}
UPPER, LOWER = "east-r1", "newtown-r1"
PORTS = {LOWER: "up1", UPPER: "d0102-1"}
"""The ends of the only line of a county, and what it is called there."""
PORT = PORTS[LOWER]
ADDED = {
    "inventory/network.yaml": ("  supernet:", "  noc: noc-s1\n  supernet:"),
    "inventory/locations.yaml": (
        "locations:\n",
        """\
locations:
  noc:
    name_zh: 网络运行中心
    site: example
    devices: {s1: noc-server}
    circuits: {up1: {from: s1, to: core-r1}, up2: {from: s1, to: core-r2, role: backup}}
""",
    ),
    "topology/addresses.yaml": ("locations:\n", "locations:\n  noc: 10.4.0.0/24\n"),
    "inventory/sites/east.yaml": (
        "archetype: county-single",
        "archetype: county-single\n        circuits: {up1: {encryption: intranet}}",
    ),
}
"""What the sample network lacks for a test of changes: a NOC from which they are made, and a line that is encrypted."""
SECRET = "ipsec-newtown-up1"
BACK_S = 120.0
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
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A prefecture with a county on a single line, which is encrypted."""
    folder = tmp_path_factory.mktemp("encrypted")
    shutil.copytree(ROOT / "tests/golden/check/base", folder, dirs_exist_ok=True)
    declare(folder)
    for name, (old, new) in ADDED.items():
        said = (folder / name).read_text(encoding="utf-8")
        assert said.count(old) == 1, name
        (folder / name).write_text(said.replace(old, new), encoding="utf-8")
    with deployed_lab(folder, SMALL) as workspace:
        yield workspace


def declare(folder: Path, **esp: object) -> None:
    """Declare what the ends of encrypted lines agree on."""
    profile = {"esp": {"lifetime_s": 3600, **esp}}
    (folder / "topology/encryption.yaml").write_text(yaml.safe_dump({"encryption": {"intranet": profile}}))


def neighbours(network: Workspace, device: str = LOWER) -> list[str]:
    """Return the ports over which the device has OSPF neighbours in full adjacency."""
    said = json.loads(network.inside(device, "vtysh", "-c", "show ip ospf neighbor json") or "{}")
    found = [one for many in said.get("neighbors", {}).values() for one in many]
    return [one["ifaceName"].partition(":")[0] for one in found if str(one.get("nbrState")).startswith("Full")]


def file_of(network: Workspace, device: str) -> Path:
    """Return what strongSwan reads on a device."""
    return network.lab.paths.tree(device) / f"etc/swanctl/conf.d/{PORTS[device]}.conf"


def laid(network: Workspace, word: str) -> dict[str, str]:
    """Return a setting as it stands in the files of both ends."""
    found = {name: re.search(rf"^ *{word} = (.*)$", file_of(network, name).read_text(), re.MULTILINE) for name in PORTS}
    return {name: match[1] if match else "" for name, match in found.items()}


def protected(network: Workspace, device: str) -> str:
    """Return by what the line is encrypted at this moment, as strongSwan tells it."""
    uri = f"unix:///run/charon/{PORTS[device]}/vici"
    said = network.inside(device, "swanctl", "--list-sas", "--uri", uri)
    found = re.search(r"INSTALLED, \S+ ESP:(\S+)", said)
    return found[1] if found else ""


def far_address(network: Workspace) -> str:
    return str(network.network.devices[UPPER].interface(PORTS[UPPER]).address).partition("/")[0]


def is_at_rest(network: Workspace) -> bool:
    return not any(network.waiting(name) for name in PORTS)


def told(plan: dict[str, Any]) -> str:
    return json.dumps(plan, ensure_ascii=False)


def test_routing_runs_over_an_encrypted_line_and_nothing_on_the_way_can_be_read(network: Workspace) -> None:
    assert eventually(lambda: PORT in neighbours(network)), network.inside(LOWER, "cat", "/var/log/charon-up1.log")
    port = (network.lab.paths.device(LOWER) / "outer" / PORT).read_text(encoding="ascii").strip()
    command = ["nsenter", f"--net=/proc/{port}/ns/net", sys.executable, "-c", SNIFFER, PORT, MARK, "2.5"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=network.lab.environment()) as sniffer:
        assert sniffer.stdout is not None
        assert sniffer.stdout.readline() == "ready\n"
        network.inside(LOWER, "ping", "-n", "-c", "5", "-i", "0.1", "-s", "1300", "-p", MARK[:32], far_address(network))
        seen = json.loads(sniffer.stdout.read())
    assert seen["readable"] == 0
    assert seen["kinds"].pop("17/4500/esp") >= 10
    assert set(seen["kinds"]) <= {"arp", "17/4500/ike"}


def test_what_runs_is_as_declared_and_its_key_is_nowhere_told(network: Workspace) -> None:
    key = laid(network, "secret")[LOWER].strip('"')
    plan = network.plan()
    assert not plan["changes"]
    backup = network.jbnet("backup", f"device:{LOWER}")
    kept = "".join(file.read_text() for file in (network.folder / ".jbnet").rglob("*.conf") if file.is_file())
    for said in (told(plan), backup.stdout + backup.stderr, network.jbnet("render", f"device:{LOWER}").stdout):
        assert key not in said
    assert key not in kept


def test_another_algorithm_and_another_key_come_to_both_ends_or_to_none(network: Workspace) -> None:
    declare(network.folder, encryption="aes128")
    secrets = network.folder / ".jbnet/secrets.yaml"
    known = yaml.safe_load(secrets.read_text(encoding="utf-8"))
    old, new = known[SECRET], "another-key-99"
    secrets.write_text(yaml.safe_dump({**known, SECRET: new}), encoding="utf-8")
    plan = network.plan()
    assert [unit["devices"] for unit in plan["units"]] == [[LOWER, UPPER]]
    for change in plan["changes"].values():
        assert any(line.startswith("+") and "esp_proposals = aes128" in line for line in change["diff"]), change
        assert any(line.startswith("+") and "secret = <secret>" in line for line in change["diff"]), change
    ended = network.apply(plan)[-1]["data"]["devices"]
    assert ended == dict.fromkeys((LOWER, UPPER), "confirmed")
    assert set(laid(network, "secret").values()) == {f'"{new}"'}
    assert {protected(network, name).partition("-")[0] for name in PORTS} == {"AES_CBC"}
    assert all(protected(network, name).startswith("AES_CBC-128") for name in PORTS)
    assert not network.plan()["changes"]
    kept = b"".join(f.read_bytes() for f in (network.folder / ".jbnet").glob("*.db*")) + told(plan).encode()
    assert old.encode() not in kept
    assert new.encode() not in kept


def test_what_nobody_confirms_goes_back_at_both_ends_by_the_timer_and_at_a_boot(network: Workspace) -> None:
    before = {name: file_of(network, name).read_text() for name in PORTS}
    declare(network.folder, encryption="aes256", lifetime_s=1800)
    plan = network.plan()
    assert set(plan["changes"]) == set(PORTS)
    run = begin(network, plan, "--timer", "20")
    run.until("apply.looking", UPPER)
    run.kill()
    assert set(laid(network, "esp_proposals").values()) == {"aes256-sha256-modp2048"}
    assert not is_at_rest(network)
    network.lab.kill(LOWER)
    network.lab.boot(LOWER)
    assert file_of(network, LOWER).read_text() == before[LOWER]
    assert eventually(lambda: is_at_rest(network), BACK_S)
    assert {name: file_of(network, name).read_text() for name in PORTS} == before
    assert eventually(lambda: not network.cut_off("noc-s1", [LOWER]), BACK_S)
    declare(network.folder, encryption="aes128")
    assert not network.plan()["changes"]


def test_with_another_key_the_line_stays_down_and_with_the_right_one_it_comes_back(network: Workspace) -> None:
    file = file_of(network, LOWER)
    right = file.read_text(encoding="utf-8")
    log = network.lab.paths.tree(LOWER) / "var/log/charon-up1.log"
    network.lab.kill(LOWER)
    file.write_text(right.replace('secret = "', 'secret = "not-'), encoding="utf-8")
    log.unlink()
    network.lab.boot(LOWER)
    assert eventually(lambda: "AUTHENTICATION_FAILED" in log.read_text(encoding="utf-8"))
    assert eventually(lambda: PORTS[UPPER] not in neighbours(network, UPPER))
    assert PORT not in neighbours(network)
    assert not network.pings(LOWER, far_address(network))
    file.write_text(right, encoding="utf-8")
    network.inside(LOWER, "/usr/local/libexec/jbnet-tunnel", PORT)
    assert eventually(lambda: PORT in neighbours(network))
