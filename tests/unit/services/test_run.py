"""One command on many devices: who is asked, what comes back, what is never sent, what is never shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from deploy_world import World
from sample_network import sample_network

from jbnet.adapters.device_files import DeviceLockFiles
from jbnet.adapters.ntc import NtcParser
from jbnet.config.render import render
from jbnet.model.errors import Refused, UsageError
from jbnet.model.network import Device
from jbnet.services.deploy.plan import managed
from jbnet.services.run import Order, Ran, State, Ways, run
from jbnet.services.run_answer import Form

NEIGHBOURS = {"neighbors": {"10.0.0.1": [{"state": "Full", "address": "10.1.1.1"}]}}


class Room:
    """A deployed network and what a run works with."""

    def __init__(self, state: Path) -> None:
        self.world = World(sample_network())
        for name, device in self.world.network.devices.items():
            self.world.devices[name].running = render(self.world.network, device)
        self.desk = self.world.desk(state)
        self.locks = DeviceLockFiles(state / "locks", self.world.clock)
        self.devices = managed(self.world.network, self.world.network.devices.values())
        self.first = self.devices[0].name

    def say(self, **answers: str) -> None:
        """Let every device answer so."""
        for device in self.world.devices.values():
            device.answers = {command.replace("_", " "): said for command, said in answers.items()}

    def run(self, command: str, devices: tuple[Device, ...] | None = None, **order: bool | float) -> Ran:
        ways = Ways(self.world, NtcParser(), self.world, self.locks, self.desk.journal, "clerk@noc")
        return run(Order(self.devices if devices is None else devices, command, **order), ways)  # type: ignore[arg-type]  # any of its fields

    def kinds(self) -> list[tuple[str, str, Mapping[str, object]]]:
        return [
            (str(e["kind"]), str(e["subject"]), e["data"])  # type: ignore[misc]  # a mapping, as the journal wrote it
            for e in self.desk.journal.entries()
        ]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_a_devices_own_json_is_read_as_records(room: Room) -> None:
    room.say(show_ip_ospf_neighbor_json=json.dumps(NEIGHBOURS), show_ip_ospf_neighbor="Neighbor ID")
    ran = room.run("show ip ospf neighbor")
    assert list(ran.answers) == [device.name for device in room.devices]
    answer = ran.answers[room.first]
    assert (answer.form, answer.value) == (Form.JSON, NEIGHBOURS)
    assert answer.records == ({"key": "10.0.0.1", "state": "Full", "address": "10.1.1.1"},)


def test_a_command_without_json_is_text_as_the_device_prints_it(room: Room) -> None:
    room.say(show_daemons="zebra ospfd\r\n")
    answer = room.run("show daemons").answers[room.first]
    assert (answer.form, answer.said) == (Form.TEXT, "zebra ospfd")


def test_what_says_json_and_is_none_is_asked_for_again_as_text(room: Room) -> None:
    room.say(show_daemons_json="zebra", show_daemons="zebra ospfd")
    assert room.run("show daemons").answers[room.first].said == "zebra ospfd"


def test_text_is_kept_where_text_is_wanted(room: Room) -> None:
    room.say(show_ip_ospf_neighbor_json=json.dumps(NEIGHBOURS), show_ip_ospf_neighbor="Neighbor ID")
    answer = room.run("show ip ospf neighbor", as_text=True).answers[room.first]
    assert (answer.form, answer.said) == (Form.TEXT, "Neighbor ID")


def test_an_unknown_command_fails_on_its_device_with_the_devices_words(room: Room) -> None:
    ran = room.run("show nonsense")
    assert ran.answers == {}
    assert ran.failures[room.first].state is State.DECLINED
    assert "Unknown command: show nonsense" in str(ran.failures[room.first].reason)


def test_one_hung_and_one_unreachable_device_hold_nobody_up(room: Room) -> None:
    room.say(show_daemons="zebra")
    hung, gone = room.devices[-1].name, room.devices[-2].name
    room.world.hung.add(hung)
    room.world.devices[gone].reachable = False
    ran = room.run("show daemons", seconds=0.5)
    assert set(ran.failures) == {hung, gone}
    assert len(ran.answers) == len(room.devices) - 2


def test_secrets_and_control_characters_of_an_answer_are_not_passed_on(room: Room) -> None:
    said = "neighbor 10.0.0.1 password hunter2\na \x1b[2Jx\x07"
    room.world.devices[room.first].answers = {"show running-config": said}
    (answer,) = room.run("show running-config", room.devices[:1]).answers.values()
    assert answer.said == "neighbor 10.0.0.1 password <secret>\na x"


def test_a_command_that_may_write_is_sent_to_nobody(room: Room) -> None:
    for command in ("clear ip ospf process", "configure terminal", "show version ; write memory"):
        with pytest.raises(Refused, match="--write"):
            room.run(command)
    assert all("open" not in device.calls for device in room.world.devices.values())
    assert room.kinds() == []


def test_a_command_of_one_system_says_which_devices_it_is_for(room: Room) -> None:
    mixed = (room.devices[0], replace(room.devices[1], platform="vrp8"))
    with pytest.raises(Refused, match=r"platform=frr") as refusal:
        room.run("show version", mixed)
    assert "Huawei VRP 8" in str(refusal.value)


def test_control_characters_are_refused_even_where_writing_is_allowed(room: Room) -> None:
    with pytest.raises(UsageError, match="control character"):
        room.run("clear ip ospf process\nconfigure terminal", write=True)
    assert all("open" not in device.calls for device in room.world.devices.values())


def test_a_selection_without_a_device_of_ours_is_wrong_use(room: Room) -> None:
    with pytest.raises(UsageError, match="no device of ours"):
        room.run("show version", ())


def test_a_writing_command_stands_in_the_journal_before_and_after_without_secrets(room: Room) -> None:
    command = "neighbor 10.0.0.1 password hunter2"
    room.world.devices[room.first].answers = {command: "done password hunter2"}
    assert not room.run(command, room.devices[:1], write=True).failures
    (intent, result) = room.kinds()
    assert intent[:2] == ("run.intent", room.first)
    assert result[:2] == ("run.result", room.first)
    assert intent[2] == {"owner": "clerk@noc", "command": "neighbor 10.0.0.1 password <secret>"}
    assert result[2] == {"state": "answered", "said": "done password <secret>"}


def test_a_writing_command_takes_the_lease_and_gives_it_back(room: Room) -> None:
    room.say(clear_counters="")
    room.locks.acquire(room.first, "somebody@else", 100)
    ran = room.run("clear counters", room.devices[:2], write=True)
    assert ran.failures[room.first].state is State.REFUSED
    assert room.devices[1].name in ran.answers
    room.locks.acquire(room.devices[1].name, "somebody@else", 1)


def test_a_device_with_an_unconfirmed_change_gets_no_writing_command(room: Room) -> None:
    room.say(clear_counters="")
    room.world.devices[room.first].deadline = 90.0
    ran = room.run("clear counters", room.devices[:1], write=True)
    assert ran.refused
    assert room.kinds() == []


def test_of_a_device_that_hung_after_a_writing_command_nobody_says_what_it_did(room: Room) -> None:
    room.say(clear_counters="")
    room.world.strikes[room.first, "cli"] = lambda: room.world.hung.add(room.first)
    ran = room.run("clear counters", room.devices[:1], write=True, seconds=0.5)
    assert ran.failures[room.first].state is State.UNKNOWN
    assert [kind for kind, *_ in room.kinds()] == ["run.intent", "run.result"]
    assert room.kinds()[-1][2]["state"] == "unknown"


def test_reading_leaves_nothing_in_the_journal_even_where_writing_is_allowed(room: Room) -> None:
    room.say(show_daemons="zebra")
    assert room.run("show daemons", write=True).answers
    assert room.kinds() == []
