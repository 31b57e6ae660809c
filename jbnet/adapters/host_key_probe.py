"""Asking SSH servers for their host keys, as ssh-keyscan does: the key exchange is begun, nobody logs in."""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from collections.abc import Callable, Sequence

import paramiko

from jbnet.adapters.dial import dial
from jbnet.model.errors import Unreachable
from jbnet.model.host_keys import HostKey
from jbnet.model.network import Device
from jbnet.model.text import text

PROBE_S = 15.0
FAMILIES = ("ssh-ed25519", "ecdsa-", "rsa")
"""A server has one key of each at most; each is asked for over a connection of its own."""
_LOG = "jbnet.host_key_probe"


class SshKeyProbes:
    """Implements HostKeyProbes: addresses come from the declaration."""

    def __init__(self, addresses: Callable[[str], Sequence[str]], *, port: int = 22, timeout: float = PROBE_S):
        self._addresses, self._port, self._timeout = addresses, port, timeout
        logging.getLogger(_LOG).addHandler(logging.NullHandler())  # paramiko logs what a server does not offer

    def probe(self, device: Device) -> SshKeyProbe:
        """Return an inert probe."""
        return SshKeyProbe(device.name, self._addresses(device.name), self._port, self._timeout)


class SshKeyProbe:
    """Implements HostKeyProbe. ``timeout`` bounds all of it, in seconds."""

    def __init__(self, device: str, addresses: Sequence[str], port: int, timeout: float):
        self._device, self._addresses, self._port, self._timeout = device, addresses, port, timeout
        self._socket: socket.socket | None = None
        self._closed = False

    def keys(self) -> tuple[HostKey, ...]:
        """Return the keys that the server shows. Raises Unreachable, also where it shows none that we can read."""
        end = time.monotonic() + self._timeout
        found = [key for family in FAMILIES if (key := self._ask(family, end)) is not None]
        if not found:
            raise Unreachable(
                "{device} shows no host key of a kind that we know: {kinds}",
                device=self._device, kinds="ed25519, ecdsa, rsa",
                hint=text("what answers on port {port} there may be no SSH server", port=self._port),
            )  # fmt: skip
        return tuple(found)

    def close(self) -> None:
        """End it; never raises."""
        self._closed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.close()

    def _ask(self, family: str, end: float) -> HostKey | None:
        """Return the server's key of a family; None where it has none."""
        if self._closed:
            raise Unreachable("{host}: the session is not open", host=self._device)
        left = max(0.1, end - time.monotonic())
        self._socket = dial(self._device, self._addresses, port=self._port, timeout=left)
        try:
            transport = paramiko.Transport(self._socket)
            try:
                return _shown(transport, family, max(0.1, end - time.monotonic()))
            finally:
                transport.close()
        except (paramiko.SSHException, OSError, EOFError) as error:
            raise Unreachable(
                "{device} accepts the connection and its SSH server then fails or is silent (limit {seconds:g} s): "
                "{error}",
                device=self._device, seconds=self._timeout, error=str(error) or type(error).__name__,
            ) from error  # fmt: skip
        finally:
            self._socket.close()


def _shown(transport: paramiko.Transport, family: str, timeout: float) -> HostKey | None:
    transport.set_log_channel(_LOG)
    options = transport.get_security_options()
    options.key_types = tuple(kind for kind in options.key_types if family in kind)
    try:
        transport.start_client(timeout=timeout)
    except paramiko.ssh_exception.IncompatiblePeer:
        return None
    key = transport.get_remote_server_key()
    return HostKey(key.get_name(), key.get_base64())
