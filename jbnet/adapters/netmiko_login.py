"""Logging in with netmiko: addresses raced, the host key checked by device name, one deadline over all of it."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko

from jbnet.adapters.dial import dial
from jbnet.adapters.ssh_channel import deadline
from jbnet.adapters.ssh_login import explain, require_known


@dataclass(frozen=True, slots=True)
class Login:
    """How to get in. ``addresses`` are raced; ``device`` is the name under which the host key is known.

    Without ``key_file`` the password is used. ``open_timeout`` bounds connecting and logging in together, in seconds.
    """

    device: str
    user: str
    addresses: tuple[str, ...]
    known_hosts: Path
    key_file: Path | None = None
    password: str = field(default="", repr=False)
    port: int = 22
    open_timeout: float = 15.0
    sock: socket.socket | None = None


def netmiko_session(login: Login, device_type: str, *, prepare: bool = True) -> Any:
    """Log in. Raises Unreachable, Refused (host key) or Missing (no key of ours). netmiko has no types.

    Without ``prepare`` the channel is opened and nothing is typed into it: whoever asked reads the greeting.
    """
    from netmiko import ConnectHandler
    from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadException

    require_known(login.device, login.known_hosts)
    end = time.monotonic() + login.open_timeout
    sock = login.sock or dial(login.device, login.addresses, port=login.port, timeout=login.open_timeout)
    try:
        with deadline(end - time.monotonic(), sock.close):
            left = max(0.5, end - time.monotonic())
            connection = ConnectHandler(**_parameters(login, device_type, sock, left), auto_connect=prepare)
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


def _parameters(login: Login, device_type: str, sock: socket.socket, left: float) -> dict[str, Any]:
    """Return netmiko's parameters. The port stays 22 for it: the host key is looked up by name alone."""
    keyed = login.key_file is not None
    return {
        "device_type": device_type, "host": login.device, "username": login.user, "password": login.password,
        "sock": sock, "use_keys": keyed, "key_file": str(login.key_file) if keyed else None,
        "allow_agent": False, "ssh_strict": True, "system_host_keys": False, "alt_host_keys": True,
        "alt_key_file": str(login.known_hosts), "conn_timeout": left, "auth_timeout": left,
        "banner_timeout": left, "session_timeout": left, "keepalive": 15,
    }  # fmt: skip
