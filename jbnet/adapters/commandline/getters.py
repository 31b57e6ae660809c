"""What NAPALM's getters ask a router of Huawei's kind; how the answers become NAPALM's shapes is in its ``models``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from jbnet.adapters.commandline.driver import CommandLineDriver
from jbnet.adapters.commandline.shapes import brief
from jbnet.model.errors import CommandFailed


@dataclass(frozen=True, slots=True)
class Asks:
    """The commands in which the systems differ. ``routes`` has ``{wanted}`` where the destination stands."""

    serial: str
    lldp: str
    arp: str
    ospf: str
    bgp: tuple[str, ...]
    routes: str


class Models(Protocol):
    """How one system's answers become NAPALM's shapes: a module ``models``. Text in, data out."""

    def facts(self, version: str, serial: str, hostname: str, ports: list[str]) -> dict[str, Any]:
        """Return NAPALM's ``get_facts``."""

    def ports(self, said: str) -> Iterator[tuple[str, str, str]]:
        """Give name, state and block of each interface."""

    def interfaces(self, said: str) -> dict[str, dict[str, Any]]:
        """Return NAPALM's ``get_interfaces``."""

    def interface_addresses(self, said: str) -> dict[str, dict[str, Any]]:
        """Return NAPALM's ``get_interfaces_ip``."""

    def counters(self, said: str) -> dict[str, dict[str, int]]:
        """Return NAPALM's ``get_interfaces_counters``."""

    def lldp(self, said: str) -> dict[str, list[dict[str, Any]]]:
        """Return NAPALM's ``get_lldp_neighbors_detail``."""

    def arp(self, said: str) -> list[dict[str, Any]]:
        """Return NAPALM's ``get_arp_table``."""

    def ospf_neighbours(self, said: str) -> list[dict[str, Any]]:
        """Return one mapping a neighbour."""

    def bgp_neighbours(self, *said: str) -> dict[str, dict[str, Any]]:
        """Return NAPALM's ``get_bgp_neighbors`` from the answers to ``Asks.bgp``."""

    def routes(self, said: str, protocol: str) -> dict[str, list[dict[str, Any]]]:
        """Return NAPALM's ``get_route_to``."""

    def ping(self, said: str) -> dict[str, Any]:
        """Return NAPALM's ``ping``."""


class Getters(CommandLineDriver):
    """The reading half of the drivers. All raise Unreachable, and CommandFailed where the system refuses."""

    asks: Asks
    models: Models

    def _optional(self, line: str) -> str:
        """Return the answer; nothing where the feature is not there: the system then answers with an error."""
        try:
            return self._ask(line)
        except CommandFailed:
            return ""

    def _interface_text(self) -> str:
        return self._ask("display interface")

    def get_facts(self) -> dict[str, Any]:
        """Return NAPALM's facts."""
        ports = [name for name, _, _ in self.models.ports(self._interface_text())]
        serial = self._optional(self.asks.serial)
        return self.models.facts(self._ask("display version"), serial, self._sysname(), ports)

    def _sysname(self) -> str:
        said = self._ask("display current-configuration")
        names = (line.split()[1] for line in said.splitlines() if line.strip().startswith("sysname "))
        return next(names, self.hostname)

    def get_interfaces(self) -> dict[str, dict[str, Any]]:
        """Return state, MTU, speed (Mbit/s) and description of each interface."""
        return self.models.interfaces(self._interface_text())

    def get_interfaces_ip(self) -> dict[str, dict[str, Any]]:
        """Return the IPv4 addresses of each interface."""
        return self.models.interface_addresses(self._interface_text())

    def get_interfaces_counters(self) -> dict[str, dict[str, int]]:
        """Return the counters of each interface."""
        return self.models.counters(self._interface_text())

    def get_lldp_neighbors(self) -> dict[str, list[dict[str, str]]]:
        """Return who is at the other end of each port."""
        return brief(self.get_lldp_neighbors_detail())

    def get_lldp_neighbors_detail(self, interface: str = "") -> dict[str, list[dict[str, Any]]]:
        """Return the same with all that they tell, of one port where it is named."""
        found = self.models.lldp(self._optional(self.asks.lldp))
        return {port: seen for port, seen in found.items() if interface in ("", port)}

    def get_arp_table(self, vrf: str = "") -> list[dict[str, Any]]:
        """Return the IPv4 neighbours whose link address is known, of one VPN instance where it is named."""
        return self.models.arp(self._ask(f"display arp vpn-instance {vrf}" if vrf else self.asks.arp))

    def get_ospf_neighbors(self) -> list[dict[str, Any]]:
        """Return one mapping a neighbour: ``router_id``, ``interface``, ``state`` (RFC 2328), ``address``."""
        return self.models.ospf_neighbours(self._optional(self.asks.ospf))

    def get_bgp_neighbors(self) -> dict[str, dict[str, Any]]:
        """Return the sessions of the public instance under ``global``."""
        return self.models.bgp_neighbours(*map(self._optional, self.asks.bgp))

    def get_established_tunnels(self) -> list[str]:
        """Raise NotImplementedError: what these systems print of security associations is proved on none of them."""
        raise NotImplementedError("security associations")

    def get_route_to(self, destination: str = "", protocol: str = "", longer: bool = False) -> dict[str, Any]:
        """Return the routes to an address or prefix (all without one), of one protocol if given."""
        wanted = destination.replace("/", " ") + (" longer-match" if longer and destination else "")
        line = " ".join(self.asks.routes.format(wanted=wanted).split())
        return self.models.routes(self._ask(line), protocol)

    def ping(
        self, destination: str, source: str = "", ttl: int = 255, timeout: int = 2, size: int = 100, count: int = 5,
        vrf: str = "", source_interface: str = "",
    ) -> dict[str, Any]:  # fmt: skip
        """Ping from the device; ``timeout`` in seconds per probe, ``size`` in bytes."""
        words = ["ping", "-c", str(count), "-h", str(ttl), "-t", str(timeout * 1000), "-s", str(size)]
        words += ["-a", source] if source else []
        words += ["-i", source_interface] if source_interface else []
        words += ["-vpn-instance", vrf] if vrf else []
        return self.models.ping(self._ask(" ".join([*words, destination])))
