"""``listen``, ``metrics`` and ``remote_write`` in ``monitors/``: where devices are heard, and who is given figures."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from jbnet.monitor.schema import Strict

_TEXT = WithJsonSchema({"type": "string"})


@dataclass(frozen=True, slots=True)
class Address:
    """A host (empty: any) and a port to listen on."""

    host: str
    port: int


def address(written: str) -> Address:
    """Return ``127.0.0.1:9980``, ``[::1]:9980`` or ``:9980`` as an address. Raises ValueError."""
    host, colon, port = written.rpartition(":")
    host = host.removeprefix("[").removesuffix("]") if host.startswith("[") else host
    if not colon or not port.isdecimal() or not 0 <= int(port) < 1 << 16:
        raise ValueError(written)
    if host:
        ipaddress.ip_address(host)
    return Address(host, int(port))


def _address(written: str) -> str:
    try:
        address(written)
    except ValueError as error:
        raise PydanticCustomError("jb_value", "an address and a port such as 127.0.0.1:9980") from error
    return written


def _ip(written: str) -> str:
    try:
        ipaddress.ip_address(written)
    except ValueError as error:
        raise PydanticCustomError("jb_value", "an IPv4 or IPv6 address of this host") from error
    return written


def _url(written: str) -> str:
    try:
        parts = urlsplit(written)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        fine = fine and written.isascii() and written.isprintable() and " " not in written  # RFC 3986
        _ = parts.port, (parts.hostname or "").encode("idna")  # no label is empty or longer than 63
    except ValueError:
        fine = False
    if not fine:
        raise PydanticCustomError(
            "jb_value", "a URL in ASCII such as https://HOST:8428/api/v1/write, without credentials"
        )
    return written


HostAndPort = Annotated[str, AfterValidator(_address), _TEXT]
Ip = Annotated[str, AfterValidator(_ip), _TEXT]
Url = Annotated[str, AfterValidator(_url), _TEXT]
Port = Annotated[int, Field(ge=1, le=65535)]


class TrapsDecl(Strict):
    """Where traps and informs are heard."""

    port: Port = 162
    address: Ip | None = None


class SyslogDecl(Strict):
    """Where syslog is heard; null for a transport that is not listened on."""

    udp: Port | None = 514
    tcp: Port | None = 514
    address: Ip | None = None


class ListenDecl(Strict):
    """Where devices are heard."""

    traps: TrapsDecl = Field(default_factory=TrapsDecl)
    syslog: SyslogDecl = Field(default_factory=SyslogDecl)


class MetricsDecl(Strict):
    """Where ``/metrics`` is served."""

    listen: HostAndPort


class RemoteWriteDecl(Strict):
    """Where samples are written to (Prometheus remote write 1.0). Secrets are names."""

    url: Url
    every_s: Annotated[float, Field(ge=1, le=3600)] = 15.0
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 10.0
    buffer_mib: Annotated[float, Field(gt=0, le=4096)] = 64.0
    buffer_h: Annotated[float, Field(gt=0, le=8760)] = 48.0
    token_secret: str | None = None
    ca_file: str | None = None
    labels: dict[Annotated[str, Field(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]*$")], str] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outlets:
    """What was declared; None: not declared."""

    listen: ListenDecl = field(default_factory=ListenDecl)
    metrics: Address | None = None
    remote_write: RemoteWriteDecl | None = None


def is_local(url: str) -> bool:
    """Say whether a URL leads to this host itself."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def collected(files: Mapping[str, tuple[ListenDecl | None, MetricsDecl | None, RemoteWriteDecl | None]]) -> Outlets:
    """Return what all files say together; the last one that says something has its way."""
    found = Outlets()
    for listen, metrics, write in files.values():
        found = Outlets(
            listen or found.listen,
            address(metrics.listen) if metrics is not None else found.metrics,
            write or found.remote_write,
        )
    return found
