"""Drift and its history: what runs and is not declared, since when, and whether a change of ours brought it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from deploy_world import START, World
from device import FakeSession, normal
from equipped import with_keys
from sample_network import sample_network

from jbnet.adapters.config_history import GitHistory
from jbnet.adapters.loaded_secrets import LoadedSecretFiles
from jbnet.config.render import render
from jbnet.config.words import revealed
from jbnet.model.network import Device
from jbnet.model.secrets import Secret
from jbnet.services.backup import Backup, back_up
from jbnet.services.deploy.aim import Declared
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.desk import Desk
from jbnet.services.deploy.plan import managed, plan
from jbnet.services.deploy.secrets import SecretBook
from jbnet.services.drift import Found, Records, find_drift

TYPED = "ip route 192.0.2.0/24 blackhole"


class Keys:
    """Secrets: one value for all."""

    def get(self, name: str) -> Secret:
        return Secret(name, "0f1e2d3c4b5a6978")


class Office:
    """A deployed network with its records."""

    def __init__(self, state: Path):
        self.world = World(sample_network())
        self.desk: Desk = self.world.desk(state)
        self.history = GitHistory(state / "history", self.world.clock)
        self.devices = managed(self.world.network, self.world.network.devices.values())
        assert apply(plan(self.world.network, self.devices, self.world, self.world), self.desk).ok

    def backup(self, devices: Sequence[Device] | None = None) -> Backup:
        self.world.clock.sleep(60)
        chosen = self.devices if devices is None else devices
        return back_up(
            chosen, self.world, self.history, self.world, keeper="clerk@noc", everybody=devices is None, workers=1
        )

    def drift(self) -> Found:
        self.world.clock.sleep(60)
        records = Records(self.history, self.desk.journal, self.world.clock)
        return find_drift(self.world.network, self.devices, self.world, records, self.world, workers=1)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_deployed_network_has_not_drifted(office: Office) -> None:
    found = office.drift()
    assert found.drifts == ()
    assert len(found.right) == len(office.devices)


def test_a_service_address_that_recovery_moved_is_no_drift_and_no_deployment_asks_for_it(office: Office) -> None:
    """The hosts of databases belong to recovery: JB179 refuses a declaration that would have them deployed."""
    host = office.world.devices["xining-dc-db1"]
    host.type("ip prefix-list PREFERRED permit 10.3.0.1/32", "interface lo", " ip address 10.3.0.1/32")
    host.calls.clear()
    running, saved = host.running, host.startup
    assert office.drift().drifts == ()
    office.world.devices["datong-r1"].type(TYPED)
    made = plan(office.world.network, office.world.network.devices.values(), office.world, office.world)
    assert apply(made, office.desk).ok
    assert list(made.changes) == ["datong-r1"]
    assert (host.calls, host.running, host.startup) == ([], running, saved)


def test_a_line_typed_by_hand_is_found_and_dated_between_two_backups(office: Office) -> None:
    office.backup()
    before = office.world.clock.elapsed
    office.world.devices["datong-r1"].type(TYPED)
    office.backup()
    after = office.world.clock.elapsed
    office.backup()
    (drift,) = office.drift().drifts
    assert (drift.device, drift.diff) == ("datong-r1", (f"- {TYPED}",))
    assert drift.since is not None
    assert drift.since.after == START + timedelta(seconds=before)
    assert drift.since.by == START + timedelta(seconds=after)
    assert drift.author is None
    assert drift.unsaved == (f"- {TYPED}",)


def test_a_key_that_a_device_shows_is_no_drift_beside_one(tmp_path: Path) -> None:
    world = World(with_keys(sample_network()))
    for name, device in world.network.devices.items():
        said = revealed(render(world.network, device), Keys().get)
        world.devices[name].running = world.devices[name].startup = normal(said)
    world.devices["xining-r1"].type(TYPED)
    devices = managed(world.network, world.network.devices.values())
    records = Records(GitHistory(tmp_path / "history", world.clock), world.desk(tmp_path).journal, world.clock)
    (drift,) = find_drift(world.network, devices, world, records, world, workers=1).drifts
    assert (drift.device, drift.diff) == ("xining-r1", (f"- {TYPED}",))


def test_a_key_that_was_typed_by_hand_is_drift_and_named_and_nobody_knows_since_when(tmp_path: Path) -> None:
    world = World(with_keys(sample_network()))
    for name, device in world.network.devices.items():
        said = revealed(render(world.network, device), Keys().get)
        world.devices[name].running = world.devices[name].startup = normal(said)
    other = world.devices["xining-r1"]
    assert "0f1e2d3c4b5a6978" in other.running
    other.running = other.startup = other.running.replace("0f1e2d3c4b5a6978", "typedbyhand12345", 1)
    devices = managed(world.network, world.network.devices.values())
    records = Records(GitHistory(tmp_path / "history", world.clock), world.desk(tmp_path).journal, world.clock)
    book = SecretBook(Keys(), LoadedSecretFiles(tmp_path / "loaded"))
    (drift,) = find_drift(world.network, devices, world, records, world, book=book, workers=1).drifts
    assert (drift.device, drift.since, drift.author) == ("xining-r1", None, None)
    assert drift.secrets
    assert "typedbyhand12345" not in str(drift)
    made = plan(world.network, devices, world, world, aim=Declared(world.network, book=book))
    assert made.changes.keys() == {"xining-r1"}


def test_a_drift_that_every_backup_shows_has_no_beginning(office: Office) -> None:
    office.world.devices["datong-r1"].type(TYPED)
    office.backup()
    (drift,) = office.drift().drifts
    assert drift.since is not None
    assert drift.since.after is None


def test_a_backup_of_other_devices_says_nothing_about_this_one(office: Office) -> None:
    office.backup()
    before = office.world.clock.elapsed
    office.world.devices["datong-r1"].type(TYPED)
    office.backup([d for d in office.devices if d.name != "datong-r1"])
    (drift,) = office.drift().drifts
    assert drift.since is not None
    assert drift.since.after == START + timedelta(seconds=before)


def test_a_change_of_ours_within_the_window_is_named_with_its_owner(office: Office) -> None:
    office.backup()
    office.world.devices["datong-r1"].type(TYPED)
    made = plan(office.world.network, office.devices, office.world, office.world)
    office.world.clock.sleep(1)
    assert apply(made, office.desk).ok
    office.world.devices["datong-r1"].type(TYPED)
    (drift,) = office.drift().drifts
    assert drift.author is not None
    assert (drift.author.change, drift.author.owner) == (made.hash, "engineer@noc")


def test_what_was_typed_and_matches_but_is_not_saved_is_drift_of_its_own(office: Office) -> None:
    datong = office.world.devices["datong-r1"]
    datong.startup = datong.running.replace("end\n", f"{TYPED}\nend\n")
    (drift,) = office.drift().drifts
    assert drift.diff == ()
    assert drift.unsaved == (f"+ {TYPED}",)
    assert office.backup().unsaved == ("datong-r1",)


def test_a_device_that_does_not_answer_holds_nobody_up_and_is_named(office: Office) -> None:
    office.world.devices["datong-r1"].reachable = False
    made = office.backup()
    assert "datong-r1" in made.unasked
    assert "core-r1" in made.fetched
    assert "datong-r1" in office.drift().unasked


def test_a_device_that_answers_with_nothing_leaves_its_history_as_it_is(office: Office) -> None:
    office.backup()
    office.world.devices["datong-r1"].running = ""
    assert "datong-r1" in office.backup().unasked
    newest, said = next(office.history.texts("datong-r1"))
    assert "hostname datong-r1" in said
    assert newest.time < START + timedelta(seconds=office.world.clock.elapsed)


def test_nobody_answered_keeps_no_version(office: Office) -> None:
    for device in office.world.devices.values():
        device.reachable = False
    assert office.backup().version is None
    assert list(office.history.texts("core-r1")) == []


def test_a_device_whose_own_comparison_denies_a_difference_is_not_called_right(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.world.devices["core-r1"].type(TYPED)
    monkeypatch.setattr(FakeSession, "compare_config", lambda self: "")
    found = office.drift()
    assert "core-r1 contradicts itself" in str(found.unasked["core-r1"])
    assert "core-r1" not in found.right
