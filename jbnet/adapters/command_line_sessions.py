"""DeviceSessions for routers of Huawei and H3C: addresses from the declaration, keys or passwords as there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jbnet.adapters.ssh_login import KeyRing
from jbnet.config.managing import ACCOUNT
from jbnet.model.errors import Missing
from jbnet.model.network import Device
from jbnet.model.text import text
from jbnet.ports import Differ, Secrets

if TYPE_CHECKING:  # NAPALM and netmiko take 0.4 s to import, and a network of FRR needs neither
    from jbnet.adapters.commandline.driver import CommandLineDriver

OPEN_S = 15.0
OPERATION_S = 60
PLATFORMS = ("comware7", "ios", "vrp5", "vrp8")


class CommandLineSessions:
    """Hands out inert sessions for ``vrp8``, ``vrp5`` and ``comware7``.

    The account's key of the state directory logs in; without one the secret ``user-ACCOUNT`` does. ``may_restart``
    says of which VRP5 routers a planned restart may be the timer.
    """

    def __init__(
        self,
        state_dir: Path,
        addresses: Callable[[str], Sequence[str]],
        secrets: Secrets,
        *,
        port: int = 22,
        may_restart: Callable[[Device], bool] = lambda _device: False,
    ) -> None:
        self.ring = KeyRing(state_dir)
        self.addresses, self.secrets, self.port, self.may_restart = addresses, secrets, port, may_restart

    def session(self, device: Device) -> CommandLineDriver:
        """Return a session that has not logged in yet. Raises Missing without key and secret, or without a driver."""
        given: dict[str, Any] = {
            "addresses": tuple(self.addresses(device.name)), "known_hosts": self.ring.known_hosts, "port": self.port,
            "open_timeout": OPEN_S, "reboot_timer": self.may_restart(device),
        }  # fmt: skip
        key = self.ring.state_dir / "keys" / ACCOUNT
        if key.is_file():
            given["key_file"] = key
        password = "" if key.is_file() else self.secrets.get(f"user-{ACCOUNT}").reveal()
        return _driver(device.platform)(device.name, ACCOUNT, password, timeout=OPERATION_S, optional_args=given)

    def differ(self, device: Device) -> Differ:
        """Return what compares configurations of its platform. Raises Missing where there is none."""
        return _driver(device.platform).differ


def _driver(platform: str) -> type[CommandLineDriver]:
    from jbnet.adapters.comware import ComwareDriver
    from jbnet.adapters.ios import IosDriver
    from jbnet.adapters.vrp import Vrp5Driver, Vrp8Driver

    drivers: dict[str, type[CommandLineDriver]] = {
        "vrp8": Vrp8Driver, "vrp5": Vrp5Driver, "comware7": ComwareDriver, "ios": IosDriver
    }  # fmt: skip
    if platform not in drivers:
        raise Missing(
            "no driver of jbnet's own for the platform {platform}; there are: {known}",
            platform=platform, known=", ".join(PLATFORMS), hint=text("NAPALM's own drivers serve other platforms"),
        )  # fmt: skip
    return drivers[platform]
