"""Logging in with netmiko: addresses raced, the host key checked by device name, one deadline over all of it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from typing import Any

import paramiko

from jbnet.adapters.dial import dial
from jbnet.adapters.known_hosts import trusted
from jbnet.adapters.ssh_channel import deadline
from jbnet.adapters.ssh_login import Login, explain, known_keys


def netmiko_session(login: Login, device_type: str, *, prepare: bool = True) -> Any:
    """Log in. Raises Unreachable, Refused (host key) or Missing (no key of ours). netmiko has no types.

    Without ``prepare`` the channel is opened and nothing is typed into it: whoever asked reads the greeting.
    """
    from netmiko import ConnectHandler
    from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadException

    known_keys(login.device, login.known_hosts)
    end = time.monotonic() + login.open_timeout
    sock = login.sock or dial(login.device, login.addresses, port=login.port, timeout=login.open_timeout)
    try:
        with deadline(end - time.monotonic(), sock.close), _known_alone(login) as known:
            left = max(0.5, end - time.monotonic())
            connection = ConnectHandler(**_parameters(login, device_type, sock, known, left), auto_connect=prepare)
            if not prepare:
                connection.establish_connection(width=511, height=1000)
            return connection
    except (NetmikoTimeoutException, NetmikoAuthenticationException, ReadException, paramiko.SSHException,
            OSError, EOFError, AttributeError) as error:  # fmt: skip
        sock.close()
        cause = error.__context__ if isinstance(error.__context__, (paramiko.SSHException, OSError)) else error
        raise explain(login.device, login.user, login.known_hosts, cause, login.open_timeout) from error
    except BaseException:
        sock.close()
        raise


@contextmanager
def _known_alone(login: Login) -> Iterator[str]:
    """Have a file with the device's own host keys: the library parses every line, and compares each with all before."""
    with NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(f"{line}\n" for line in trusted(login.known_hosts, login.device))
        file.flush()
        yield file.name


def _parameters(
    login: Login, device_type: str, sock: socket.socket | paramiko.Channel, known: str, left: float
) -> dict[str, Any]:
    """Return netmiko's parameters. The port stays 22 for it: the host key is looked up by name alone."""
    keyed = login.key_file is not None
    return {
        "device_type": device_type, "host": login.device, "username": login.user, "password": login.password,
        "sock": sock, "use_keys": keyed, "key_file": str(login.key_file) if keyed else None,
        "allow_agent": False, "ssh_strict": True, "system_host_keys": False, "alt_host_keys": True,
        "alt_key_file": known, "conn_timeout": left, "auth_timeout": left,
        "banner_timeout": left, "session_timeout": left, "keepalive": 15,
    }  # fmt: skip
