"""From topology/management.yaml to what devices are told: servers by name become addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.report import Report
from jbnet.inventory.schema.management import MORE_SERVERS, ManagementDecl, ManagementFile
from jbnet.model.equipment import Device
from jbnet.model.findings import Place
from jbnet.model.management import AaaServers, Management, NtpKey, Privilege, Snmp, TimeZone, User

MOST_USERS = 16
"""Local users that the smallest equipment takes."""
_TOP = "management"


class ManagementReader:
    """Reads the file with the devices at hand; one use."""

    def __init__(self, declared: Declaration, devices: Mapping[str, Device], report: Report) -> None:
        self._declared = declared
        self._devices = devices
        self._report = report

    def run(self) -> Management | None:
        """Return what devices are told, or None where nothing is declared; report servers that are nowhere."""
        item = self._declared.management
        if item is None:
            return None
        decl = item.decl.management
        self._check(item, decl)
        zone = TimeZone(decl.time_zone.name, decl.time_zone.minutes) if decl.time_zone else None
        return Management(
            time_zone=zone,
            banner=decl.banner,
            users=self._users(item, decl),
            aaa=self._aaa(item, decl),
            logins_from=decl.login.sources,
            idle_minutes=decl.login.idle_minutes,
            snmp=self._snmp(item, decl),
            ntp=self._servers(item, decl.ntp, "ntp"),
            ntp_key=self._ntp_key(item, decl),
            syslog=self._servers(item, decl.syslog, "syslog"),
            place=item.key_at(_TOP),
        )

    def _users(self, item: Item[ManagementFile], decl: ManagementDecl) -> tuple[User, ...]:
        return tuple(
            User(name, Privilege(user.privilege), user.secret or f"user-{name}", item.key_at(_TOP, "users", name))
            for name, user in sorted(decl.users.items())
        )

    def _aaa(self, item: Item[ManagementFile], decl: ManagementDecl) -> AaaServers | None:
        if decl.aaa is None:
            return None
        servers = self._servers(item, decl.aaa.servers, "aaa", "servers")
        return AaaServers(decl.aaa.protocol, servers, decl.aaa.secret, item.key_at(_TOP, "aaa"))

    def _ntp_key(self, item: Item[ManagementFile], decl: ManagementDecl) -> NtpKey | None:
        key = decl.ntp_key
        return NtpKey(key.id, key.secret, item.key_at(_TOP, "ntp_key")) if key is not None else None

    def _snmp(self, item: Item[ManagementFile], decl: ManagementDecl) -> Snmp | None:
        snmp = decl.snmp
        if snmp is None:
            return None
        managers = self._servers(item, snmp.managers, "snmp", "managers")
        secrets = snmp.auth_secret, snmp.priv_secret, snmp.community_secret
        return Snmp(snmp.user, snmp.auth, snmp.priv, *secrets, managers, item.key_at(_TOP, "snmp"))

    def _servers(self, item: Item[ManagementFile], names: Sequence[str], *keys: str) -> tuple[IPv4Address, ...]:
        if len(names) > MORE_SERVERS:
            self._too_many(item.at(_TOP, *keys), ".".join(keys), len(names), MORE_SERVERS)
        found = (self._server(item, name, (*keys, index)) for index, name in enumerate(names))
        return tuple(dict.fromkeys(address for address in found if address is not None))

    def _server(self, item: Item[ManagementFile], name: str, keys: tuple[str | int, ...]) -> IPv4Address | None:
        try:
            return IPv4Address(name)
        except AddressValueError:
            device = self._devices.get(name)
        if device is None:
            dangling(self._report, "device", name, self._devices, item.at(_TOP, *keys), self._declared, "JB224")
        return device.loopback if device else None

    def _check(self, item: Item[ManagementFile], decl: ManagementDecl) -> None:
        """Report what would lock people out: nobody who may change anything, or too many accounts."""
        if not any(user.privilege == "admin" for user in decl.users.values()):
            self._report.add("JB226", "no user may change anything: with the servers away nobody can mend a device",
                             item.key_at(_TOP, "users"))  # fmt: skip
        if len(decl.users) > MOST_USERS:
            self._too_many(item.key_at(_TOP, "users"), "users", len(decl.users), MOST_USERS)

    def _too_many(self, place: Place, key: str, count: int, limit: int) -> None:
        self._report.add("JB225", "{count} entries under {key}; equipment takes at most {limit}", place,
                         key=key, count=count, limit=limit)  # fmt: skip
