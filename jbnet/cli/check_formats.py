"""Findings for machines: SARIF 2.1.0 (OASIS) for code scanning, and workflow commands for a CI's annotations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

from jbnet import __version__
from jbnet.inventory.codes import RULES, Rule
from jbnet.model.findings import Finding, Place, Severity

if TYPE_CHECKING:
    from jbnet.cli.context import Context

_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
"""The name that code scanners give the folder that they check; the workspace's own path is nobody's business."""
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}

Json = dict[str, object]


def sarif(context: Context, findings: Sequence[Finding]) -> str:
    """Return one SARIF log with one run. Columns count Unicode code points; files are relative to the workspace."""
    used = sorted({finding.code for finding in findings})
    run: Json = {
        "tool": {
            "driver": {
                "name": "jbnet",
                "version": __version__,
                "rules": [_rule(context, code) for code in used],
            }
        },
        "language": "zh-CN" if context.lang == "zh" else "en-US",
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": context.tr("The workspace")}}},
        "results": [_result(context, finding, used.index(finding.code)) for finding in findings],
    }
    return json.dumps({"$schema": _SARIF, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1)


def _rule(context: Context, code: str) -> Json:
    rule = RULES.get(code)
    if rule is None:
        return {"id": code}
    doc = context.tr(rule.doc)
    return {
        "id": code,
        "shortDescription": {"text": context.tr(rule.title)},
        "fullDescription": {"text": doc},
        "help": {"text": doc, "markdown": _markdown(context, rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _markdown(context: Context, rule: Rule) -> str:
    parts = [context.tr(rule.doc)]
    for heading, example in ((context.tr("Wrong:"), rule.wrong), (context.tr("Right:"), rule.right)):
        if example:
            parts.append(f"{heading}\n\n```yaml\n{example.strip()}\n```")
    return "\n\n".join(parts)


def _result(context: Context, finding: Finding, index: int) -> Json:
    found: Json = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": context.tr(finding.text)},
        "partialFingerprints": {"jbnet/v1": _fingerprint(finding)},
    }
    if finding.count > 1:
        found["occurrenceCount"] = finding.count  # SARIF 2.1.0, 3.27.23
    if finding.place is not None:
        found["locations"] = [_location(finding.place)]
    if finding.related:
        found["relatedLocations"] = [
            _location(place) | {"id": number, "message": {"text": context.tr("see {place}", place=place)}}
            for number, place in enumerate(finding.related, start=1)
        ]
    return found


def _location(place: Place) -> Json:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(place.file, safe="/"), "uriBaseId": _ROOT},
            "region": {"startLine": place.line, "startColumn": place.column},
        }
    }


def _fingerprint(finding: Finding) -> str:
    """Return what stays when lines move: so that a scanner knows a finding again."""
    file = finding.place.file if finding.place else ""
    return hashlib.sha256(f"{finding.code}\n{file}\n{finding.message}".encode()).hexdigest()[:32]


def github(context: Context, findings: Sequence[Finding]) -> str:
    """Return one workflow command a finding, which GitHub and Gitea show beside the line."""
    return "\n".join(_command(context, finding) for finding in findings)


def _command(context: Context, finding: Finding) -> str:
    rule, place = RULES.get(finding.code), finding.place
    title = f"{finding.code} {context.tr(rule.title)}" if rule else finding.code
    where = {"file": place.file, "line": place.line, "col": place.column} if place else {}
    said = context.tr(finding.text) + "".join(
        f"\n{context.tr('see {place}', place=related)}" for related in finding.related
    )
    properties = ",".join(f"{key}={_escape(str(value), ':,')}" for key, value in {**where, "title": title}.items())
    return f"::{_COMMANDS[finding.severity]} {properties}::{_escape(said)}"


def _escape(value: str, more: str = "") -> str:
    """Return a text as workflow commands want it: percent first, then line ends, then what separates properties."""
    for character in "%\r\n" + more:
        value = value.replace(character, f"%{ord(character):02X}")
    return value
