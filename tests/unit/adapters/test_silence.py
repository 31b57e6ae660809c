"""Who waits for whom: before a host has answered callers take turns, afterwards nobody does."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from jbnet.adapters.silence import PatientOnce
from jbnet.model.errors import Unreachable
from jbnet.ports import Completed


class Host:
    """Implements RemoteHosts and RemoteHost: one host, whose commands meet at a barrier where there is one."""

    name = "db1"

    def __init__(self) -> None:
        self.barrier: threading.Barrier | None = None
        self.silent = False
        self.asked = 0

    def host(self, device: str, user: str, via: str | None = None) -> Host:
        return self

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        self.asked += 1
        if self.barrier is not None:
            self.barrier.wait(timeout)
        if self.silent:
            raise Unreachable("{host} does not answer", host=self.name)
        return Completed(tuple(argv), 0, "", "")


def test_a_host_that_answers_is_asked_by_several_at_once() -> None:
    host = Host()
    hosts = PatientOnce(host)
    hosts.host("db1", "postgres").run(["true"])
    host.barrier = threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(hosts.host("db1", "postgres").run, ["true"]) for _ in range(2)]
        assert [one.result().code for one in found] == [0, 0]


def test_a_host_of_which_nothing_is_known_is_waited_for_once() -> None:
    host = Host()
    host.silent = True
    hosts = PatientOnce(host)
    with ThreadPoolExecutor(3) as pool:
        found = [pool.submit(hosts.host("db1", "postgres").run, ["true"]) for _ in range(3)]
        for one in found:
            with pytest.raises(Unreachable):
                one.result()
    assert host.asked == 1


def test_a_host_that_answered_and_falls_silent_is_silent_for_all() -> None:
    host = Host()
    hosts = PatientOnce(host)
    hosts.host("db1", "postgres").run(["true"])
    host.silent = True
    for match in ("does not answer", "a moment ago"):
        with pytest.raises(Unreachable, match=match):
            hosts.host("db1", "postgres").run(["true"])
    assert host.asked == 2
