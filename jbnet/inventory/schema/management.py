"""What may be written in topology/management.yaml: what every device is told about its management."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from jbnet.inventory.schema.values import Declared, Prefix

_ACCOUNT = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_SECRET = re.compile(r"[a-z][a-z0-9-]{0,62}")
_ZONE = re.compile(r"[A-Z][A-Za-z]{2,6}")
_OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):(00|15|30|45)")
_BANNER = re.compile(r"[A-Za-z0-9 .,:;()/_-]{1,200}")
"""What no platform takes for the end of a banner, a question or a variable."""


def _matching(pattern: re.Pattern[str], wanted: str) -> AfterValidator:
    def check(value: str) -> str:
        if pattern.fullmatch(value) is None:
            raise PydanticCustomError("jb_value", wanted)
        return value

    return AfterValidator(check)


_TEXT = WithJsonSchema({"type": "string"})
Account = Annotated[str, _matching(_ACCOUNT, "a name of at most 31 characters a-z, 0-9, - and _"), _TEXT]
SecretName = Annotated[str, _matching(_SECRET, "the name of a secret: a-z, 0-9 and -"), _TEXT]
ZoneName = Annotated[str, _matching(_ZONE, "a time zone's name of 3 to 7 letters, such as CST"), _TEXT]
Offset = Annotated[str, _matching(_OFFSET, "hours and minutes east of Greenwich, such as +08:00"), _TEXT]
Banner = Annotated[str, _matching(_BANNER, "at most 200 letters, digits and plain signs"), _TEXT]
Server = str
"""An IPv4 address, or the name of a device, whose loopback is meant."""
Servers = Annotated[tuple[Server, ...], Field(strict=False)]
MORE_SERVERS = 4
"""More servers of one kind than this are refused: the smallest equipment takes no more."""


class TimeZoneDecl(Declared):
    """A time zone without summer time."""

    name: ZoneName
    offset: Offset

    @property
    def minutes(self) -> int:
        """Return the offset in minutes east of Greenwich."""
        sign = -1 if self.offset[0] == "-" else 1
        return sign * (int(self.offset[1:3]) * 60 + int(self.offset[4:6]))


class UserDecl(Declared):
    """A local user. ``secret`` names the password; by default ``user-NAME``."""

    privilege: Literal["admin", "operator"] = "operator"
    secret: SecretName | None = None


class AaaDecl(Declared):
    """Servers that are asked before the local users."""

    protocol: Literal["tacacs", "radius"]
    servers: Servers
    secret: SecretName = "aaa-key"  # noqa: S105  the name of a secret, not a secret


class LoginDecl(Declared):
    """SSH: from where, and after how many idle minutes a session ends."""

    sources: Annotated[tuple[Prefix, ...], Field(strict=False, alias="from")] = ()
    idle_minutes: Annotated[int, Field(ge=1, le=60)] = 10


class SnmpDecl(Declared):
    """The agent: its user and protocols, the names of its secrets, who may ask and is notified."""

    user: Account = "jbnet"
    auth: Literal["sha", "sha256"] = "sha"
    priv: Literal["aes128", "aes256"] = "aes128"
    auth_secret: SecretName = "snmp-v3-auth"  # noqa: S105  the name of a secret, not a secret
    priv_secret: SecretName = "snmp-v3-priv"  # noqa: S105  the secret's name
    community_secret: SecretName = "snmp-v2c-community"  # noqa: S105  the secret's name
    managers: Servers


class NtpKeyDecl(Declared):
    """The key by which time servers prove who they are: its id on the servers, the name of its secret."""

    id: Annotated[int, Field(ge=1, le=65535)]
    secret: SecretName = "ntp-key"  # noqa: S105  the name of a secret, not a secret


class ManagementDecl(Declared):
    """What every device is told."""

    time_zone: TimeZoneDecl | None = None
    banner: Banner | None = None
    users: dict[Account, UserDecl] = {}
    aaa: AaaDecl | None = None
    login: LoginDecl = LoginDecl()
    snmp: SnmpDecl | None = None
    ntp: Servers = ()
    ntp_key: NtpKeyDecl | None = None
    syslog: Servers = ()


class ManagementFile(Declared):
    """topology/management.yaml."""

    management: ManagementDecl
