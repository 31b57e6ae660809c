"""``monitors/*.yaml``: what is checked on whom, how often, and the thresholds. Text comes in, findings come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from jbnet.inventory.reading.source import Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding
from jbnet.model.network import Device, Role
from jbnet.monitor.outlets import ListenDecl, MetricsDecl, RemoteWriteDecl
from jbnet.monitor.policy import FlapPolicy, Policy
from jbnet.monitor.schema import FlappingDecl, HoursDecl, MaintenanceDecl, SlaDecl, ThresholdDecl

Positive = Annotated[float, Field(gt=0, le=86400)]
Seconds = Annotated[float, Field(ge=0, le=86400)]


class Reads(StrEnum):
    """What a check reads from an agent."""

    SYSTEM = "system"
    INTERFACES = "interfaces"
    OSPF = "ospf"
    BGP = "bgp"
    QUALITY = "quality"
    LLDP = "lldp"
    HEALTH = "health"
    UPS = "ups"
    SENSORS = "sensors"
    BFD = "bfd"


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what is read, on devices of which roles, and every how many seconds."""

    name: str
    reads: Reads
    roles: frozenset[str]
    every_s: float = 1.0


@dataclass(frozen=True, slots=True)
class Asking:
    """How agents are asked. ``auth`` and ``priv`` are protocols of SNMPv3; the ``*_secret`` are names of secrets."""

    timeout_s: float = 0.6
    retries: int = 1
    look_timeout_s: float = 0.4
    user: str = "jbnet"
    auth: str = "SHA"
    priv: str = "AES"
    auth_secret: str = "snmp-v3-auth"  # noqa: S105  the name of a secret, not a secret
    priv_secret: str = "snmp-v3-priv"  # noqa: S105  the secret's name
    community_secret: str = "snmp-v2c-community"  # noqa: S105  the secret's name


@dataclass(frozen=True, slots=True)
class Checks:
    """All that ``monitors/`` says. ``keep_samples_h`` is in hours."""

    checks: tuple[Check, ...] = ()
    policy: Policy = field(default_factory=Policy)
    asking: Asking = field(default_factory=Asking)
    keep_samples_h: float = 48.0

    def for_device(self, device: Device) -> frozenset[Reads]:
        """Return everything that is ever read from a device."""
        return frozenset(check.reads for check in self.checks if device.role in check.roles)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _CheckDecl(_Strict):
    reads: Literal["system", "interfaces", "ospf", "bgp", "quality", "lldp", "health", "ups", "sensors", "bfd"]
    roles: Annotated[list[str], Field(min_length=1)]
    every_s: Positive = 1.0


class _PolicyDecl(_Strict):
    confirm_looks: Annotated[int, Field(ge=1, le=10)] = 2
    hold_s: Seconds = 6.0
    together_s: Seconds = 3.0
    fold_s: Seconds = 30.0
    recover_s: Seconds = 60.0
    stale_s: Positive = 15.0
    blind_s: Positive = 180.0
    expect_s: Seconds = 60.0
    keep_samples_h: Annotated[float, Field(gt=0, le=87600)] = 48.0


class _AskingDecl(_Strict):
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 0.6
    retries: Annotated[int, Field(ge=0, le=10)] = 1
    look_timeout_s: Annotated[float, Field(gt=0, le=60)] = 0.4
    user: str = "jbnet"
    auth: Literal["MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"] = "SHA"
    priv: Literal["DES", "AES"] = "AES"
    auth_secret: str = "snmp-v3-auth"  # noqa: S105  the secret's name
    priv_secret: str = "snmp-v3-priv"  # noqa: S105  the secret's name
    community_secret: str = "snmp-v2c-community"  # noqa: S105  the secret's name


_LISTED = 20
"""Roles that a message names where none is alike."""


class MonitorFile(_Strict):
    """What may be written in a file below monitors/; ``jbnet.monitor.declared`` reads what comes after ``snmp``."""

    checks: dict[str, _CheckDecl] = Field(default_factory=dict)
    policy: _PolicyDecl | None = None
    snmp: _AskingDecl | None = None
    flapping: FlappingDecl | None = None
    thresholds: dict[str, ThresholdDecl] = Field(default_factory=dict)
    hours: HoursDecl | None = None
    maintenance: dict[str, MaintenanceDecl] = Field(default_factory=dict)
    listen: ListenDecl | None = None
    metrics: MetricsDecl | None = None
    remote_write: RemoteWriteDecl | None = None
    sla: dict[str, SlaDecl] = Field(default_factory=dict)


def of_checks(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files of monitors/ without those with a shape of their own (``notify_file``, ``probing_file``)."""
    own = ("monitors/notify.yaml", "monitors/probes.yaml")
    return {file: content for file, content in files.items() if file not in own}


def load_checks(files: Mapping[str, str], roles: Mapping[str, Role]) -> tuple[Checks, tuple[Finding, ...]]:
    """Return what the files of ``monitors/`` say, and every problem with its place.

    ``files``: text by path. ``roles``: those that the network declares; a check on another one is a finding.
    With an error among the findings the checks are not to be used.
    """
    report = Report()
    checks: dict[str, Check] = {}
    places: dict[str, Source] = {}
    policy, asking, flapping = _PolicyDecl(), _AskingDecl(), FlappingDecl()
    for file, content in sorted(of_checks(files).items()):
        source = read(file, content, report)
        found = validate(source, MonitorFile, report, set()) if source is not None else None
        if source is None or found is None:
            continue
        policy, asking = found.policy or policy, found.snmp or asking
        flapping = found.flapping or flapping
        for name, decl in found.checks.items():
            _judge(name, decl, source, places, roles, report)
            checks[name] = Check(name, Reads(decl.reads), frozenset(decl.roles), decl.every_s)
    thresholds = policy.model_dump()
    keep = thresholds.pop("keep_samples_h")
    flap = FlapPolicy(**flapping.model_dump())
    loaded = Checks(tuple(checks.values()), Policy(**thresholds, flap=flap), Asking(**asking.model_dump()), keep)
    return loaded, report.sorted()


def _judge(
    name: str, decl: _CheckDecl, source: Source, places: dict[str, Source], roles: Mapping[str, Role], report: Report
) -> None:
    """Report a check that is declared twice or names a role that is not declared."""
    path = ("checks", name)
    if name in places:
        report.add(
            "JB112",
            "the check {name} is declared twice",
            source.key_place(path),
            [places[name].key_place(path)],
            name=name,
        )
    places[name] = source
    for number, role in enumerate(decl.roles):
        if role not in roles:
            template = "{name}: there is no role {role}; known is {near}"
            near = report.nearest(role, roles) or ", ".join(islice(roles, _LISTED))
            report.add("JB114", template, source.place((*path, "roles", number)), name=name, role=role, near=near)
