"""From declared zones to what their names say at each place."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.reach import management_addresses
from jbnet.inventory.report import Report
from jbnet.inventory.schema.dns import DnsZoneDecl, is_domain
from jbnet.model.dns import DnsKind, DnsRecord, DnsZone, MovableName
from jbnet.model.network import Network

APEX = "@"
_CALLED = "tsig-{key}"


def address_of(word: str) -> IPv4Address | IPv6Address | None:
    """Return what is written as an address, None for what is none."""
    try:
        return ip_address(word)
    except ValueError:
        return None


class DnsReader:
    """Reads the zones with the network at hand; one use."""

    def __init__(self, declared: Declaration, network: Network, report: Report) -> None:
        self._declared, self._network, self._report = declared, network, report

    def run(self) -> dict[str, DnsZone]:
        """Return the zones by name; report hosts, places and services that are not declared, and names twice."""
        taken: dict[str, Item[DnsZoneDecl]] = {}
        return {name: self._zone(item, taken) for name, item in self._declared.dns.items()}

    def _zone(self, item: Item[DnsZoneDecl], taken: dict[str, Item[DnsZoneDecl]]) -> DnsZone:
        decl = item.decl
        self._check_server(item, decl.primary, "primary")
        for index, server in enumerate(decl.secondaries):
            self._check_server(item, server, "secondaries", index)
        names = {}
        for key in decl.names:
            found = self._name(item, key)
            other = taken.setdefault(found.name, item)
            if other is not item:
                self._report.add("JB112", "{name} is declared twice", item.key_at("names", key), [other.place],
                                 name=found.name)  # fmt: skip
            names[found.name] = found
        secret = decl.secret or _CALLED.format(key=decl.tsig_key)
        return DnsZone(
            item.name,
            decl.primary,
            decl.secondaries,
            decl.port,
            decl.tsig_key,
            decl.algorithm,
            secret,
            names,
            item.place,
        )

    def _check_server(self, item: Item[DnsZoneDecl], server: str, *path: str | int) -> None:
        if address_of(server) is None and server not in self._network.devices:
            dangling(self._report, "device", server, self._network.devices, item.at(*path), self._declared)

    def _name(self, item: Item[DnsZoneDecl], key: str) -> MovableName:
        decl, services = item.decl.names[key], self._declared.services
        if key != APEX and not is_domain(key):
            self._report.add("JB111", "{name} is no domain name in lower case without its last dot",
                             item.key_at("names", key), name=key)  # fmt: skip
        for index, service in enumerate(decl.services):
            if service not in services:
                place = item.at("names", key, "services", index)
                dangling(self._report, "service", service, services, place, self._declared)
        homes = {**self._network.locations, **self._network.sites}
        for home in decl.at:
            if home not in homes:
                place = item.key_at("names", key, "at", home)
                dangling(self._report, "location", home, homes, place, self._declared)
        values = {home: self._records(item, key, home) for home in decl.at}
        whole = item.name if key == APEX else f"{key}.{item.name}"
        return MovableName(whole, decl.ttl, values, decl.services, item.key_at("names", key))

    def _records(self, item: Item[DnsZoneDecl], key: str, home: str) -> tuple[DnsRecord, ...]:
        words = enumerate(item.decl.names[key].at[home])
        found = [self._record(item, word, "names", key, "at", home, index) for index, word in words]
        return tuple(dict.fromkeys(record for record in found if record is not None))

    def _record(self, item: Item[DnsZoneDecl], word: str, *path: str | int) -> DnsRecord | None:
        """Return what one value says: an address, a host's address, or another name, which ends with a dot."""
        address = address_of(word)
        if address is not None:
            return DnsRecord(DnsKind.A if address.version == 4 else DnsKind.AAAA, str(address))
        if word.endswith("."):
            if not is_domain(word[:-1]):
                self._report.add("JB111", "{name} is no domain name in lower case without its last dot",
                                 item.at(*path), name=word[:-1])  # fmt: skip
            return DnsRecord(DnsKind.CNAME, word)
        device = self._network.devices.get(word)
        if device is None:
            dangling(self._report, "device", word, self._network.devices, item.at(*path), self._declared)
            return None
        addresses = management_addresses(device)
        if not addresses:
            self._report.add("JB421", "{host} has no address to which a name could lead", item.at(*path), host=word)
            return None
        return DnsRecord(DnsKind.A, str(addresses[0]))
