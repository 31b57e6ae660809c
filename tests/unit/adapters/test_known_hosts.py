"""The file of host keys, and asking a real SSH server for its keys."""

from __future__ import annotations

import socket
import stat
import threading
from ipaddress import IPv4Address
from pathlib import Path

import paramiko
import pytest
from cli_servers.router import Seen
from cli_servers.ssh_server import host_key, known_hosts_line, serving
from cli_servers.vrp8 import Vrp8

from jbnet.adapters.host_key_probe import SshKeyProbes
from jbnet.adapters.known_hosts import KnownHostsFile
from jbnet.adapters.ssh_login import known_keys
from jbnet.model.errors import Refused, Unreachable
from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device

DEVICE = Device("r1", "r1", "qinghai", "core", "vrp8", IPv4Address("127.0.0.1"), ())


def new_key() -> HostKey:
    key = paramiko.ECDSAKey.generate()
    return HostKey(key.get_name(), key.get_base64())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "known_hosts"


def test_a_key_that_was_kept_is_known_to_every_login(file: Path) -> None:
    key = new_key()
    KnownHostsFile(file).keep("r1", [key])
    assert KnownHostsFile(file).keys("r1") == (key,)
    known_keys("r1", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir() if path.name.startswith(".known_hosts.") and
            path.suffix != ".lock"] == []  # fmt: skip


def test_a_known_key_is_replaced_only_when_that_is_said(file: Path) -> None:
    known = KnownHostsFile(file)
    first, second = new_key(), new_key()
    known.keep("r1", [first])
    with pytest.raises(Refused, match="known already"):
        known.keep("r1", [second])
    assert known.keys("r1") == (first,)
    known.keep("r1", [second], replace=True)
    assert known.keys("r1") == (second,)


def test_lines_about_others_stay_as_they_are(file: Path) -> None:
    file.parent.mkdir()
    other, old = new_key(), new_key()
    hashed = f"{paramiko.HostKeys.hash_host('r3')} {other.kind} {other.blob}"
    lines = ["# a note", f"r2,10.0.0.2 {other.kind} {other.blob}", f"@revoked r1 {old.kind} {old.blob}", hashed]
    shared = f"r4,r1 {old.kind} {old.blob} shared"
    file.write_text("\n".join([*lines, shared, f"r1,10.0.0.1 {old.kind} {old.blob} jbnet-lab"]) + "\n")
    new = new_key()
    KnownHostsFile(file, "jbnet-lab").keep("r1", [new], replace=True)
    assert file.read_text().splitlines() == [
        *lines, f"r4 {old.kind} {old.blob} shared", f"r1 {new.kind} {new.blob} jbnet-lab"
    ]  # fmt: skip


def test_hashed_names_are_recognised(file: Path) -> None:
    file.parent.mkdir()
    key = new_key()
    file.write_text(f"{paramiko.HostKeys.hash_host('r1')} {key.kind} {key.blob}\n")
    assert KnownHostsFile(file).keys("r1") == (key,)


def test_a_damaged_line_of_the_device_is_refused_and_not_overlooked(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("r1 ssh-ed25519 AAAA!\n")
    with pytest.raises(Refused, match="cannot be read"):
        KnownHostsFile(file).keys("r1")


def test_a_fingerprint_is_what_openssh_prints() -> None:
    key = paramiko.ECDSAKey.generate()
    assert HostKey(key.get_name(), key.get_base64()).fingerprint == key.fingerprint


def test_a_server_is_asked_for_its_keys_without_a_login() -> None:
    with serving(Vrp8("r1", "", seen=Seen())) as server:
        probe = SshKeyProbes(lambda _: ["127.0.0.1"], port=server.port).probe(DEVICE)
        (key,) = probe.keys()
        probe.close()
    assert (key.kind, key.blob) == (host_key().get_name(), host_key().get_base64())
    assert server.logins == 0
    assert known_hosts_line("r1") == f"r1 {key.kind} {key.blob}\n"


def test_what_is_no_ssh_server_is_unreachable_in_words() -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse() -> None:
        connection, _ = listener.accept()
        connection.sendall(b"220 mail ready\r\n" * 200)
        connection.close()

    threading.Thread(target=refuse, daemon=True).start()
    try:
        with pytest.raises(Unreachable, match="SSH server then fails"):
            SshKeyProbes(lambda _: ["127.0.0.1"], port=listener.getsockname()[1], timeout=10).probe(DEVICE).keys()
    finally:
        listener.close()
