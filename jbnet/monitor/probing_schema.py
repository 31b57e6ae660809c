"""What may be written in ``monitors/probes.yaml``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jbnet.monitor.schema import Strict

Seconds = Annotated[float, Field(gt=0, le=604800)]
Names = Annotated[list[str], Field(min_length=1)]
Level = Literal["province", "prefecture", "county", "township", "community"]
Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,62}$")]
"""A plain name of SQL: it needs no quotes."""


class _Common(Strict):
    severity: Literal["critical", "major", "minor", "warning"] = "major"
    every_s: Annotated[float, Field(ge=1, le=86400)] = 30.0
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    for_looks: Annotated[int, Field(ge=1, le=100)] = 2


class _Addressed(_Common):
    roles: list[str] = Field(default_factory=list)
    applications: list[str] = Field(default_factory=list)
    services: list[str] = Field(default_factory=list)
    databases: list[str] = Field(default_factory=list)
    peers: list[str] = Field(default_factory=list)
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    slow_s: Seconds | None = None


class EchoDecl(Strict):
    """Echo requests to all devices of some roles."""

    kind: Literal["echo"]
    roles: Names
    every_s: Annotated[float, Field(ge=1, le=3600)] = 10.0
    requests: Annotated[int, Field(ge=1, le=100)] = 10
    window_s: Annotated[float, Field(ge=1, le=86400)] = 300.0
    timeout_s: Annotated[float, Field(gt=0, le=10)] = 1.0


class TcpDecl(_Addressed):
    """A connection."""

    kind: Literal["tcp"]


class HttpDecl(_Addressed):
    """A request; an answer other than expected is as bad as none."""

    kind: Literal["http", "https"]
    path: Annotated[str, Field(pattern=r"^/\S*$")] = "/"
    status: Annotated[int, Field(ge=100, le=599)] = 200
    text: str = ""
    server_name: str = ""


class TlsDecl(_Addressed):
    """A certificate."""

    kind: Literal["tls"]
    server_name: str = ""
    authority: str = ""
    days: Annotated[float, Field(ge=0, le=3650)] = 30.0


class SqlDecl(_Common):
    """A row written and read back."""

    kind: Literal["sql"]
    databases: Names
    behind_s: Seconds | None = None


class UploadDecl(_Common):
    """What is sent in, by whom, and until when."""

    kind: Literal["upload"]
    database: str
    table: Identifier
    part: Identifier
    time: Identifier
    named_by: Literal["name", "code"] = "name"
    expects: Level
    late_s: Seconds = 86400.0


ProbeDecl = Annotated[
    EchoDecl | TcpDecl | HttpDecl | TlsDecl | SqlDecl | UploadDecl,
    Field(discriminator="kind"),
]


class ProbesFile(Strict):
    """What may be written in monitors/probes.yaml."""

    probes: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")], ProbeDecl] = Field(default_factory=dict)
