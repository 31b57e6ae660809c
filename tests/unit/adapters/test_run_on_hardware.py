"""jbnet run on routers of Huawei and H3C, over real SSH: tables by template, refusals, questions, secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cli_bench import NAME, cli_bench
from cli_servers.comware import Comware
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8

from jbnet.adapters.clock import SystemClock
from jbnet.adapters.command_line_sessions import CommandLineSessions
from jbnet.adapters.device_files import DeviceLockFiles
from jbnet.adapters.journal import SqliteJournal
from jbnet.adapters.ntc import NtcParser
from jbnet.model.network import Device
from jbnet.model.secrets import Secret
from jbnet.ports import Progress
from jbnet.services.run import Order, Ran, State, Ways, run
from jbnet.services.run_answer import Form

KINDS: dict[str, type[Router]] = {"vrp8": Vrp8, "vrp5": Vrp5, "comware7": Comware}
ARP = {"vrp8": "display arp all", "vrp5": "display arp all", "comware7": "display arp"}

Type = Callable[..., Ran]


class Desk:
    """A Secrets and a Reporter."""

    def get(self, name: str) -> Secret:
        return Secret(name, "a-Password-1")

    def report(self, progress: Progress) -> None:
        """Nobody looks."""


@contextmanager
def line_of(platform: str, folder: Path) -> Iterator[Type]:
    """Give what types a command on a router of a platform."""
    with cli_bench(KINDS[platform], folder) as bench:
        sessions = CommandLineSessions(folder, lambda _: ["127.0.0.1"], Desk(), port=bench.port)
        clock = SystemClock()
        journal = SqliteJournal(folder / "change.db", clock)
        ways = Ways(sessions, NtcParser(), Desk(), DeviceLockFiles(folder / "locks", clock), journal, "clerk@noc")
        device = Device(NAME, "site", "site", "county-router", platform, IPv4Address("127.0.0.1"), ())
        yield lambda command, **order: run(Order((device,), command, **order), ways)


@pytest.mark.parametrize("platform", KINDS)
def test_an_answer_is_read_by_the_template_of_its_system(platform: str, tmp_path: Path) -> None:
    with line_of(platform, tmp_path) as send:
        ran = send(ARP[platform])
    assert ran.failures == {}
    answer = ran.answers[NAME]
    assert answer.form is Form.TEMPLATE
    assert any("10.0.0.2" in record.values() for record in answer.records)


@pytest.mark.parametrize("platform", KINDS)
def test_a_command_without_a_template_is_text_without_secrets(platform: str, tmp_path: Path) -> None:
    with line_of(platform, tmp_path) as send:
        answer = send("display current-configuration").answers[NAME]
    assert answer.form is Form.TEXT
    assert "interface GigabitEthernet0/1/0" in answer.said
    assert "a-Password-1" not in answer.said
    assert "a-Community" not in answer.said


@pytest.mark.parametrize("platform", KINDS)
def test_what_the_system_does_not_know_fails_in_its_own_words(platform: str, tmp_path: Path) -> None:
    with line_of(platform, tmp_path) as send:
        failure = send("display nonsense").failures[NAME]
    assert failure.state is State.DECLINED
    assert f"{NAME} refuses `display nonsense`" in str(failure.reason)


def test_a_question_that_a_command_asks_is_answered_with_no(tmp_path: Path) -> None:
    with line_of("vrp5", tmp_path) as send:
        failure = send("save", write=True).failures[NAME]
    assert failure.state is State.DECLINED
    assert "the answer was no" in str(failure.reason)
