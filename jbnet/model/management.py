"""What every device is told about its management: who logs in, who asks, where its clock and its log come from.

Secrets are named here and held elsewhere (the port ``Secrets``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from jbnet.model.findings import Place


class Privilege(StrEnum):
    """What a user may do on a device."""

    ADMIN = "admin"
    """Everything."""
    OPERATOR = "operator"
    """Look, not change."""


@dataclass(frozen=True, slots=True)
class TimeZone:
    """A time zone without summer time: its name as shown, and minutes east of Greenwich."""

    name: str
    minutes: int


@dataclass(frozen=True, slots=True)
class User:
    """A local user. ``secret`` names the password."""

    name: str
    privilege: Privilege
    secret: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class AaaServers:
    """Servers that are asked before the local users: ``protocol`` tacacs (RFC 8907) or radius (RFC 2865)."""

    protocol: str
    servers: tuple[IPv4Address, ...]
    secret: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Snmp:
    """How agents answer (RFC 3414, 3415): one user, authPriv, or a community where equipment can no more.

    ``auth`` is sha or sha256, ``priv`` aes128 or aes256; ``*_secret`` name secrets. Only ``managers`` are answered;
    notifications go to each of them.
    """

    user: str
    auth: str
    priv: str
    auth_secret: str
    priv_secret: str
    community_secret: str
    managers: tuple[IPv4Address, ...]
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class NtpKey:
    """The symmetric key by which time servers prove who they are: keyed MD5 (RFC 5905, 7.3), which all servers have."""

    id: int
    secret: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Management:
    """All of it. ``logins_from``: the networks from which SSH is accepted; empty: from everywhere."""

    time_zone: TimeZone | None = None
    banner: str | None = None
    users: tuple[User, ...] = ()
    aaa: AaaServers | None = None
    logins_from: tuple[IPv4Network, ...] = ()
    idle_minutes: int = 10
    snmp: Snmp | None = None
    ntp: tuple[IPv4Address, ...] = ()
    ntp_key: NtpKey | None = None
    syslog: tuple[IPv4Address, ...] = ()
    place: Place | None = None
