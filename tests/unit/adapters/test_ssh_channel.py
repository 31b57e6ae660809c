"""One command over a channel: whatever the far side does, it ends."""

from __future__ import annotations

import threading
from typing import cast

import paramiko
import pytest

from jbnet.adapters import ssh_channel
from jbnet.adapters.ssh_channel import execute
from jbnet.model.errors import Unreachable


class Endless:
    """A far side that never stops printing, on one stream or the other. Stands for paramiko's channel."""

    def __init__(self, *, on_stderr: bool) -> None:
        self.on_stderr = on_stderr
        self.closed = False
        self.given = 0
        self.status_event = threading.Event()

    def close(self) -> None:
        self.closed = True

    def settimeout(self, seconds: float) -> None: ...

    def exec_command(self, command: str) -> None: ...

    def sendall(self, data: bytes) -> None: ...

    def shutdown_write(self) -> None: ...

    def exit_status_ready(self) -> bool:
        return False

    def recv_stderr_ready(self) -> bool:
        return self.on_stderr and not self.closed

    def recv(self, size: int) -> bytes:
        return self._piece(size)

    def recv_stderr(self, size: int) -> bytes:
        return self._piece(size)

    def _piece(self, size: int) -> bytes:
        piece = b"" if self.closed else b"x" * size
        self.given += len(piece)
        return piece


@pytest.mark.parametrize("on_stderr", [False, True])
def test_a_command_that_prints_without_end_is_cut_off_and_named(on_stderr: bool) -> None:
    channel = Endless(on_stderr=on_stderr)
    with pytest.raises(Unreachable, match=r"core-r1: `vtysh` printed more than 16 MiB"):
        execute("core-r1", cast(paramiko.Channel, channel), ["vtysh"], timeout=600.0)
    assert channel.closed
    assert channel.given <= ssh_channel.MOST_BYTES + 2 * ssh_channel.CHUNK


@pytest.mark.parametrize("on_stderr", [False, True])
def test_the_time_limit_also_ends_a_command_that_goes_on_printing(
    on_stderr: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ssh_channel, "MOST_BYTES", 2**60)
    monkeypatch.setattr(ssh_channel, "CHUNK", 1)
    channel = Endless(on_stderr=on_stderr)
    with pytest.raises(Unreachable, match=r"did not end within 0\.2 s"):
        execute("core-r1", cast(paramiko.Channel, channel), ["vtysh"], timeout=0.2)
