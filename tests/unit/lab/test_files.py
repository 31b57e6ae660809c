"""Files of a lab: accounts, keys, known hosts, the agent's configuration, the record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from jbnet.lab import keys, record
from jbnet.lab.accounts import accounts
from jbnet.lab.agent import SnmpSecrets, engine_id, snmpd_conf
from jbnet.lab.lines import Line
from jbnet.lab.paths import LabPaths
from jbnet.lab.record import Chassis, Record
from jbnet.lab.spec import LabDevice
from jbnet.model.secrets import Secret

SECRETS = SnmpSecrets(Secret("auth", "auth-value"), Secret("priv", 'pr"iv\\'), Secret("community", "community-value"))
ROUTER = LabDevice("core-r1", "", location="core")


def test_netops_can_log_in_and_use_vtysh() -> None:
    made = accounts()
    entry = next(line for line in made.passwd.splitlines() if line.startswith("netops:"))
    assert entry.split(":")[2:4] == [str(made.netops)] * 2
    groups = {line.split(":")[0]: line.split(":")[3].split(",") for line in made.group.splitlines()}
    assert all("netops" in groups[name] for name in ("frr", "frrvty") if name in groups)
    assert "netops:*:" in made.shadow


def test_no_account_has_a_password_and_ids_are_unique() -> None:
    made = accounts()
    assert {line.split(":")[1] for line in made.shadow.splitlines()} == {"*"}
    ids = [line.split(":")[2] for line in made.passwd.splitlines()]
    assert len(ids) == len(set(ids))


def test_a_key_pair_is_made_once_and_paramiko_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "netops"
    line = keys.create_pair(path, "netops@jbnet")
    assert keys.create_pair(path, "other") == line
    assert path.stat().st_mode & 0o777 == 0o600
    assert line.split()[1] == paramiko.Ed25519Key.from_private_key_file(str(path)).get_base64()


def test_known_hosts_are_found_by_the_devices_name_and_lines_of_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    public = " ".join(keys.create_pair(tmp_path / "host", "h").split()[:2])
    path.write_text("other.example ssh-ed25519 AAAA\n")
    for _ in range(2):
        keys.add_known_hosts(path, {"core-r1": (("10.0.192.1",), public)})
    assert len(path.read_text().splitlines()) == 2
    found = paramiko.HostKeys(str(path))
    for name in ("core-r1", "10.0.192.1"):
        entry = found.lookup(name)
        assert entry is not None
        assert entry["ssh-ed25519"].get_base64() == public.split()[1]
    keys.remove_known_hosts(path)
    assert path.read_text() == "other.example ssh-ed25519 AAAA\n"


def test_known_hosts_of_the_lab_alone_go_with_it(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    keys.add_known_hosts(path, {"core-r1": ((), "ssh-ed25519 AAAA")})
    keys.remove_known_hosts(path)
    assert not path.exists()


def test_an_agent_of_version_3_knows_no_community() -> None:
    text = snmpd_conf(ROUTER, SECRETS, "10.4.0.193")
    assert 'createUser jbnet SHA "auth-value" AES "pr\\"iv\\\\"' in text
    assert "rouser jbnet authpriv" in text
    assert "community" not in text
    assert text.splitlines()[-1].endswith(" 10.4.0.193")


def test_an_agent_of_version_2c_knows_no_user() -> None:
    text = snmpd_conf(replace(ROUTER, snmp="v2c"), SECRETS, None)
    assert 'rocommunity "community-value"' in text
    assert "createUser" not in text
    assert "sink" not in text


def test_engine_ids_follow_the_name() -> None:
    assert engine_id("core-r1") == bytes.fromhex("80001f8804") + b"core-r1"


def test_sockets_fit_into_107_bytes_whatever_the_workspace(tmp_path: Path) -> None:
    paths = LabPaths(tmp_path / ("x" * 200))
    assert len(str(paths.relay(99))) < 107
    assert paths.runtime != LabPaths(tmp_path / "y").runtime


def test_the_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    line = Line("golmud-dc-up1", ("core-r1", "golmud-dc-1"), ("golmud-dc-r1", "up1"), 12.0, "")
    written = Record("demo", Path("/run/jbnet/x"), "noc-s1", Chassis(1, 2), {"noc-s1": Chassis(3, 4)}, (line,))
    written.write(tmp_path / "lab.json")
    assert record.read(tmp_path / "lab.json") == written


@pytest.mark.parametrize("content", ["", "{}", '{"schema": "jbnet/lab/0"}', "[1]"])
def test_a_record_that_is_none_of_ours_is_no_lab(tmp_path: Path, content: str) -> None:
    (tmp_path / "lab.json").write_text(content)
    assert record.read(tmp_path / "lab.json") is None
