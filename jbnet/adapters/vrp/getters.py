"""What NAPALM's getters ask a VRP router; how the answers become NAPALM's shapes is in ``models``."""

from __future__ import annotations

from typing import Any

from jbnet.adapters.commandline.driver import CommandLineDriver
from jbnet.adapters.commandline.shapes import brief
from jbnet.adapters.vrp import models
from jbnet.model.errors import CommandFailed


class VrpGetters(CommandLineDriver):
    """The reading half of the drivers. All raise Unreachable, and CommandFailed where VRP refuses."""

    probe = "ip route-static 192.0.2.1 255.255.255.255 NULL0"

    def _optional(self, line: str) -> str:
        """Return the answer; nothing where the feature is not configured: VRP then answers with an error."""
        try:
            return self._ask(line)
        except CommandFailed:
            return ""

    def _interface_text(self) -> str:
        return self._ask("display interface")

    def get_facts(self) -> dict[str, Any]:
        """Return NAPALM's facts."""
        ports = [name for name, _, _ in models.ports(self._interface_text())]
        return models.facts(self._ask("display version"), self._optional("display esn"), self._sysname(), ports)

    def _sysname(self) -> str:
        said = self._ask("display current-configuration")
        names = (line.split()[1] for line in said.splitlines() if line.strip().startswith("sysname "))
        return next(names, self.hostname)

    def get_interfaces(self) -> dict[str, dict[str, Any]]:
        """Return state, MTU, speed (Mbit/s) and description of each interface."""
        return models.interfaces(self._interface_text())

    def get_interfaces_ip(self) -> dict[str, dict[str, Any]]:
        """Return the IPv4 addresses of each interface."""
        return models.interface_addresses(self._interface_text())

    def get_interfaces_counters(self) -> dict[str, dict[str, int]]:
        """Return the counters of each interface."""
        return models.counters(self._interface_text())

    def get_lldp_neighbors(self) -> dict[str, list[dict[str, str]]]:
        """Return who is at the other end of each port."""
        return brief(models.lldp(self._optional("display lldp neighbor")))

    def get_lldp_neighbors_detail(self, interface: str = "") -> dict[str, list[dict[str, Any]]]:
        """Return the same with all that they tell, of one port where it is named."""
        found = models.lldp(self._optional("display lldp neighbor"))
        return {port: seen for port, seen in found.items() if interface in ("", port)}

    def get_arp_table(self, vrf: str = "") -> list[dict[str, Any]]:
        """Return the IPv4 neighbours whose link address is known, of one VPN instance where it is named."""
        return models.arp(self._ask(f"display arp vpn-instance {vrf}" if vrf else "display arp all"))

    def get_ospf_neighbors(self) -> list[dict[str, Any]]:
        """Return one mapping a neighbour: ``router_id``, ``interface``, ``state`` (RFC 2328), ``address``."""
        return models.ospf_neighbours(self._optional("display ospf peer"))

    def get_bgp_neighbors(self) -> dict[str, dict[str, Any]]:
        """Return the sessions of the public instance under ``global``."""
        return models.bgp_neighbours(self._optional("display bgp peer"), self._optional("display bgp peer verbose"))

    def get_route_to(self, destination: str = "", protocol: str = "", longer: bool = False) -> dict[str, Any]:
        """Return the routes to an address or prefix (all without one), of one protocol if given."""
        words = [destination.replace("/", " "), "longer-match" if longer and destination else ""]
        wanted = " ".join(word for word in words if word)
        return models.routes(self._ask(" ".join(f"display ip routing-table {wanted} verbose".split())), protocol)

    def ping(
        self, destination: str, source: str = "", ttl: int = 255, timeout: int = 2, size: int = 100, count: int = 5,
        vrf: str = "", source_interface: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Ping from the device; ``timeout`` in seconds per probe, ``size`` in bytes."""
        words = ["ping", "-c", str(count), "-h", str(ttl), "-t", str(timeout * 1000), "-s", str(size)]
        words += ["-a", source] if source else []
        words += ["-i", source_interface] if source_interface else []
        words += ["-vpn-instance", vrf] if vrf else []
        return models.ping(self._ask(" ".join([*words, destination])))
