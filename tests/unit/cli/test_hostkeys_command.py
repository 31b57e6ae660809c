"""jbnet hostkeys as people and programs see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run, runner

from jbnet import wiring
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.journal import SqliteJournal
from jbnet.adapters.known_hosts import KnownHostsFile
from jbnet.model.errors import Unreachable
from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device, Network
from jbnet.ports import Reporter
from jbnet.services.host_keys import Office

ROOT = Path(__file__).parents[3]
KEYS = {"core-r1": HostKey("ssh-ed25519", "QQ=="), "core-r2": HostKey("ssh-ed25519", "Qg==")}


class Probe:
    def __init__(self, device: Device) -> None:
        self.name = device.name

    def probe(self, device: Device) -> Probe:
        return Probe(device)

    def keys(self) -> tuple[HostKey, ...]:
        if self.name not in KEYS:
            raise Unreachable("{device} does not answer on TCP", device=self.name)
        return (KEYS[self.name],)

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run a command in the shipped workspace, where only the two cores answer."""

    def office(state_dir: Path, network: Network, reporter: Reporter) -> Office:
        probe = Probe(network.devices["core-r1"])
        journal = SqliteJournal(state_dir / "change.db", SystemClock())
        return Office(probe, KnownHostsFile(state_dir / "known_hosts"), journal, reporter, "clerk@noc")

    monkeypatch.setattr(wiring, "host_key_office", office)
    run = runner(monkeypatch, capfd)
    return lambda *words: run("-C", ROOT, "--state", tmp_path, *words)


def test_what_is_not_known_is_shown_with_its_fingerprint_and_the_answer_is_no(call: Run) -> None:
    code, said, _ = call("hostkeys", "check", "role=core")
    assert code == 1
    assert KEYS["core-r1"].fingerprint in said
    assert "not known: 2" in said


def test_nobody_who_can_be_asked_means_that_nothing_is_learned(call: Run, tmp_path: Path) -> None:
    code, _, said = call("hostkeys", "learn", "role=core")
    assert code == 4
    assert "--expect" in said
    assert not (tmp_path / "known_hosts").exists()


def test_what_is_known_needs_no_word_of_anybody(call: Run) -> None:
    call("hostkeys", "learn", "role=core", "--yes")
    code, said, _ = call("hostkeys", "learn", "role=core")
    assert code == 0
    assert "known before: 2" in said


def test_a_dry_run_shows_the_keys_that_are_known_too(call: Run) -> None:
    call("hostkeys", "learn", "core-r1", "--yes")
    code, said, _ = call("hostkeys", "learn", "core-r1", "--dry-run")
    assert code == 0
    assert "core-r1: the known key" in said
    assert said.count(KEYS["core-r1"].fingerprint) == 2


def test_a_key_that_nobody_can_be_asked_about_is_shown_all_the_same(call: Run) -> None:
    code, said, _ = call("hostkeys", "learn", "core-r1")
    assert code == 4
    assert KEYS["core-r1"].fingerprint in said


def test_a_first_contact_is_believed_where_that_is_said(call: Run) -> None:
    assert call("hostkeys", "learn", "role=core", "--yes")[0] == 0
    code, said, _ = call("hostkeys", "check", "role=core")
    assert code == 0
    assert said.startswith("same: 2; changed: 0")


def test_keys_without_an_expected_fingerprint_are_refused_and_the_others_learned(call: Run, tmp_path: Path) -> None:
    listed = tmp_path / "list"
    listed.write_text(f"core-r1 {KEYS['core-r1'].fingerprint}\ncore-r2 {KEYS['core-r1'].fingerprint}\n")
    code, said, _ = call("hostkeys", "learn", "role=core", "--expect", listed)
    assert code == 4
    assert "learned: 1" in said
    assert KEYS["core-r2"].fingerprint in said


def test_devices_that_do_not_answer_are_counted_and_the_exit_code_says_so(call: Run) -> None:
    call("hostkeys", "learn", "role=core", "--yes")
    code, said, _ = call("hostkeys", "check", "role=core+role=dc-router")
    assert code == 3
    assert "does not answer on TCP" in said


def test_a_replacement_for_a_device_that_is_not_selected_is_wrong_use(call: Run) -> None:
    code, _, said = call("hostkeys", "learn", "core-r1", "--yes", "--replace", "core-r2")
    assert code == 2
    assert "core-r2" in said


def test_a_dry_run_shows_keys_and_learns_none(call: Run, tmp_path: Path) -> None:
    code, said, _ = call("hostkeys", "learn", "role=core", "--dry-run")
    assert code == 0
    assert KEYS["core-r1"].fingerprint in said
    assert not (tmp_path / "known_hosts").exists()
