"""Reaching a host that has several addresses."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from jbnet.adapters.dial import dial
from jbnet.catalogue import load
from jbnet.model.errors import Unreachable


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_the_first_address_that_answers_wins(server: socket.socket) -> None:
    port = server.getsockname()[1]
    with dial("core-r1", ["127.0.0.1"], port=port, timeout=5) as sock:
        assert sock.getpeername() == ("127.0.0.1", port)
        assert sock.getblocking()


def test_a_refused_address_hands_over_to_the_next(server: socket.socket) -> None:
    port = server.getsockname()[1]
    with dial("core-r1", ["127.0.0.2", "127.0.0.3", "127.0.0.1"], port=port, timeout=5) as sock:
        assert sock.getpeername()[0] == "127.0.0.1"


def test_a_silent_address_does_not_hold_up_the_next(server: socket.socket) -> None:
    port = server.getsockname()[1]
    with socket.socket() as silent:
        silent.bind(("127.0.0.4", port))
        silent.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.4", port))
        with dial("core-r1", ["127.0.0.4", "127.0.0.1"], port=port, timeout=20) as sock:
            assert sock.getpeername()[0] == "127.0.0.1"
        for filler in fillers:
            filler.close()


def test_every_address_and_what_it_said_is_in_the_message() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.5", 0))
        port = unused.getsockname()[1]
        with pytest.raises(Unreachable, match=r"127\.0\.0\.5: connection refused; 127\.0\.0\.6: connection refused"):
            dial("core-r1", ["127.0.0.5", "127.0.0.6"], port=port, timeout=5)


def test_an_address_that_is_none_is_named_and_the_next_is_tried(server: socket.socket) -> None:
    port = server.getsockname()[1]
    with dial("core-r1", ["255.255.255.255", "127.0.0.1"], port=port, timeout=5) as sock:
        assert sock.getpeername()[0] == "127.0.0.1"


def test_a_name_that_nobody_knows_is_an_address_that_failed() -> None:
    with pytest.raises(Unreachable, match=r"no-such-host\.invalid: "):
        dial("core-r1", ["no-such-host.invalid"], timeout=5)


def test_a_host_without_addresses_is_told_so() -> None:
    with pytest.raises(Unreachable, match="no management address is declared"):
        dial("core-r1", [], timeout=5)


def test_what_came_of_each_address_is_told_in_the_readers_language() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(Unreachable) as failed:
        dial("r1", ["127.0.0.1", "127.0.0.2"], port=port, timeout=5)
    said = failed.value.text.render(load("zh"))
    assert said == "r1 的 TCP 无应答：127.0.0.1：连接被拒绝；127.0.0.2：连接被拒绝"
    assert str(failed.value.text).endswith("127.0.0.1: connection refused; 127.0.0.2: connection refused")
