"""An encrypted line between two live routers: nothing that it carries can be read on the way, and the key matters.

What encrypts it is a part of the routers' configuration: it is planned, laid and confirmed with the rest, over the very
line that it encrypts, since the county has no other.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
import yaml
from encrypted_lab import (
    LOWER,
    PORT,
    PORTS,
    SECRET,
    UPPER,
    declare,
    encrypted_lab,
    far_address,
    file_of,
    laid,
    neighbours,
    protected,
    told,
)
from eventually import eventually
from workspace import Workspace

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]

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
    with encrypted_lab(tmp_path_factory.mktemp("encrypted")) as workspace:
        yield workspace


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
    assert (plan["changes"], plan["unasked"]) == ({}, [])
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
    again = network.plan()
    assert (again["changes"], again["unasked"]) == ({}, [])
    kept = b"".join(f.read_bytes() for f in (network.folder / ".jbnet").glob("*.db*")) + told(plan).encode()
    assert old.encode() not in kept
    assert new.encode() not in kept


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
