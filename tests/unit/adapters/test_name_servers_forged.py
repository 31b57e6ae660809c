"""Answers that no name server of ours would give: unsigned ones, and none that can be read."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from name_servers import PAY, zone_of

from jbnet.adapters.name_servers import TcpNameServers
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.model.secrets import Secret
from jbnet.recovery.name_moves import moving

HEADER, ZONE = 12, 17
"""Bytes of a message's head, and of its zone or question: example.net, its type and its class."""


class Keys:
    """Implements Secrets."""

    def get(self, name: str) -> Secret:
        return Secret(name, "a2V5")


@contextmanager
def answering(flags: bytes, *, cut: bool = False) -> Iterator[int]:
    """A server that answers each message with its own number and these flags, signed by nobody; ``cut``: with less."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            caller, _ = door.accept()
            with caller:
                asked = caller.recv(4096)
                answer = asked[2:4] + flags + b"\0\1" + bytes(6) + asked[2 + HEADER : 2 + HEADER + ZONE]
                caller.sendall(len(answer).to_bytes(2, "big") + (answer[:6] if cut else answer))

        worker = threading.Thread(target=serve, daemon=True)
        worker.start()
        yield door.getsockname()[1]
        worker.join(5)


@pytest.mark.parametrize("code", [0, 8, 5])
def test_an_answer_that_nobody_signed_is_neither_done_nor_expected_otherwise(code: int) -> None:
    with answering(bytes([0xA8, code])) as port:
        zone = zone_of("127.0.0.1", port=port)
        with pytest.raises(CommandFailed, match=r"without a signature|cannot be read"):
            TcpNameServers(lambda _name: (), Keys()).update(zone, moving(zone.names[PAY], "east", "west"))


def test_an_answer_that_breaks_off_is_none() -> None:
    with answering(b"\x80\x00", cut=True) as port:
        zone = zone_of("127.0.0.1", port=port)
        with pytest.raises(Unreachable, match="ended the conversation"):
            TcpNameServers(lambda _name: (), Keys()).look(zone, "127.0.0.1", PAY)


def test_an_answer_without_authority_is_none() -> None:
    with answering(b"\x80\x00") as port:
        zone = zone_of("127.0.0.1", port=port)
        with pytest.raises(CommandFailed, match=r"does not serve example\.net: no AA"):
            TcpNameServers(lambda _name: (), Keys()).look(zone, "127.0.0.1", PAY)
