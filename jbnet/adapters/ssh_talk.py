"""A command over SSH that goes on running, and is spoken to in lines: one way on the network for a word, not three."""

from __future__ import annotations

import contextlib
import shlex
import socket
import time
from collections.abc import Sequence

import paramiko

from jbnet.adapters.ssh_channel import CHUNK, broken, open_channel
from jbnet.model.errors import Unreachable

LONGEST_LINE = 4096
"""Bytes; no answer of ours is longer."""


class Talk:
    """Implements Conversation over a channel of its own; the connection is shared with others. For one thread."""

    def __init__(self, host: str, transport: paramiko.Transport, argv: Sequence[str], timeout: float):
        self._host, self._argv = host, tuple(argv)
        self._heard = b""
        try:
            self._channel = open_channel(transport, timeout)
            self._channel.settimeout(timeout)
            self._channel.exec_command(shlex.join(argv))
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise broken(host, argv, error) from error

    def tell(self, line: str) -> None:
        """Send a line."""
        try:
            self._channel.sendall(f"{line}\n".encode())
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise broken(self._host, self._argv, error) from error

    def hear(self, timeout: float) -> str:
        """Return the next line."""
        end = time.monotonic() + timeout
        while b"\n" not in self._heard:
            part = self._received(max(0.001, end - time.monotonic()))
            if not part or len(self._heard) > LONGEST_LINE:
                raise Unreachable("{host}: the conversation ended without an answer", host=self._host)
            self._heard += part
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode("utf-8", "replace").strip()

    def _received(self, seconds: float) -> bytes:
        self._channel.settimeout(seconds)
        try:
            return self._channel.recv(CHUNK)
        except socket.timeout as error:  # noqa: UP041  paramiko's name for it
            raise Unreachable("{host}: no answer within the time given", host=self._host) from error
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise broken(self._host, self._argv, error) from error

    def close(self) -> None:
        """Close the channel, not the connection."""
        with contextlib.suppress(paramiko.SSHException, OSError, EOFError):
            self._channel.close()
