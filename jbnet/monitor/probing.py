"""Probes: what is tried from where the monitor runs, beside asking agents."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.monitor.alarms import Severity
from jbnet.monitor.state import Subject, SubjectKind


class ProbeKind(StrEnum):
    """What is tried."""

    ECHO = "echo"
    """Echo requests (RFC 792): loss, round trip and jitter of the way to a device."""
    TCP = "tcp"
    """A connection (RFC 9293)."""
    HTTP = "http"
    HTTPS = "https"
    """A request (RFC 9110), without or with TLS: status, text, seconds."""
    TLS = "tls"
    """The certificate that a server shows (RFC 5280): days to its end, name, chain."""
    SQL = "sql"
    """A row written into a database and read back where it replicates."""
    UPLOAD = "upload"
    """Whether what is sent in comes in time, and from everybody."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One declared probe; times in seconds. What does not belong to its kind is left as it is here.

    ``looks``: contrary tries in a row that are believed, each way. ``requests`` go to each device in ``every_s``, and
    loss is counted over ``window_s``. ``slow_s``: an answer that takes longer is an alarm (None: never). ``status``
    and ``text``: what an answer must have. ``days``: a certificate that ends sooner is an alarm; ``authority``: the
    file, named from the workspace on, of the authorities that it may come from (empty: those that the system trusts).
    ``behind_s``: a row that is not on the standby by then is an alarm (None: the database's own objective). ``table``
    with the columns ``part`` and ``time`` holds what was sent in; older than ``late_s`` is late; ``expected`` are the
    parts, by the value in the column, with the site that each stands for.
    """

    name: str
    kind: ProbeKind
    severity: Severity = Severity.MAJOR
    every_s: float = 30.0
    timeout_s: float = 5.0
    looks: int = 2
    requests: int = 10
    window_s: float = 300.0
    slow_s: float | None = None
    path: str = "/"
    status: int = 200
    text: str = ""
    server_name: str = ""
    authority: str = ""
    days: float = 30.0
    behind_s: float | None = None
    table: str = ""
    part: str = ""
    time: str = ""
    late_s: float = 86400.0
    expected: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """What a probe is tried on: an address and port. ``hosts`` are the devices that it stands or falls with.

    ``part`` names what on the device is meant (an application, a database; empty: the device itself). ``standby``: the
    address at which what is written must turn up; ``waits``: commits are declared to wait for it.
    """

    probe: Probe
    device: str
    part: str
    address: str
    port: int
    hosts: tuple[str, ...]
    standby: str = ""
    behind_s: float = 60.0
    waits: bool = False

    @property
    def subject(self) -> Subject:
        """Return what an alarm about it is about."""
        return Subject(SubjectKind.DEVICE, self.device, self.part)


@dataclass(frozen=True)
class Probes:
    """All that is probed: what is declared, and on what that is tried (echoes by device)."""

    declared: tuple[Probe, ...] = ()
    targets: tuple[Target, ...] = ()

    def of(self, *kinds: ProbeKind) -> tuple[Target, ...]:
        """Return the targets of these kinds."""
        return tuple(target for target in self.targets if target.probe.kind in kinds)

    def services(self) -> tuple[Target, ...]:
        """Return the targets of all kinds but echo."""
        return tuple(target for target in self.targets if target.probe.kind is not ProbeKind.ECHO)

    def within(self, watched: Collection[str]) -> Probes:
        """Return what of it is tried where only these devices are there: a part of the network, or its copy."""
        there = tuple(target for target in self.targets if watched_all(target, watched))
        return Probes(self.declared, there)


def watched_all(target: Target, watched: Collection[str]) -> bool:
    """Say whether all devices that a target stands or falls with are there."""
    return all(host in watched for host in target.hosts)


NO_PROBES = Probes()
"""Nothing is probed."""
