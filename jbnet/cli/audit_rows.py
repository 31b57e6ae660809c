"""An audit as JSON, as findings, and as rows of CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from jbnet.model.findings import Finding
from jbnet.model.text import text
from jbnet.standards.model import Outcome

if TYPE_CHECKING:
    from jbnet.cli.context import Context
    from jbnet.config.audit.observed import Observed
    from jbnet.model.network import Device
    from jbnet.standards.audit import Audit
    from jbnet.standards.model import Judgement, Rule

COLUMNS = (
    "site", "site_zh", "device", "platform", "aspect", "control", "clause", "severity", "title", "outcome", "message",
    "evidence", "mend", "waived_until", "time",
)  # fmt: skip


def findings(found: Audit) -> list[Finding]:
    """Return violations as findings; the place is the line that shows it, else the device's declaration."""
    return [
        Finding(
            one.rule.id,
            one.rule.severity,
            text("{device}: {problem} [{clause}]", device=one.subject, problem=one.text, clause=one.rule.citation),
            one.related[0] if one.related else one.place,
            one.related[1:],
        )
        for one in found.of(Outcome.VIOLATED)
    ]


def data(context: Context, found: Audit) -> dict[str, object]:
    """Return all of it for the envelope."""
    return {
        "scope": found.scope,
        "origin": found.origin.value,
        "time": found.time.isoformat(),
        "auditor": found.auditor,
        "declaration": {
            "commit": found.workspace.commit,
            "changed": found.workspace.changed,
            "sha256": found.workspace.fingerprint,
        },
        "aspects": {aspect.value: _counts(counts) for aspect, counts in found.by_aspect.items()},
        "sites": {
            home: {aspect.value: _counts(counts) for aspect, counts in by.items()} for home, by in found.by_home.items()
        },
        "controls": [_rule(context, found, rule) for rule in found.rules],
        "devices": [_device(context, device, found.observed[device.name]) for device in found.devices],
        "judgements": [_judgement(context, found, one) for one in found.judgements],
        "beyond": [{"id": rule.id, "title": rule.title.text(context.lang)} for rule in found.beyond],
        "left_out": list(found.left_out),
    }


def _counts(counts: Mapping[Outcome, int]) -> dict[str, int]:
    return {outcome.value: counts[outcome] for outcome in Outcome}


def _rule(context: Context, found: Audit, rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "title": rule.title.text(context.lang),
        "clause": rule.citation,
        "aspect": rule.aspect.value,
        "severity": rule.severity.value,
        "mend": rule.mend.text(context.lang) if rule.mend else None,
        "counts": _counts(found.by_rule[rule.id]),
    }


def _device(context: Context, device: Device, seen: Observed) -> dict[str, object]:
    return {
        "device": device.name,
        "site": device.home,
        "platform": seen.platform,
        "time": seen.time.isoformat() if seen.time else None,
        "unasked": context.tr(seen.unasked) if seen.unasked else None,
        "texts": [{"file": one.file, "sha256": one.fingerprint} for one in seen.texts.values()],
        "missing": {name: context.tr(why) for name, why in seen.missing.items()},
    }


def _judgement(context: Context, found: Audit, one: Judgement) -> dict[str, object]:
    return {
        "rule": one.rule.id,
        "device": one.subject,
        "outcome": one.outcome.value,
        "message": context.tr(one.text),
        "evidence": [
            {"file": place.file, "line": place.line, "text": found.line(one.subject, place)} for place in one.related
        ],
        "waived_until": one.waiver.until.isoformat() if one.waiver else None,
    }


def sheet(context: Context, found: Audit) -> Iterator[Sequence[str]]:
    """Yield the rows of the CSV, the header first: a row a judgement."""
    yield COLUMNS
    devices = {device.name: device for device in found.devices}
    for one in found.judgements:
        yield _row(context, found, one, devices[one.subject])


def _row(context: Context, found: Audit, one: Judgement, device: Device) -> list[str]:
    rule, seen = one.rule, found.observed[one.subject]
    return [
        device.home,
        found.home_name(device.home, "zh"),
        device.name,
        seen.platform,
        context.tr(rule.aspect.value),
        rule.id,
        rule.citation,
        context.tr(rule.severity.value),
        rule.title.text(context.lang),
        context.tr(one.outcome.value),
        context.tr(one.text),
        "; ".join(f"{place.file}:{place.line}" for place in one.related),
        rule.mend.text(context.lang) if rule.mend and one.outcome is Outcome.VIOLATED else "",
        one.waiver.until.isoformat() if one.waiver else "",
        seen.time.isoformat() if seen.time else "",
    ]
