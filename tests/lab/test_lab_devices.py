"""A device of the lab is like one out of its box: reachable, locked down, and it survives a power failure."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Collected
from eventually import eventually

from jbnet.lab.lab import Lab
from jbnet.lab.paths import LabPaths
from jbnet.lab.spec import LabSpec
from jbnet.model.errors import TargetError, UsageError

pytestmark = pytest.mark.lab


def ssh(
    lab: Lab, viewer: str, device: str, address: str, command: str, account: str = "netops", key: str | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Log in from a device's network with host keys checked by the device's name."""
    options = {
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": lab.paths.known_hosts,
        "HostKeyAlias": device,
        "BatchMode": "yes",
        "IdentitiesOnly": "yes",
        "ConnectTimeout": 5,
    }
    argv = ["ssh", "-F", "none", "-i", str(lab.paths.keys / (key or account))]
    argv += [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    process = lab.popen(
        viewer, [*argv, f"{account}@{address}", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = process.communicate(timeout=30)
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


def power_of(lab: Lab) -> dict[str, str]:
    found = lab.status()
    assert found is not None
    return dict(found.devices)


def test_the_noc_logs_in_to_a_core_router_out_of_its_box(demo_lab: Lab) -> None:
    done = ssh(demo_lab, "noc-s1", "core-r1", "10.4.0.128", "id -nG; vtysh -c 'show version'")
    assert done.returncode == 0, done.stderr
    assert {"frr", "frrvty"} <= set(done.stdout.decode().splitlines()[0].split())
    assert b"FRRouting" in done.stdout
    assert done.stderr == b""


def test_only_the_declared_keys_open_an_account(demo_lab: Lab) -> None:
    address = "10.4.0.128"
    assert ssh(demo_lab, "noc-s1", "core-r1", address, "id", key="postgres").returncode == 255
    assert ssh(demo_lab, "noc-s1", "core-r1", address, "id", account="postgres").returncode == 255
    assert ssh(demo_lab, "noc-s1", "core-r1", address, "id", account="root", key="netops").returncode == 255


def test_root_of_a_core_router_runs_nothing_but_the_fence(demo_lab: Lab) -> None:
    done = ssh(demo_lab, "noc-s1", "core-r1", "10.4.0.128", "id; show none", account="root", key="fence")
    assert b"uid=" not in done.stdout
    assert done.returncode not in (0, 255)


def test_a_host_key_of_another_device_is_refused(demo_lab: Lab) -> None:
    done = ssh(demo_lab, "noc-s1", "core-r2", "10.4.0.128", "id")
    assert done.returncode == 255
    assert b"Host key verification failed" in done.stderr


def test_every_device_took_its_first_configuration_whole(demo_lab: Lab) -> None:
    found = demo_lab.record()
    assert found is not None
    logs = {name: (demo_lab.paths.tree(name) / "var/log/boot.log").read_text() for name in found.devices}
    assert [name for name, log in logs.items() if "failure" in log.lower() or "unknown command" in log.lower()] == []
    assert set(power_of(demo_lab).values()) == {"on"}


def test_a_device_may_not_write_to_the_host(demo_lab: Lab) -> None:
    for path in ("/etc/motd-of-a-device", "/usr/lib/frr/of-a-device", "/opt/of-a-device"):
        assert demo_lab.run("core-r1", ["touch", path]).returncode != 0
        assert not Path(path).exists()


def test_the_secrets_of_agents_are_in_no_process_list(demo_lab: Lab) -> None:
    secrets = [
        line.split(": ")[1].strip("'\"") for line in (demo_lab.paths.state / "secrets.yaml").read_text().splitlines()
    ]
    lists = b"".join(path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.parent.exists())
    assert [secret for secret in secrets if secret.encode() in lists] == []


def test_what_is_saved_survives_a_power_failure_and_the_rest_does_not(
    small_lab: Callable[[str], Lab], pair: LabSpec, reporter: Collected
) -> None:
    lab = small_lab("one")
    lab.up_spec(pair, reporter)
    assert eventually(lambda: lab.run("right", ["ping", "-c1", "-W1", "10.0.0.1"]).returncode == 0)
    saved = ["vtysh", "-c", "conf t", "-c", "ip route 203.0.113.0/24 blackhole", "-c", "end", "-c", "write"]
    lab.run("left", saved)
    lab.run("left", ["vtysh", "-c", "conf t", "-c", "ip route 198.51.100.0/24 blackhole"])
    lab.run("left", ["sh", "-c", "touch /tmp/gone /var/lib/jbnet/kept"])
    key = ssh(lab, "right", "left", "10.0.0.1", "true")
    lab.kill("left")
    assert power_of(lab) == {"left": "off", "right": "on"}
    assert lab.run("right", ["ping", "-c1", "-W1", "10.0.1.0"]).returncode != 0
    with pytest.raises(TargetError, match="no power"):
        lab.run("left", ["true"])
    lab.boot("left")
    running = lab.run("left", ["vtysh", "-c", "show running-config"]).stdout
    assert "203.0.113.0/24" in running
    assert "198.51.100.0/24" not in running
    assert lab.run("left", ["sh", "-c", "ls /tmp /var/lib/jbnet"]).stdout.split() == [
        "/tmp:",
        "/var/lib/jbnet:",
        "kept",
    ]
    assert eventually(lambda: lab.run("right", ["ping", "-c1", "-W1", "10.0.0.1"]).returncode == 0)
    again = ssh(lab, "right", "left", "10.0.0.1", "true")
    assert (key.returncode, again.returncode) == (0, 0), (key.stderr, again.stderr)


def test_killing_the_first_process_ends_all_that_runs_in_a_device(
    small_lab: Callable[[str], Lab], pair: LabSpec, reporter: Collected
) -> None:
    lab = small_lab("one")
    lab.up_spec(pair, reporter)
    lab.run("left", ["sh", "-c", "setsid sleep 1000 >/dev/null 2>&1 &"])
    first = (lab.paths.device("left") / "init").read_text().strip()
    space = Path(f"/proc/{first}/ns/pid").readlink()
    inside = [p.parent.parent for p in Path("/proc").glob("[0-9]*/ns/pid") if p.is_symlink() and p.readlink() == space]
    assert len(inside) > 4
    lab.kill("left")
    assert eventually(lambda: not any((path / "exe").exists() for path in inside))


def test_unknown_names_are_wrong_use(demo_lab: Lab) -> None:
    for act in (demo_lab.cut, demo_lab.heal, demo_lab.kill, demo_lab.boot, demo_lab.netns):
        with pytest.raises(UsageError, match="nowhere"):
            act("nowhere")


def test_the_record_tells_other_commands_what_there_is(demo_lab: Lab) -> None:
    content = json.loads(demo_lab.paths.record.read_text())
    assert content["schema"] == "jbnet/lab/1"
    assert (content["scale"], len(content["devices"]), len(content["circuits"])) == ("demo", 25, 36)
    assert Path(content["devices"]["noc-s1"]["netns"]).exists()
    assert Path(content["runtime"]) == LabPaths(demo_lab.paths.state).runtime


def test_the_console_gives_the_commands_own_exit_code(demo_lab: Lab) -> None:
    command = [sys.executable, "-m", "jbnet", "-C", str(demo_lab.workspace), "lab", "exec", "core-r1", "--"]
    done = subprocess.run([*command, "sh", "-c", "hostname; exit 7"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (7, "core-r1\n")


def test_the_first_process_reaps_what_daemons_leave_behind(demo_lab: Lab) -> None:
    orphan = "(sh -c 'exit 3' &)"
    assert demo_lab.run("core-r1", ["sh", "-c", f"{orphan}; {orphan}"]).returncode == 0
    assert eventually(lambda: " Z" not in demo_lab.run("core-r1", ["ps", "-A", "-o", "pid=,stat="]).stdout)


def test_the_neighbours_of_declared_lines_are_not_counted_against_the_machines_limit(demo_lab: Lab) -> None:
    device = "datong-baoku-r1"
    shown = demo_lab.run(device, ["ip", "neigh", "show", "nud", "all"]).stdout.splitlines()
    assert any(" dev up1 " in line for line in shown)
    assert [line for line in shown if "extern_learn" not in line and " 224." not in f" {line}"] == []
