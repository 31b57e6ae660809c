"""Logging in over SSH: host keys checked by device name, keys only, every failure in words that say what to do."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import paramiko

from jbnet.adapters.ssh_channel import deadline
from jbnet.model.errors import Missing, Refused, Unreachable
from jbnet.model.text import text


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


def require_known(device: str, file: Path) -> None:
    """See that the device's host key is known. Raises Refused where it is not: silence is not consent."""
    try:
        keys = paramiko.HostKeys(str(file)) if file.is_file() else paramiko.HostKeys()
    except (ValueError, paramiko.SSHException) as error:  # one damaged line makes the whole file unusable
        raise Refused(
            "{device}: the host keys in {file} cannot be read: {reason}",
            device=device,
            file=file,
            reason=error,
            hint=text("a line of it is damaged; `ssh-keygen -l -f {file}` shows which keys are whole", file=file),
        ) from error
    if keys.lookup(device) is None:
        raise Refused(
            "{device}: its host key is not in {file}, so nobody can say who answers there",
            device=device,
            file=file,
            hint=text(
                "read its fingerprint at its console; jbnet hostkeys learn {device} shows what it shows", device=device
            ),
        )


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


def login(
    device: str, user: str, ring: KeyRing, sock: socket.socket | paramiko.Channel, timeout: float
) -> paramiko.SSHClient:
    """Log in over a connected socket within ``timeout`` seconds. Closes the socket on failure.

    Raises Unreachable, Refused (host key) or Missing (no key of ours).
    """
    end = time.monotonic() + timeout
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.RejectPolicy())
    try:
        require_known(device, ring.known_hosts)
        key = ring.key(user)
        client.load_host_keys(str(ring.known_hosts))
        with deadline(timeout, sock.close):
            left = max(0.1, end - time.monotonic())
            client.connect(
                device, username=user, key_filename=str(key), sock=sock, look_for_keys=False, allow_agent=False,
                timeout=left, banner_timeout=left, auth_timeout=left, channel_timeout=left,
            )  # fmt: skip
    except BaseException as error:
        with contextlib.suppress(Exception):
            client.close()
        sock.close()
        if isinstance(error, (paramiko.SSHException, OSError, EOFError)):
            raise explain(device, user, ring.known_hosts, error, timeout) from error
        raise
    return client


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
