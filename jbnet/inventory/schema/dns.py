"""What may be written of zones: name servers, the key for changes, the names that may be moved."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from jbnet.inventory.schema.values import Declared, Port, Some

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?"
DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*\Z")
"""A domain name in lower case without its last dot (RFC 1035, 2.3.1; RFC 2181, 11, allows more than is wise)."""
MOST_NAME = 253
MOST_TTL_S = 604_800
"""A week; RFC 2181, 8, allows 68 years."""


def is_domain(name: str) -> bool:
    """Say whether it is a domain name in lower case, without its last dot."""
    return len(name) <= MOST_NAME and DOMAIN.match(name) is not None


def _domain(value: str) -> str:
    if not is_domain(value):
        raise PydanticCustomError("jb_value", "a domain name in lower case without its last dot")
    return value


Server = Annotated[str, Field(min_length=1, max_length=63)]
Value = Annotated[str, Field(min_length=1, max_length=254)]
Values = Annotated[tuple[Value, ...], Field(strict=False, max_length=32)]


class MovableNameDecl(Declared):
    """A name that may be moved.

    ``at``: what it says, by location or site: hosts, addresses, or one other name with its last dot. ``ttl``: seconds
    for which clients keep what they were told. ``services``: whose clients look it up; their objectives bound the TTL.
    """

    ttl: Annotated[int, Field(ge=0, le=MOST_TTL_S)]
    at: Annotated[dict[str, Values], Field(max_length=8)]
    services: tuple[str, ...] = Some


class DnsZoneDecl(Declared):
    """A zone. ``primary``: the name server that takes changes. ``secondaries``: those that follow it.

    Each is a device, or the address of a host that is none. ``tsig_key``: the name of the key (RFC 8945) by which the
    primary takes changes from jbnet. ``secret``: what that key is called among the secrets; without it, tsig-KEY.
    ``names``: what may be moved, by their names in the zone; ``@`` is the zone's own.
    """

    primary: Server
    secondaries: Annotated[tuple[Server, ...], Field(strict=False, max_length=16)] = ()
    port: Port = 53
    tsig_key: Annotated[str, AfterValidator(_domain)]
    algorithm: Literal["hmac-sha256", "hmac-sha384", "hmac-sha512"] = "hmac-sha256"
    secret: Annotated[str, Field(min_length=1, max_length=63)] | None = None
    names: Annotated[dict[str, MovableNameDecl], Field(max_length=256)] = {}
