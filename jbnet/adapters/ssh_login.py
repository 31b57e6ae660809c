"""Logging in over SSH: host keys checked by device name, keys only, every failure in words that say what to do."""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import paramiko
from paramiko.hostkeys import HostKeyEntry

from jbnet.adapters.dial import dial
from jbnet.adapters.known_hosts import trusted
from jbnet.adapters.ssh_channel import deadline
from jbnet.model.errors import Missing, Refused, Unreachable
from jbnet.model.text import text

logging.getLogger("paramiko").addHandler(logging.NullHandler())
"""What a library logs is no message of ours: without a handler Python writes its tracebacks on stderr. Each failure is
raised here as well, in words (``explain``)."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The state directory's part in SSH: ``keys/<user>`` (private keys) and ``known_hosts`` (host keys by name)."""

    state_dir: Path

    @property
    def known_hosts(self) -> Path:
        """The file of host keys; its host names are device names, never addresses."""
        return self.state_dir / "known_hosts"

    def key(self, user: str) -> Path:
        """Return the private key of an account. Raises Missing."""
        file = self.state_dir / "keys" / user
        if not file.is_file():
            raise Missing(
                "no SSH key for the account {user}: {file} does not exist",
                user=user,
                file=file,
                hint=text("`jbnet lab up` makes the keys of a lab; otherwise put the private key there, mode 0600"),
            )
        return file


@dataclass(frozen=True, slots=True)
class Login:
    """How to get in. ``addresses`` are raced; ``device`` is the name under which the host key is known.

    Without ``key_file`` the password is used. ``open_timeout`` bounds connecting and logging in together, in seconds.
    ``sock``: connected already.
    """

    device: str
    user: str
    addresses: tuple[str, ...]
    known_hosts: Path
    key_file: Path | None = None
    password: str = field(default="", repr=False)
    port: int = 22
    open_timeout: float = 15.0
    sock: socket.socket | paramiko.Channel | None = None


def known_keys(device: str, file: Path) -> list[paramiko.PKey]:
    """Return the host keys by which this device is known; those of other devices are not even read.

    Raises Refused where there is none (silence is not consent), or where a line about the device is damaged.
    """
    keys = [entry.key for line in trusted(file, device) if (entry := _entry(device, file, line)) and entry.key]
    if not keys:
        raise Refused(
            "{device}: its host key is not in {file}, so nobody can say who answers there",
            device=device,
            file=file,
            hint=text(
                "read its fingerprint at its console; jbnet hostkeys learn {device} shows what it shows", device=device
            ),
        )
    return keys


def _entry(device: str, file: Path, line: str) -> HostKeyEntry | None:
    try:
        return HostKeyEntry.from_line(line)
    except (ValueError, paramiko.SSHException) as error:
        raise Refused(
            "{device}: the host keys in {file} cannot be read: {reason}",
            device=device,
            file=file,
            reason=error,
            hint=text("a line of it is damaged; `ssh-keygen -l -f {file}` shows which keys are whole", file=file),
        ) from error


def key_mismatch(device: str, error: paramiko.BadHostKeyException) -> Refused:
    """Return the refusal for a host key that is not the known one."""
    return Refused(
        "{device}: whoever answers there is not {device}: its host key is {actual}, expected {expected}",
        device=device,
        actual=error.key.fingerprint,
        expected=error.expected_key.fingerprint,
        hint=text("if {device} was exchanged: jbnet hostkeys learn {device} --replace {device}; "
                  "if not, somebody is in between", device=device),
    )  # fmt: skip


def connected(login: Login) -> paramiko.SSHClient:
    """Log in. Raises Unreachable, Refused (host key) or Missing (no key of ours)."""
    keys = known_keys(login.device, login.known_hosts)
    end = time.monotonic() + login.open_timeout
    sock = login.sock or dial(login.device, login.addresses, port=login.port, timeout=login.open_timeout)
    client = paramiko.SSHClient()
    try:
        with deadline(end - time.monotonic(), sock.close):
            _log_in(client, login, keys, sock, max(0.1, end - time.monotonic()))
    except BaseException as error:
        with contextlib.suppress(Exception):
            client.close()
        sock.close()
        if isinstance(error, (paramiko.SSHException, OSError, EOFError)):
            raise explain(login.device, login.user, login.known_hosts, error, login.open_timeout) from error
        raise
    return client


def _log_in(
    client: paramiko.SSHClient,
    login: Login,
    keys: Sequence[paramiko.PKey],
    sock: socket.socket | paramiko.Channel,
    seconds: float,
) -> None:
    """Log in over a connected socket. The port stays 22 for the library: the host key is known by the name alone."""
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    for key in keys:
        client.get_host_keys().add(login.device, key.get_name(), key)
    client.connect(
        login.device, username=login.user, sock=sock, look_for_keys=False, allow_agent=False,
        key_filename=str(login.key_file) if login.key_file else None, password=login.password or None,
        timeout=seconds, banner_timeout=seconds, auth_timeout=seconds, channel_timeout=seconds,
    )  # fmt: skip


def explain(device: str, user: str, known_hosts: Path, error: BaseException, timeout: float) -> Refused | Unreachable:
    """Turn a library's exception into the error a person sees."""
    if isinstance(error, paramiko.BadHostKeyException):
        return key_mismatch(device, error)
    if isinstance(error, paramiko.AuthenticationException):
        return Unreachable(
            "{device} does not let {user} in",
            device=device,
            user=user,
            hint=text("is our public key in the authorized_keys of {user} on {device}?", user=user, device=device),
        )
    return Unreachable(
        "{device} accepts the connection and its SSH server then fails or is silent (limit {seconds:g} s): {error}",
        device=device,
        seconds=timeout,
        error=str(error) or type(error).__name__,
        hint=text("look at the device's console: out of memory, too many logins, or something else on port 22"),
    )
