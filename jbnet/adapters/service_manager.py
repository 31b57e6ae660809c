"""Telling systemd that the monitor is up and alive: the protocol of sd_notify(3), a datagram to a socket."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from contextlib import suppress


class ServiceManager:
    """Sends to the socket that the environment names; without one it does nothing."""

    def __init__(self, environment: Mapping[str, str] = os.environ):
        self._path = environment.get("NOTIFY_SOCKET", "")

    def ready(self) -> None:
        """Say that the service is up."""
        self._send("READY=1")

    def alive(self) -> None:
        """Say that it works; systemd restarts it when this is not heard for WatchdogSec."""
        self._send("WATCHDOG=1")

    def status(self, said: str) -> None:
        """Say in one line what ``systemctl status`` shows."""
        self._send("STATUS=" + said.replace("\n", " "))

    def stopping(self) -> None:
        """Say that it ends."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._path.startswith(("/", "@")):
            return
        address = "\0" + self._path[1:] if self._path[0] == "@" else self._path
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as one:
            one.setblocking(False)
            one.sendto(message.encode(), address)
