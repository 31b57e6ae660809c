"""What NAPALM's getters ask an FRR device; how the answers become NAPALM's shapes is in ``models``."""

from __future__ import annotations

import json
from typing import Any

from jbnet.adapters.frr import models
from jbnet.model.errors import CommandFailed
from jbnet.ports import Completed


class Getters:
    """The reading half of the driver. All raise Unreachable, and CommandFailed where FRR refuses."""

    hostname: str

    def _vtysh(self, command: str) -> str:
        raise NotImplementedError

    def _run(self, *argv: str, timeout: float | None = None) -> Completed:
        raise NotImplementedError

    def _json(self, command: str) -> dict[str, Any]:
        """Return what a show command answers; nothing where the daemon it asks is none of this device's."""
        try:
            said = self._vtysh(f"{command} json")
        except CommandFailed as refusal:
            if str(refusal).endswith("is not running"):
                return {}
            raise
        return dict(_parsed(self.hostname, command, said or "{}"))

    def _listed(self, *argv: str) -> list[Any]:
        done = self._run(*argv)
        return list(_parsed(self.hostname, argv[0], done.stdout or "[]"))

    def get_facts(self) -> dict[str, Any]:
        """Return NAPALM's facts; Linux has no serial number to show an account without rights."""
        uptime = self._run("cat", "/proc/uptime").stdout
        hostname = self._run("hostname").stdout
        return models.facts(self._vtysh("show version"), uptime, hostname, self._json("show interface"))

    def get_interfaces(self) -> dict[str, dict[str, Any]]:
        """Return state, MTU, speed (Mbit/s) and description of each interface."""
        return models.interfaces(self._json("show interface"))

    def get_interfaces_ip(self) -> dict[str, dict[str, Any]]:
        """Return the addresses of each interface."""
        return models.interface_addresses(self._json("show interface"))

    def get_interfaces_counters(self) -> dict[str, dict[str, int]]:
        """Return the kernel's 64-bit counters of each interface."""
        return models.counters(self._listed("ip", "-j", "-s", "link"))

    def get_arp_table(self, vrf: str = "") -> list[dict[str, Any]]:
        """Return the neighbours of which the link address is known. ``vrf``: the default one only."""
        if vrf not in ("", "default", "global"):
            raise NotImplementedError(f"vrf {vrf}")
        return models.arp(self._listed("ip", "-4", "-j", "-s", "neigh"))

    def get_ospf_neighbors(self) -> list[dict[str, Any]]:
        """Return one mapping a neighbour: ``router_id``, ``interface``, ``state`` (RFC 2328), ``address``."""
        return models.ospf_neighbours(self._json("show ip ospf neighbor"))

    def get_bgp_neighbors(self) -> dict[str, dict[str, Any]]:
        """Return the sessions of the default VRF under ``global``."""
        return models.bgp_neighbours(self._json("show bgp neighbors"))

    def get_route_to(self, destination: str = "", protocol: str = "", longer: bool = False) -> dict[str, Any]:
        """Return the routes to an address or prefix (all without one), of one protocol if given."""
        words = ["show ip route", destination, "longer-prefixes" if longer and destination else ""]
        return models.routes(self._json(" ".join(word for word in words if word)), protocol)

    def ping(
        self, destination: str, source: str = "", ttl: int = 255, timeout: int = 2, size: int = 100, count: int = 5,
        vrf: str = "", source_interface: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Ping from the device; ``timeout`` in seconds per probe, ``size`` in bytes. ``vrf``: the default one only."""
        if vrf:
            raise NotImplementedError(f"vrf {vrf}")
        origin = source or source_interface
        argv = ["ping", "-n", "-c", str(count), "-t", str(ttl), "-W", str(timeout), "-s", str(size), "-i", "0.2"]
        done = self._run(*argv, *(["-I", origin] if origin else []), destination, timeout=count * (timeout + 1) + 5.0)
        return models.ping(done.stdout + done.stderr)


def _parsed(device: str, command: str, said: str) -> Any:
    try:
        return json.loads(said)
    except ValueError as error:
        raise CommandFailed(
            "{device}: the answer to `{command}` is not JSON: {error}", device=device, command=command, error=error
        ) from error
