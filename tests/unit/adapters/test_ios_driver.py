"""The driver for IOS over real SSH: the contract of sessions, NAPALM's getters, and what holds when things go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_bench import CliBench, cli_bench
from cli_servers.ios import Ios
from device_contract import Bench, DeviceSessionContract

from jbnet.model.errors import CommandFailed, Unreachable


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[CliBench]:
    with cli_bench(Ios, tmp_path) as made:
        yield made


class TestRevertContract(DeviceSessionContract):
    """The timer is that of ``configure terminal revert timer``."""

    header = "version"
    route = "ip route 192.0.2.0 255.255.255.0 Null0"
    other_route = "ip route 192.0.2.128 255.255.255.128 Null0"
    port = "interface GigabitEthernet0/1/1"
    port_line = "mtu 1400"

    def test_a_commit_that_went_back_cannot_be_confirmed(self, bench: Bench) -> None:
        self.loaded(bench).commit_config(revert_in=2)
        bench.lapse()
        with pytest.raises(CommandFailed, match="could not be confirmed"):
            self.opened(bench).confirm_commit()


def changed(config: str) -> str:
    return config.replace("description agency\n", "description agency office\n mtu 1400\n")


def test_napalms_own_getters_read_over_the_session(bench: CliBench) -> None:
    with bench.opened() as session:
        facts = session.get_facts()
        assert (facts["vendor"], facts["serial_number"]) == ("Cisco", "FDO21520TGH")
        assert facts["model"].startswith("ISR4331")
        assert session.get_ospf_neighbors() == [
            {"router_id": "10.1.0.9", "interface": "GigabitEthernet0/1/0", "state": "Full"}
        ]


def test_a_line_refused_in_the_middle_leaves_everything_as_it_was(bench: CliBench) -> None:
    before = bench.running()
    bench.router.faults.refuse = "mtu 1400"
    with bench.opened() as session:
        session.load_replace_candidate(config=changed(session.get_config("running")["running"]))
        with pytest.raises(CommandFailed, match=r"what ran before runs again.*mtu 1400"):
            session.commit_config("a test", revert_in=60)
        assert bench.running() == before
        assert not session.has_pending_commit()


def test_a_session_that_breaks_in_the_middle_is_taken_back(bench: CliBench) -> None:
    before = bench.running()
    bench.router.faults.drop = "mtu 1400"
    with bench.opened() as session:
        session.load_replace_candidate(config=changed(session.get_config("running")["running"]))
        with pytest.raises((CommandFailed, Unreachable)):
            session.commit_config("a test", revert_in=60)
        assert bench.running() == before


def test_a_refused_line_without_a_timer_is_typed_back(bench: CliBench) -> None:
    before = bench.running()
    bench.router.faults.refuse = "mtu 1400"
    with bench.opened() as session:
        session.load_replace_candidate(config=changed(session.get_config("running")["running"]))
        with pytest.raises(CommandFailed, match="what ran before runs again"):
            session.commit_config("a test")
    assert bench.running() == before


def test_without_its_archive_a_router_takes_no_commit_with_a_timer(bench: CliBench) -> None:
    bench.by_hand("no archive")
    before = bench.running()
    with bench.opened() as session:
        assert not session.has_pending_commit()
        session.load_merge_candidate(config=session.probe)
        with pytest.raises(CommandFailed, match="turn config archive on"):
            session.commit_config("a test", revert_in=60)
    assert bench.running() == before


def test_secrets_are_blanked_where_that_is_asked_for(bench: CliBench) -> None:
    with bench.opened() as session:
        said = session.get_config(sanitized=True)["running"]
    assert "a-Community" not in said
    assert "$9$" not in said
    assert "snmp-server community <secret> RO" in said
