"""The schema of what the network is for: agencies, partners, databases, applications, services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from jbnet.inventory.schema.lines import LineDecl
from jbnet.inventory.schema.values import Address, Asn, Declared, Label, LevelName, Port, Prefix, Seconds, Vlan
from jbnet.model.business import Replication


class VrfDecl(Declared):
    """A routing table of its own: route distinguisher (RFC 4364, ASN:number) and VLAN."""

    rd: Annotated[str, Field(pattern=r"^[0-9]{1,10}:[0-9]{1,10}$")]
    vlan: Vlan


class LeasedDecl(Declared):
    """A line by default and what differs at a level; a level's ``null`` says that there is no line."""

    line: LineDecl = LineDecl()
    lines: dict[LevelName, LineDecl | None] = {}


class AgencyDecl(LeasedDecl):
    """A business body with an office at every active site of its levels. ``slot`` numbers its prefix at each."""

    name_zh: Label
    vrf: str
    slot: Annotated[int, Field(ge=1, le=32)]
    levels: tuple[LevelName, ...] = Field(strict=False, max_length=32)


class PartnerKindDecl(LeasedDecl):
    """A kind of partner, met at every active site of its levels, and the services that it may use.

    ``vlan`` is the 802.1Q id by which its lines arrive at the port for the extranet.
    """

    name_zh: Label
    services: tuple[str, ...] = Field(default=(), strict=False)
    levels: tuple[LevelName, ...] = Field(strict=False, max_length=32)
    vlan: Vlan | None = None


class PartnerDecl(LineDecl):
    """What differs for a partner at one site: its line, key by key, its name, its own networks."""

    name_zh: Label | None = None
    asn: Asn | None = None
    prefixes: tuple[Prefix, ...] = Field(default=(), strict=False)
    services: tuple[str, ...] | None = Field(default=None, strict=False)


class ReplicationDecl(Declared):
    """Whom commits wait for; ``async`` alone for nobody, ``sync`` alone for ``sync-remote: block``.

    ``sync-remote``: for the standby. While it is away commits stand still (``block``), or go on without it, with an
    alarm (``degrade``). ``sync-local``: the same, for the ``local_standby``.
    """

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    sync_remote: Annotated[Literal["block", "degrade"] | None, Field(alias="sync-remote")] = None
    sync_local: Annotated[Literal["block", "degrade"] | None, Field(alias="sync-local")] = None

    @property
    def mode(self) -> Replication:
        """Return the mode; where both are declared, which is an error, the local one."""
        if self.sync_local is not None:
            return Replication.LOCAL_BLOCK if self.sync_local == "block" else Replication.LOCAL_DEGRADE
        modes = {None: Replication.ASYNC, "block": Replication.BLOCK, "degrade": Replication.DEGRADE}
        return modes[self.sync_remote]


_WORDS = ("async", "sync", "{sync-remote: block}", "{sync-remote: degrade}", "{sync-local: block}",
          "{sync-local: degrade}")  # fmt: skip


def _replication_word(value: object) -> object:
    """Return a word as what it stands for. Raises PydanticCustomError for another one, and for a mapping of nothing."""
    if value == "async":
        return {"sync-remote": None}
    if value == "sync":
        return {"sync-remote": "block"}
    if not isinstance(value, Mapping) or None in value.values():
        raise PydanticCustomError("literal_error", "one of {expected}", {"expected": ", ".join(_WORDS)})
    return value


ReplicationEntry = Annotated[
    ReplicationDecl,
    BeforeValidator(_replication_word, json_schema_input_type=Literal["async", "sync"] | ReplicationDecl),
]


class DatabaseDecl(Declared):
    """A PostgreSQL cluster. Objectives are in seconds."""

    name_zh: Label
    service_address: Address
    port: Annotated[int, Field(ge=1024, le=65535)]
    primary: str
    standby: str
    local_standby: str | None = None
    replication: ReplicationEntry
    rto_s: Seconds
    rpo_s: Seconds


class ApplicationDecl(Declared):
    """A program: the servers it runs on, the databases it works on, its TCP port."""

    name_zh: Label
    hosts: tuple[str, ...] = Field(default=(), strict=False)
    databases: tuple[str, ...] = Field(default=(), strict=False)
    port: Port | None = None


class ObjectiveDecl(Declared):
    """What a service promises: seconds to recover, seconds of data lost, percent of a month available."""

    rto_s: Seconds | None = None
    rpo_s: Seconds | None = None
    availability: Annotated[float, Field(gt=0, le=100)] | None = None


class ServiceDecl(Declared):
    """A business service: what it needs, at which levels it is used, whom it exchanges data with."""

    name_zh: Label
    databases: tuple[str, ...] = Field(default=(), strict=False)
    applications: tuple[str, ...] = Field(default=(), strict=False)
    needs: tuple[str, ...] = Field(default=(), strict=False)
    peers: tuple[str, ...] = Field(default=(), strict=False)
    levels: tuple[LevelName, ...] = Field(default=(), strict=False)
    objective: ObjectiveDecl | None = None
