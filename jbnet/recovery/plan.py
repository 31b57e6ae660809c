"""The recovery plan (``dr/plan.yaml``): which site stands by, where recovery runs from, how hosts are fenced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jbnet.inventory.reading.source import Path, Source, read
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding
from jbnet.model.text import text
from jbnet.recovery.backups_plan import BackupsPlan, read_backups
from jbnet.recovery.drill import DrillLimits
from jbnet.recovery.drill_limits import read_drills
from jbnet.recovery.fields import Fields, Findings
from jbnet.recovery.lease_plan import LeasePlan, read_lease
from jbnet.recovery.limits import Limits, read_limits

MIN_VANTAGES = 2


@dataclass(frozen=True, slots=True)
class HostFence:
    """How a host is cut off: rings of routers, tried in order, and the places from which the proof is taken."""

    rings: tuple[tuple[str, ...], ...]
    vantages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecoveryPlan:
    """``primary`` and ``standby`` are locations; ``run_from`` is a device; ``fences`` go by host.

    ``readiness`` is what ``jbnet dr check`` measures against. ``journal_copies`` are devices to which a recovery's
    journal is copied as it grows. Without a ``lease`` nothing is promoted by silence. ``drills``: what a drill in a
    bubble may take. Without ``backups`` each database host keeps a repository of its own.
    """

    primary: str
    standby: str
    run_from: str
    fences: Mapping[str, HostFence]
    readiness: Limits = field(default_factory=Limits)
    journal_copies: tuple[str, ...] = ()
    lease: LeasePlan | None = None
    drills: DrillLimits = field(default_factory=DrillLimits)
    backups: BackupsPlan | None = None


def load_plan(file: str, content: str) -> tuple[RecoveryPlan | None, tuple[Finding, ...]]:
    """Read and check a plan. It is None when any finding is an error."""
    report = Report()
    source = read(file, content, report)
    findings = Findings(list(report.sorted()))
    if source is None:
        return None, findings.sorted()
    fields = Fields(source, (), source.data, findings)
    sites = Fields(source, ("sites",), fields.raw("sites"), findings)
    plan = RecoveryPlan(
        primary=sites.require("primary", str, ""),
        standby=sites.require("standby", str, ""),
        run_from=fields.require("run_from", str, ""),
        fences=_read_fences(source, fields, findings),
        readiness=read_limits(source, fields.raw("readiness"), findings),
        journal_copies=fields.names("journal_copies") or (),
        lease=read_lease(source, fields.raw("lease"), findings),
        drills=read_drills(source, fields.raw("drills"), findings),
        backups=read_backups(source, fields.raw("backups"), findings),
    )
    sites.end()
    fields.end()
    return (None if findings.has_errors else plan), findings.sorted()


def _read_fences(source: Source, fields: Fields, findings: Findings) -> Mapping[str, HostFence]:
    raw = fields.raw("fences")
    if not isinstance(raw, Mapping):
        message = text("{key} is {value!r}; expected {expected}", key="fences", value=raw, expected="a mapping")
        findings.add("JB703", message, fields.place("fences"))
        return {}
    return {host: _read_fence(source, ("fences", host), value, findings) for host, value in raw.items()}


def _read_fence(source: Source, path: Path, value: object, findings: Findings) -> HostFence:
    fields = Fields(source, path, value, findings)
    raw = fields.raw("rings")
    rings = raw if isinstance(raw, list) else []
    named = [ring for ring in rings if isinstance(ring, list) and ring and all(isinstance(name, str) for name in ring)]
    if not rings or len(named) < len(rings):
        message = text("{key} is {value!r}; expected {expected}", key="rings", value=raw, expected="lists of routers")
        findings.add("JB703", message, fields.place("rings"))
    vantages = fields.names("vantages") or ()
    if len(set(vantages) - {str(path[-1])}) < MIN_VANTAGES:
        message = text("{host}: a proof wants {count} other vantages at least", host=path[-1], count=MIN_VANTAGES)
        findings.add("JB707", message, fields.place("vantages"))
    fields.end()
    return HostFence(tuple(tuple(ring) for ring in named), vantages)
