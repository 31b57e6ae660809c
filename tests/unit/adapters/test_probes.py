"""Probes against real servers on the loopback address: what is well, what is wrong, and that no wait is endless."""

from __future__ import annotations

import errno
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from probe_servers import HOME, Authority, closed, mute, web

from jbnet.adapters.probes.echo import IcmpEchoes
from jbnet.adapters.probes.http import HttpProbe
from jbnet.adapters.probes.tcp import TcpProbe
from jbnet.adapters.probes.tls import TlsProbe
from jbnet.monitor.probing import Probe, ProbeKind, Target

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def target(kind: ProbeKind, port: int, **more: object) -> Target:
    probe = replace(Probe("p", kind, timeout_s=5.0), **more)  # type: ignore[arg-type]  # by name
    return Target(probe, "app1", "portal", HOME, port, ("app1",))


def test_a_port_that_listens_is_up_and_one_that_does_not_is_refused() -> None:
    with mute() as port:
        assert TcpProbe().probe(target(ProbeKind.TCP, port)).values["up"] == 1.0
    with closed() as port:
        found = TcpProbe().probe(target(ProbeKind.TCP, port))
    assert (found.values, found.why) == ({"up": 0.0}, "Connection refused")


class Cut(socket.socket):
    """A socket where no connection is made: no way is known, by our own kernel (all kinds) or by who is on the way."""

    kinds: ClassVar[set[int]] = {socket.SOCK_STREAM, socket.SOCK_DGRAM}

    def connect(self, address: object) -> None:
        if self.type in self.kinds:
            raise OSError(errno.ENETUNREACH, os.strerror(errno.ENETUNREACH))
        super().connect(address)  # type: ignore[arg-type]  # as it came


class CutFarAway(Cut):
    kinds: ClassVar[set[int]] = {socket.SOCK_STREAM}


@pytest.mark.parametrize(("cut", "values"), [(Cut, {"up": 0.0, "way": 0.0}), (CutFarAway, {"up": 0.0})])
def test_that_our_own_kernel_knows_no_way_is_told_from_a_router_that_says_so(
    cut: type[Cut], values: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", cut)
    for kind, prober in ((ProbeKind.TCP, TcpProbe()), (ProbeKind.HTTP, HttpProbe())):
        found = prober.probe(target(kind, 1))
        assert (found.values, found.why) == (values, "Network is unreachable")


def test_a_page_is_well_when_status_and_text_are_as_declared() -> None:
    with web() as port:
        asked = target(ProbeKind.HTTP, port, path="/health", text="正常")
        found = HttpProbe().probe(asked)
        assert found.values["up"] == 1.0, found.why
        other = HttpProbe().probe(target(ProbeKind.HTTP, port, path="/health", text="故障"))
        assert (other.values["up"], other.why) == (0.0, "the text is not in the first 12 bytes")
        assert HttpProbe().probe(target(ProbeKind.HTTP, port, path="/else")).why == "status 503"


def test_a_server_that_takes_a_request_and_never_answers_is_given_up() -> None:
    with mute() as port:
        for kind in (ProbeKind.HTTP, ProbeKind.HTTPS):
            found = HttpProbe().probe(target(kind, port, timeout_s=0.2))
            assert found.values["up"] == 0.0
            assert found.why


def test_a_certificate_tells_its_days_and_is_trusted_by_name_and_chain(tmp_path: Path) -> None:
    authority = Authority(tmp_path, NOW)
    context = authority.context("portal.example", NOW + timedelta(days=12))
    probe = TlsProbe(lambda: NOW, tmp_path)
    with web(context) as port:
        well = probe.probe(target(ProbeKind.TLS, port, authority="authority.pem", server_name="portal.example"))
        assert (well.values["days"], well.values["trusted"], well.why) == (12.0, 1.0, "")
        other = probe.probe(target(ProbeKind.TLS, port, authority="authority.pem", server_name="else.example"))
        assert (other.values["up"], other.values["trusted"]) == (1.0, 0.0)
        assert "else.example" in other.why
        unknown = probe.probe(target(ProbeKind.TLS, port, server_name="portal.example"))
        assert unknown.values["trusted"] == 0.0
        assert unknown.why
        page = HttpProbe().probe(target(ProbeKind.HTTPS, port, path="/health", text="正常"))
        assert page.values["up"] == 1.0, "whom a page's certificate is from is the other probe's matter"


def test_a_certificate_that_ended_is_that_and_no_second_fault(tmp_path: Path) -> None:
    authority = Authority(tmp_path, NOW)
    context = authority.context("portal.example", NOW - timedelta(days=3))
    with web(context) as port:
        asked = target(ProbeKind.TLS, port, authority="authority.pem", server_name="portal.example")
        found = TlsProbe(lambda: NOW, tmp_path).probe(asked)
    assert (found.values["up"], found.values["trusted"], found.values["days"]) == (1.0, 1.0, -3.0)


def test_echoes_come_back_with_their_trips_and_nobody_answers_for_a_hole() -> None:
    found = IcmpEchoes().sweep([HOME, "127.0.0.2"], 5, 0.05, 2.0, lambda: False)
    assert [len(found[address]) for address in (HOME, "127.0.0.2")] == [5, 5]
    assert all(trip is not None for trips in found.values() for trip in trips)


def test_a_sweep_ends_when_it_is_told_to() -> None:
    stop = threading.Event()
    stop.set()
    assert IcmpEchoes().sweep([HOME], 5, 3600.0, 3600.0, stop.is_set) == {}
