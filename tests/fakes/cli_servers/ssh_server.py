"""A real SSH server in front of a router in memory: paramiko, one thread a session, a port of its own."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)

from cli_servers.comware import Comware, ComwareShell
from cli_servers.ios import Ios, IosShell
from cli_servers.router import Router
from cli_servers.shell import Shell
from cli_servers.vrp5 import Vrp5, Vrp5Shell
from cli_servers.vrp8 import Vrp8, Vrp8Shell

SHELLS: dict[type[Router], Callable[..., Shell]] = {
    Vrp8: Vrp8Shell,
    Vrp5: Vrp5Shell,
    Comware: ComwareShell,
    Ios: IosShell,
}


@cache
def host_key() -> paramiko.ECDSAKey:
    """All routers of a test run share one: making keys takes time."""
    return paramiko.ECDSAKey.generate()


class _Login(paramiko.ServerInterface):
    def __init__(self, router: Router) -> None:
        self.router = router
        self.shell = threading.Event()

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_auth_password(self, username: str, password: str) -> int:
        fits = self.router.passwords.get(username) == password
        return AUTH_SUCCESSFUL if fits else AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        fits = (username, key.get_base64()) in self.router.keys
        return AUTH_SUCCESSFUL if fits else AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED

    def check_channel_pty_request(self, *_: object) -> bool:
        return True

    def check_channel_shell_request(self, channel: paramiko.Channel) -> bool:
        self.shell.set()
        return True


class SshServer:
    """Serves a router on 127.0.0.1 until it is closed."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.logins = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.router.drop_sessions()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        if self.router.cut:
            connection.close()
            return
        transport = paramiko.Transport(connection)
        transport.add_server_key(host_key())
        login = _Login(self.router)
        try:
            transport.start_server(server=login)
            channel = transport.accept(10)
            if channel is not None and login.shell.wait(10):
                self.logins += 1
                self._talk(transport, channel)
        except (paramiko.SSHException, OSError, EOFError):
            pass  # the client went away
        finally:
            transport.close()

    def _talk(self, transport: paramiko.Transport, channel: paramiko.Channel) -> None:
        router = self.router

        def write(text: str) -> None:
            said, piece = text.encode(), router.faults.piece or len(text.encode()) or 1
            for start in range(0, len(said), piece):
                channel.sendall(said[start : start + piece])
                if router.faults.pause and len(text) > 1:
                    time.sleep(router.faults.pause)

        def hang_up() -> None:
            transport.close()

        with router.lock:
            router.hang_ups.append(hang_up)
        shell = SHELLS[type(router)](router, write, hang_up)
        try:
            shell.start()
            while data := channel.recv(4096):
                shell.feed(data.decode("utf-8", "replace"))
        except OSError:
            pass  # hung up while something was being said
        finally:
            with router.lock:
                router.hang_ups.remove(hang_up)
                router.session_ended(shell)


@contextlib.contextmanager
def serving(router: Router) -> Iterator[SshServer]:
    """Serve a router for the length of a block."""
    server = SshServer(router)
    try:
        yield server
    finally:
        server.close()


def known_hosts_line(device: str) -> str:
    """Return the line under which a device's key is known."""
    key = host_key()
    return f"{device} {key.get_name()} {key.get_base64()}\n"
