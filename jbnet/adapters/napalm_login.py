"""How NAPALM's arguments for a driver say whom to log in to, and how."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jbnet.adapters.ssh_login import Login

MOST_OPEN_S = 15.0
"""How long logging in may take where nothing else is said."""


def napalm_login(hostname: str, username: str, password: str, timeout: float, given: Mapping[str, Any]) -> Login:
    """Return the login that a driver's arguments ask for; ``given`` are its ``optional_args``.

    ``hostname`` is the name under which the host key is known. ``optional_args``: ``addresses`` (tried as in
    RFC 8305; default: the host name), ``known_hosts`` (default ``~/.ssh/known_hosts``), ``key_file``, ``port``,
    ``sock`` (connected already) and ``open_timeout`` in seconds.
    """
    key_file = given.get("key_file")
    return Login(
        device=hostname,
        user=username,
        password=password,
        addresses=tuple(given.get("addresses", (hostname,))),
        known_hosts=Path(given.get("known_hosts") or Path.home() / ".ssh" / "known_hosts"),
        key_file=Path(key_file) if key_file else None,
        port=int(given.get("port", 22)),
        open_timeout=float(given.get("open_timeout", min(timeout, MOST_OPEN_S))),
        sock=given.get("sock"),
    )
