"""DeviceSessions for routers with FRR: addresses from the declaration, keys from the state directory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from jbnet.adapters.frr.session import FrrSession
from jbnet.adapters.line_differ import LineDiffer
from jbnet.adapters.ssh_login import KeyRing
from jbnet.config.managing import ACCOUNT
from jbnet.model.network import Device
from jbnet.ports import Differ

OPEN_S = 15.0
OPERATION_S = 60


class FrrSessions:
    """Hands out inert sessions; each has its own connection, so that one hung device stops no other."""

    def __init__(
        self, state_dir: Path, addresses: Callable[[str], Sequence[str]], *, open_timeout: float = OPEN_S
    ) -> None:
        self.ring = KeyRing(state_dir)
        self.addresses = addresses
        self.open_timeout = open_timeout

    def differ(self, device: Device) -> Differ:
        """Return what compares configurations of FRR."""
        del device
        return LineDiffer()

    def session(self, device: Device) -> FrrSession:
        """Return a session that has not logged in yet. Raises Missing without a key for the account."""
        return FrrSession(
            device.name, ACCOUNT, timeout=OPERATION_S,
            optional_args={
                "addresses": tuple(self.addresses(device.name)), "known_hosts": self.ring.known_hosts,
                "key_file": self.ring.key(ACCOUNT), "open_timeout": self.open_timeout,
            },
        )  # fmt: skip
