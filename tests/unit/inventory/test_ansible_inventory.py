"""The declaration as an Ansible inventory: names, groups, no secret; and what Ansible itself makes of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from jbnet.inventory.exchange.ansible import Login, host_variables, inventory, ours
from jbnet.inventory.select import select
from jbnet.model.network import Network

ROOT = Path(__file__).parents[3]
LOGIN = Login("/state/keys/netops", "/state/known hosts")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("a net")
    for folder in ("inventory", "topology", "playbooks"):
        shutil.copytree(ROOT / folder, target / folder)
    shutil.copy(ROOT / "ansible.cfg", target / "ansible.cfg")
    return target


def ansible(program: str, *arguments: str, at: Path) -> subprocess.CompletedProcess[str]:
    programs = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "HOME": str(at)}
    command = [str(programs / program), *arguments]
    return subprocess.run(command, cwd=at, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_every_group_name_is_one_that_ansible_accepts(qinghai: Network) -> None:
    found = inventory(qinghai, LOGIN)
    assert [name for name in found if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name)] == []


def test_no_two_homes_share_a_group(qinghai: Network) -> None:
    found = inventory(qinghai, LOGIN)
    homes = {d.home for d in ours(qinghai)}
    assert sum(name.startswith(("site_", "location_")) for name in found) == len(homes)


@pytest.mark.parametrize(
    ("group", "selector"),
    [
        ("role_core", "role=core"),
        ("level_county", "level=county"),
        ("prefecture_xining", "under:xining"),
        ("site_chengdong", "site:chengdong"),
        ("location_golmud_dc", "location:golmud-dc"),
        ("phase_2", "phase=2"),
    ],
)
def test_a_group_holds_what_the_selector_picks(qinghai: Network, group: str, selector: str) -> None:
    found = inventory(qinghai, LOGIN)[group]
    assert isinstance(found, dict)
    assert found["hosts"] == [device.name for device in select(qinghai, selector)]


def test_other_peoples_routers_are_not_in_it(qinghai: Network) -> None:
    assert {d.home for d in ours(qinghai)} & qinghai.peers.keys() == set()


def test_a_host_key_is_checked_under_the_devices_name_and_paths_with_blanks_hold(qinghai: Network) -> None:
    said = str(host_variables(qinghai, qinghai.devices["core-r1"], LOGIN)["ansible_ssh_common_args"])
    assert "-o HostKeyAlias=core-r1" in said
    assert "-o StrictHostKeyChecking=yes" in said
    assert "-o 'UserKnownHostsFile=\"/state/known hosts\"'" in said


def test_ansible_lists_the_declared_devices(workspace: Path, qinghai: Network) -> None:
    done = ansible("ansible-inventory", "-i", "playbooks/inventory.sh", "--list", at=workspace)
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    found = json.loads(done.stdout)
    names = {device.name for device in ours(qinghai)}
    assert found["_meta"]["hostvars"].keys() == names
    core = found["_meta"]["hostvars"]["core-r1"]
    assert core["ansible_host"] == str(qinghai.devices["core-r1"].loopback)
    assert core["ansible_ssh_private_key_file"] == str(workspace / ".jbnet" / "keys" / "netops")
    assert core["jbnet"]["role"] == "core"


def test_ansible_cfg_points_to_it(workspace: Path) -> None:
    done = ansible("ansible", "prefecture_haibei:&level_county", "-m", "ping", "--list-hosts", at=workspace)
    assert done.returncode == 0, done.stderr
    assert "hosts (4)" in done.stdout


def test_a_declaration_with_errors_is_no_empty_inventory(workspace: Path, tmp_path: Path) -> None:
    broken = Path(shutil.copytree(workspace, tmp_path / "net"))
    (broken / "inventory" / "odd.yaml").write_text("sitez: {}\n", encoding="utf-8")
    done = ansible("ansible-inventory", "--list", at=broken)
    assert done.returncode != 0
    assert "the declaration has errors: 1" in done.stderr


def test_secrets_of_the_state_directory_do_not_show(workspace: Path) -> None:
    state = workspace / ".jbnet"
    (state / "keys").mkdir(parents=True, exist_ok=True)
    (state / "secrets.yaml").write_text("snmp-v2c-community: s3cr3t-community\n", encoding="utf-8")
    (state / "keys" / "netops").write_text("s3cr3t-key\n", encoding="utf-8")
    done = ansible("ansible-inventory", "--list", at=workspace)
    assert done.returncode == 0
    assert "s3cr3t" not in done.stdout + done.stderr
