"""What is checked before anything is sent, and how failures are told."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface
from ipaddress import IPv4Network as Net
from pathlib import Path

import paramiko
import pytest

from jbnet.adapters.ssh_login import KeyRing, explain, known_keys
from jbnet.model.errors import Missing, Refused, Unreachable
from jbnet.model.network import Device, Interface, InterfaceKind, Network
from jbnet.wiring import lab_sessions, remote_hosts

DEVICE = Device(
    "core-r1", "core", "qinghai", "core", "frr", IPv4Address("10.0.192.1"),
    (Interface("noc-1", InterfaceKind.CIRCUIT, IPv4Interface("10.4.128.0/31"), "noc-up1"),),
)  # fmt: skip
NETWORK = Network("test", "测试", 64512, Net("10.0.0.0/8"), devices={"core-r1": DEVICE})


def state_with_keys(state: Path) -> Path:
    (state / "keys").mkdir()
    (state / "keys" / "netops").write_text("not read before a session opens")
    return state


def test_an_unknown_host_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="its host key is not in") as refusal:
        known_keys("core-r1", tmp_path / "known_hosts")
    assert "console" in str(refusal.value.hint)


def test_a_host_is_known_by_name_and_not_by_another_devices_line(tmp_path: Path) -> None:
    key = paramiko.ECDSAKey.generate()
    (tmp_path / "known_hosts").write_text(f"core-r1 {key.get_name()} {key.get_base64()}\n")
    known_keys("core-r1", tmp_path / "known_hosts")
    with pytest.raises(Refused):
        known_keys("core-r2", tmp_path / "known_hosts")


def test_an_account_without_a_key_is_missing_with_the_file_that_it_wants(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="keys/netops does not exist"):
        KeyRing(tmp_path).key("netops")


def test_another_key_than_the_known_one_is_refused_and_both_are_shown(tmp_path: Path) -> None:
    ours, theirs = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
    error = paramiko.BadHostKeyException("core-r1", theirs, ours)
    refusal = explain("core-r1", "netops", tmp_path / "known_hosts", error, 5.0)
    assert isinstance(refusal, Refused)
    assert theirs.fingerprint in str(refusal)
    assert ours.fingerprint in str(refusal)


def test_a_rejected_login_and_a_silent_server_are_told_apart(tmp_path: Path) -> None:
    rejected = explain("core-r1", "netops", tmp_path, paramiko.AuthenticationException("no"), 5.0)
    silent = explain("core-r1", "netops", tmp_path, EOFError(), 5.0)
    assert isinstance(rejected, Unreachable)
    assert "does not let netops in" in str(rejected)
    assert "silent (limit 5 s): EOFError" in str(silent)


def test_sessions_and_hosts_are_inert_and_know_the_addresses_in_order(tmp_path: Path) -> None:
    session = lab_sessions(state_with_keys(tmp_path), NETWORK).session(DEVICE)
    assert session._connection.login.addresses == ("10.0.192.1", "10.4.128.0")
    assert not session.is_alive()["is_alive"]
    hosts = remote_hosts(tmp_path, NETWORK)
    assert list(hosts.addresses("core-r1")) == ["10.0.192.1", "10.4.128.0"]
    assert list(hosts.addresses("nobody")) == []
    assert hosts.host("core-r1", "netops") is hosts.host("core-r1", "netops")
    assert hosts.host("core-r1", "netops") is not hosts.host("core-r1", "netops", via="xining-r1")
    hosts.close_all()


def test_a_device_without_any_address_is_told_so_when_opened(tmp_path: Path) -> None:
    bare = replace(DEVICE, loopback=None, interfaces=())
    network = replace(NETWORK, devices={"core-r1": bare})
    key = paramiko.ECDSAKey.generate()
    (state_with_keys(tmp_path) / "known_hosts").write_text(f"core-r1 {key.get_name()} {key.get_base64()}\n")
    with pytest.raises(Unreachable, match="no management address"):
        lab_sessions(tmp_path, network).session(bare).open()


def test_a_damaged_line_among_the_host_keys_is_named_as_such(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text("core-r1 ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIabcdefg\n")
    with pytest.raises(Refused, match=r"the host keys in .* cannot be read"):
        known_keys("core-r1", file)


def test_a_damaged_line_about_another_device_locks_nobody_else_out(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    key = paramiko.ECDSAKey.generate()
    file.write_text(f"core-r1 ssh-ed25519 AAAAC3N\ncore-r2 {key.get_name()} {key.get_base64()}\n")
    assert known_keys("core-r2", file) == [key]


def test_a_revoked_key_is_known_no_more(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    key, other = paramiko.ECDSAKey.generate(), paramiko.ECDSAKey.generate()
    lines = [f"core-r1 {one.get_name()} {one.get_base64()}" for one in (key, other)]
    file.write_text("\n".join([*lines, f"@revoked {lines[0]}"]) + "\n")
    assert known_keys("core-r1", file) == [other]


def test_a_hashed_name_is_known(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    key = paramiko.ECDSAKey.generate()
    file.write_text(f"{paramiko.HostKeys.hash_host('core-r1')} {key.get_name()} {key.get_base64()}\n")
    assert known_keys("core-r1", file) == [key]
