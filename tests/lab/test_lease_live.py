"""The lease on live servers: a dark site is replaced after its silence and not before, a cut-off one stops by itself.

A lab of its own: the data centres, every prefecture, the ministry, a bank and a hospital, and a third member in a
prefecture that reaches Golmud without the core.
Long: each silence lasts a minute. The tests stand in an order: the last one leaves Golmud leading.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Collected, copy_workspace
from eventually import eventually
from recovery_drill import Drill, Office

from jbnet import wiring
from jbnet.lab.client.probe import two_writers_s
from jbnet.model.network import Level

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]
OLD, NEW, THIRD, APPLICATIONS = "xining-dc-db1", "golmud-dc-db1", "haixi-dc-s1", "golmud-dc-app1"
DARK = ("xining-dc", "core", "noc")
MINISTRY, BANK, HOSPITAL = "ministry-r1", "banks-yushu-h1", "hospitals-haixi-h1"
INSURANCE = 8080
LEASE = "/opt/jbnet-lease/jbnet-lease"
ROOM = """
  haixi-dc:
    name_zh: 海西州信息中心机房
    site: haixi
    devices: {s1: application-server}
    circuits:
      up1: {from: s1, to: haixi-r2, bandwidth: 1000}
"""
PLAN = f"\nlease: {{members: [{OLD}, {NEW}, {THIRD}]}}\n"
SCALE = """
  lease:
    locations: [noc, core, xining-dc, golmud-dc, haixi-dc]
    levels: [prefecture]
    sites: [chengdong, chengdong-lejiawan, chengdong-lejiawan-jinqiaolu]
    peers: [ministry]
    partners: [banks-yushu, hospitals-haixi]
"""
PAY = """
import http.client, json, sys
source, host, port, who = sys.argv[1:]
def ask(*words):
    door = http.client.HTTPConnection(host, int(port), timeout=5, source_address=(source, 0))
    door.request(*words)
    answer = door.getresponse()
    return answer.status, json.load(answer)
one = {"number": f"{who}/1", "service": "pension", "person": "p-1", "counterparty": who, "amount": 4711}
print(json.dumps([ask("POST", "/payments", json.dumps(one)), ask("GET", f"/payments/{who}/1")]))
"""
OPENS = """
import socket, sys
source, *doors = sys.argv[1:]
for door in doors:
    host, _, port = door.rpartition(":")
    try:
        socket.create_connection((host, int(port)), 3, (source, 0)).close()
        print(door)
    except OSError:
        pass
"""
LOOK = """
import json, sys
from pathlib import Path
from jbnet import wiring
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.ssh import SshHosts
from jbnet.wiring.devices import _addresses
from jbnet.wiring.leases import leasing
workspace = Path(sys.argv[1])
state = workspace / ".jbnet"
network, plan = wiring.load_network(workspace, state), wiring.recovery_plan(workspace)
found = leasing(state, network, plan, SshHosts(state, _addresses(network), connect_timeout=4.0), SystemClock())
for line in sys.stdin:
    print(json.dumps(found.look("production", "xining-dc-db1", "golmud-dc-db1").facts()), flush=True)
"""


def declare(workspace: Path) -> Path:
    """Add the third member, the lease and the scale to the shipped declaration."""
    for name, more in (("inventory/locations.yaml", ROOM), ("dr/plan.yaml", PLAN), ("topology/lab.yaml", SCALE)):
        with (workspace / name).open("a", encoding="utf-8") as stream:
            stream.write(more)
    addresses = workspace / "topology/addresses.yaml"
    content = addresses.read_text(encoding="utf-8")
    at = next(line for line in content.splitlines() if line.strip().startswith("golmud-dc:"))
    indent = at[: len(at) - len(at.lstrip())]
    addresses.write_text(content.replace(at, f"{at}\n{indent}haixi-dc: 10.4.1.0/24"), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "jbnet", "-C", str(workspace), "address", "ports"], check=True)
    return workspace


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    workspace = declare(copy_workspace(tmp_path_factory.mktemp("lease")))
    lab = wiring.lab(workspace, workspace / ".jbnet")
    try:
        assert lab.up(wiring.load_scale(workspace, "lease"), "lease", Collected(), deployed=True)
        found = Drill(workspace, lab)
        for device in (OLD, NEW, THIRD):
            found.await_reachable(device)
        found.jbnet("databases", "set-up")
        found.jbnet("playbook", "application", f"device:{APPLICATIONS}+device:xining-dc-app1")
        assert playbook(found)
        assert eventually(lambda: set(states(found, OLD).values()) == {"held"}), status(found, OLD)
        yield found
    finally:
        lab.down()


def playbook(drill: Drill) -> dict[str, list[str]]:
    """Run the playbook on all three; return what it changed."""
    hosts = f"device:{OLD}+device:{NEW}+device:{THIRD}"
    argv = [sys.executable, "-m", "jbnet", "-C", str(drill.workspace), "--json", "playbook", "lease", hosts]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=900, check=False)
    data = json.loads(done.stdout.splitlines()[-1])["data"]
    assert done.returncode == 0, data["hosts"]
    return {host["host"]: host["changed"] for host in data["hosts"] if host["changed"]}


def status(drill: Drill, host: str) -> dict[str, Any]:
    return dict(json.loads(drill.run_in(host, LEASE, "status")))


def states(drill: Drill, host: str) -> dict[str, str]:
    return {name: found["state"] for name, found in status(drill, host).items()}


def lines_between(drill: Drill, homes: set[str]) -> list[str]:
    """The circuits that join these places to all others."""
    devices, found = drill.network.devices, []
    for name, circuit in drill.network.circuits.items():
        ends = [devices[end.device].home in homes for end in (circuit.a, circuit.z) if end.device in devices]
        if len(ends) == 2 and ends[0] != ends[1]:
            found.append(name)
    return found


def prefectures(drill: Drill) -> list[str]:
    """A device of every prefecture: there are eight."""
    devices = drill.network.devices.values()
    of_site = {device.site: device.name for device in devices if device.site}
    found = [of_site[site.name] for site in drill.network.sites.values() if site.level is Level.PREFECTURE]
    assert len(found) == 8
    return found


def office(drill: Drill, place: str, name: str) -> Office:
    """Clients, and a probe of both hosts, at a place."""
    drill.community = place
    return Office(drill, name)


def await_silence(golmud: Golmud, since: float) -> float:
    """Look until the leader may be replaced; return when that was."""
    while True:
        found = golmud.look()
        if found["ruling"] in ("granted", "standby does not refuse"):
            return time.monotonic()
        assert time.monotonic() < since + 120, found
        time.sleep(0.5)


def fenced_by(drill: Drill) -> set[str]:
    """What proved the fences of the newest execution."""
    execution = str(drill.executions()[-1]["execution"])
    entries = wiring.executions(drill.state).journal(execution).entries()
    said = [entry["data"] for entry in entries if "fence[" in json.dumps(entry)]
    return set(re.findall(r'"by": "([^"]+)"', json.dumps(said))) - set(drill.network.devices)  # who would replace it


def checked(drill: Drill) -> dict[str, str]:
    """What `jbnet dr check` says of the leases, by database."""
    said = json.loads(drill.jbnet("dr", "check", codes=(0, 1, 3)).stdout.splitlines()[-1])["data"]
    return {str(c["subject"]): str(c["level"]) for c in said["checks"] if c["check"] == "lease"}


def led_by(drill: Drill, host: str) -> set[str]:
    """The databases that a host leads, by its own word; the other one may be dark."""
    asking = {name: drill.lab.run(host, asks_recovery(found.port)) for name, found in drill.network.databases.items()}
    return {name for name, done in asking.items() if done.stdout.strip() == "f"}


def asks_recovery(port: int) -> tuple[str, ...]:
    psql = ("psql", "-XqAt", "-h", "/var/lib/postgresql/15", "-p", str(port), "-d", "postgres")
    return ("runuser", "-u", "postgres", "--", *psql, "-c", "SELECT pg_is_in_recovery()")


def asked_from(drill: Drill, device: str) -> str:
    """The address by which somebody outside asks: one of its own networks, which are what is announced."""
    peer = drill.network.peers[drill.network.devices[device].home]
    return str(peer.prefixes[0].network_address + 1)


def from_network_of(drill: Drill, device: str, argv: tuple[str, ...]) -> tuple[int, str]:
    """Run a program of the host's in a device's network; return how it ended and what it said."""
    with drill.lab.popen(device, argv, stdout=subprocess.PIPE) as running:
        said = running.communicate(timeout=60)[0].decode()
    return running.returncode, said


def transaction(drill: Drill, device: str) -> Any:
    """A payment registered and queried from a device outside, at Golmud's application; None where it does not work."""
    host = str(drill.network.devices[APPLICATIONS].loopback)
    argv = (sys.executable, "-c", PAY, asked_from(drill, device), host, str(INSURANCE), device)
    code, said = from_network_of(drill, device, argv)
    if code:
        return None
    (registered, told), (queried, found) = json.loads(said)
    return registered in (200, 201) and queried == 200 and told["number"] == found["number"] == f"{device}/1"


def opened(drill: Drill, device: str, source: str) -> set[str]:
    """Which doors of Golmud open to a device: the insurance, another application, databases where they lead."""
    network = drill.network
    application, server = (network.devices[name].loopback for name in (APPLICATIONS, NEW))
    database = network.databases["production"]
    doors = [f"{application}:{INSURANCE}", f"{application}:{network.applications['portal'].port}",
             f"{server}:{database.port}", f"{database.service_address}:{database.port}"]  # fmt: skip
    code, said = from_network_of(drill, device, (sys.executable, "-c", OPENS, source, *doors))
    assert code == 0
    return {name for name, door in zip(("insurance", "portal", "server", "service"), doors, strict=True)
            if door in said.split()}  # fmt: skip


class Golmud:
    """Looks at the lease from Golmud, by one process that remembers since when it stands still."""

    def __init__(self, drill: Drill):
        argv = ["nsenter", f"--net={drill.lab.netns(NEW)}", "--", sys.executable, "-c", LOOK, str(drill.workspace)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def look(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(20)


@pytest.fixture
def golmud(drill: Drill) -> Iterator[Golmud]:
    found = Golmud(drill)
    try:
        yield found
    finally:
        found.close()


def test_well_it_is_held_guarded_and_renewed(drill: Drill, golmud: Golmud) -> None:
    first = golmud.look()
    assert (first["holder"], first["guarded"], first["ruling"]) == (OLD, True, "wait")
    assert eventually(lambda: golmud.look()["revision"] > first["revision"])
    assert golmud.look()["silent_s"] < 6
    assert eventually(lambda: set(checked(drill).values()) == {"green"}), "a watchdog listens seconds after it began"
    tables = drill.run_in(OLD, "nft", "list", "tables")
    assert {f"jbnet_lease_{port}" for port in (5432, 5433, 5434)} <= set(tables.split())


def test_without_a_store_but_with_the_other_host_the_leader_goes_on_and_is_not_replaced(
    drill: Drill, golmud: Golmud
) -> None:
    drill.run_in(OLD, "nft", "add table inet cut; add chain inet cut out { type filter hook output priority 0; }; "
                 "add rule inet cut out tcp dport 2379 drop; add rule inet cut out tcp dport 2380 drop")  # fmt: skip
    try:
        assert eventually(lambda: "failsafe" in status(drill, OLD)["production"]["why"])
        end = time.monotonic() + 75
        while time.monotonic() < end:
            # the member that is cut off may have led the store: until the two others have another leader there is none
            assert golmud.look()["ruling"] in ("wait", "failsafe", "no quorum")
            time.sleep(1)
        assert eventually(lambda: golmud.look()["ruling"] == "failsafe")
        assert set(checked(drill).values()) == {"red"}
        assert drill.leaders()["production"] == OLD
    finally:
        drill.run_in(OLD, "nft", "delete", "table", "inet", "cut")
    assert eventually(lambda: status(drill, OLD)["production"]["why"] == "")


def test_a_leader_that_is_cut_off_with_clients_stops_within_its_time_and_is_replaced_after_the_silence(
    drill: Drill, golmud: Golmud
) -> None:
    beside, beyond = office(drill, drill.network.noc or "", "beside"), office(drill, APPLICATIONS, "beyond")
    beside.await_writes()
    cut_at = time.monotonic()
    golmud.look()
    for name in lines_between(drill, {"golmud-dc", "haixi", "haixi-dc"}):
        drill.lab.cut(name)
    granted_at = await_silence(golmud, cut_at)
    last = max(line["t"] for line in beside.lines("client") if line["event"] == "acked")
    print({"last write after the cut": last - cut_at, "granted after the cut": granted_at - cut_at})
    assert 20 < last - cut_at < 31
    assert 50 < granted_at - cut_at < 75, "from its last renewal on, which was before the cut"
    assert drill.running_servers(OLD) == ""
    drill.run_in(OLD, "test", "-e", "/var/lib/postgresql/15/production/standby.signal")
    began = time.monotonic()
    drill.carry_out("failover")
    print({"a failover begun behind the silence took": time.monotonic() - began})
    assert fenced_by(drill) == {"lease expired"}
    assert led_by(drill, NEW) == set(drill.network.databases)
    beyond.await_writes()
    seen = [line for one in (beside, beyond) for line in (one.folder / "probe").read_text().split("\n")[:-1]]
    assert two_writers_s(seen) == 0
    for one in (beside, beyond):
        one.close()
    assert eventually(lambda: set(states(drill, NEW).values()) == {"held"}), status(drill, NEW)


def test_when_the_line_is_back_the_old_leader_stays_stopped(drill: Drill) -> None:
    drill.lab.heal()
    drill.await_reachable(NEW)
    assert led_by(drill, NEW) == set(drill.network.databases)
    assert set(states(drill, OLD).values()) == {"idle"}


def test_a_second_run_of_the_playbook_changes_nothing(drill: Drill) -> None:
    assert playbook(drill) == {}


def test_the_lease_goes_back_with_the_databases(drill: Drill) -> None:
    drill.carry_out("failback")
    assert led_by(drill, OLD) == set(drill.network.databases)
    assert eventually(lambda: set(states(drill, OLD).values()) == {"held"}), status(drill, OLD)
    assert set(states(drill, NEW).values()) == {"idle"}


def test_with_xining_dark_as_a_whole_the_lease_is_the_proof_once_it_has_expired(drill: Drill, golmud: Golmud) -> None:
    clients = office(drill, THIRD, "prefecture")
    clients.await_writes()
    dark_at = time.monotonic()
    golmud.look()
    for device in [name for name, found in drill.network.devices.items() if found.home in DARK]:
        drill.lab.kill(device)
    drill.carry_out("failover")
    took = time.monotonic() - dark_at
    assert fenced_by(drill) == {"lease expired"}
    assert led_by(drill, NEW) == set(drill.network.databases)
    clients.await_writes()
    assert clients.two_writers() == 0
    print({name: one["rto_s"] for name, one in clients.measured().items()}, took)
    clients.close()
    assert took > 50, "from its last renewal on, which was before the dark"
    for prefecture in prefectures(drill):
        here = office(drill, prefecture, f"afterwards-{prefecture}")
        here.await_writes()
        here.close()
    for outside in (BANK, HOSPITAL, MINISTRY):
        assert eventually(lambda outside=outside: transaction(drill, outside)), outside  # type: ignore[misc]  # a default of a lambda has no type
    for partner in (BANK, HOSPITAL):
        assert opened(drill, partner, asked_from(drill, partner)) == {"insurance"}
    within = str(drill.network.devices[THIRD].loopback)
    assert opened(drill, THIRD, within) == {"insurance", "portal", "server", "service"}
