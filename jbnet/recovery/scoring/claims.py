"""What a person declares of the standard in ``dr/standard.yaml``: what cannot be seen from here, with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from jbnet.inventory.reading.source import Source, read
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding
from jbnet.model.text import Text, text
from jbnet.recovery.fields import Fields, Findings
from jbnet.recovery.scoring.nouns import Claim, Requirement
from jbnet.recovery.scoring.table import table

FILE = "dr/standard.yaml"


def load_claims(file: str, content: str) -> tuple[Mapping[str, Claim], tuple[Finding, ...]]:
    """Read the claims by requirement. What is wrong is left out and reported."""
    report = Report()
    source = read(file, content, report)
    findings = Findings(list(report.sorted()))
    if source is None or source.data is None:
        return {}, findings.sorted()
    fields = Fields(source, (), source.data, findings)
    declared = fields.raw("declared")
    fields.end()
    if declared is not None and not isinstance(declared, Mapping):
        told = text("{key} is {value!r}; expected {expected}", key="declared", value=declared, expected="a mapping")
        findings.add("JB703", told, fields.place("declared"))
    listed = declared if isinstance(declared, Mapping) else {}
    claims = {str(name): _read_claim(source, name, value, findings) for name, value in listed.items()}
    return {name: claim for name, claim in claims.items() if claim is not None}, findings.sorted()


def _read_claim(source: Source, name: str, value: object, findings: Findings) -> Claim | None:
    requirement = table().requirements.get(name)
    if requirement is None or requirement.fact is not None:
        findings.add("JB730", _refused(name, requirement, findings), source.key_place(("declared", name)))
        return None
    fields = Fields(source, ("declared", name), value, findings)
    if not isinstance(value, Mapping):
        return None
    claim = Claim(
        fields.require("holds", bool, empty=False),
        fields.require("reason", str, "").strip(),
        fields.take("by", str, "") or "",
        _read_date(fields, findings),
    )
    fields.end()
    if isinstance(value.get("reason"), str) and not claim.reason:
        findings.add("JB702", text("{key} is missing", key="reason"), fields.place("reason"))
    return claim if claim.reason else None


def _refused(name: str, requirement: Requirement | None, findings: Findings) -> Text:
    if requirement is not None:
        return text("{name} is derived from what is seen and cannot be declared", name=name)
    near = findings.hints.nearest(name, table().requirements)
    if near:
        return text("the standard asks for no {name}; did you mean {like}?", name=name, like=near)
    return text("the standard asks for no {name}; jbnet dr score lists what it asks for", name=name)


def _read_date(fields: Fields, findings: Findings) -> date | None:
    said = fields.take("date", str)
    if said is None:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        told = text("{key} is {value!r}; expected {expected}", key="date", value=said, expected="a day like 2026-11-22")
        findings.add("JB703", told, fields.place("date"))
        return None
