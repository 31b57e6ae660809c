"""The fake device keeps the contract that the real driver keeps (tests/lab/test_frr_driver.py)."""

from __future__ import annotations

import pytest
from device import FakeDevice, FakeSession, FakeSessions
from device_contract import DeviceSessionContract

from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.ports import DeviceSession, DeviceSessions


class FakeBench:
    """A fake device on the bench."""

    def __init__(self) -> None:
        config = (
            "frr version 8.4.4\nhostname test-r1\nip route 203.0.113.0/24 blackhole\ninterface lan1\n description x\n"
        )
        self.device = FakeDevice("test-r1", running=config)

    def session(self) -> DeviceSession:
        return FakeSession(self.device)

    def by_hand(self, *lines: str) -> None:
        self.device.type(*lines)

    def running(self) -> str:
        return self.device.running

    def lapse(self) -> None:
        self.device.wait(2.5)


class TestFakeDevice(DeviceSessionContract):
    """The contract, by the fake."""

    @pytest.fixture
    def bench(self) -> FakeBench:
        return FakeBench()


def test_a_fake_that_refuses_a_line_keeps_what_ran() -> None:
    device = FakeDevice("test-r1", refuses="router isis")
    session = FakeSession(device)
    before = device.running
    session.open()
    session.load_replace_candidate(config="router isis x\n")
    with pytest.raises(CommandFailed, match="router isis"):
        session.commit_config(revert_in=5)
    assert device.running == before


def test_a_fake_cut_off_by_its_own_change_comes_back_when_its_timer_has_run_out() -> None:
    device = FakeDevice("test-r1", cut_by="no route home")
    session = FakeSession(device)
    session.open()
    session.load_replace_candidate(config="no route home\n")
    session.commit_config(revert_in=5)
    with pytest.raises(Unreachable):
        FakeSession(device).open()
    device.wait(6)
    FakeSession(device).open()


def test_the_fakes_are_the_ports() -> None:
    sessions: DeviceSessions = FakeSessions()
    assert sessions is not None
