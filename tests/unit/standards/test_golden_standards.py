"""Broken rule sets and waivers have golden output: tests/golden/standards/CASE over the small network of the checks.

Write the expected files anew with JBNET_UPDATE_GOLDEN=1, and read the difference before committing it.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from jbnet.adapters.workspace import read_files
from jbnet.catalogue import load as translations
from jbnet.inventory import load as load_network
from jbnet.inventory.codes import RULES
from jbnet.model.findings import Finding
from jbnet.model.text import Text
from jbnet.standards import evaluate, load

ROOT = Path(__file__).parents[2] / "golden"
GOLDEN = ROOT / "standards"
CASES = sorted(path.name for path in GOLDEN.iterdir())
CODES = (
    "JB301", "JB302", "JB303", "JB304", "JB305", "JB306", "JB307", "JB308", "JB309", "JB310", "JB311", "JB312",
)  # fmt: skip


def found(case: str) -> list[Finding]:
    network = load_network(read_files(ROOT / "check" / "base")).network
    assert network is not None
    files = {
        path.relative_to(GOLDEN / case).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((GOLDEN / case).rglob("*.yaml"))
    }
    standards = load(files)
    return [*standards.findings, *evaluate(network, standards, date(2026, 11, 22)).findings]


def printed(findings: list[Finding]) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{finding.place} {finding.severity} {finding.code} {finding.message}")
        lines += [f"    see {place}" for place in finding.related]
    return "\n".join((*lines, ""))


@pytest.mark.parametrize("case", CASES)
def test_broken_standards_give_exactly_these_findings(case: str) -> None:
    expected = GOLDEN / case / "expected.txt"
    shown = printed(found(case))
    if os.environ.get("JBNET_UPDATE_GOLDEN"):
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_every_finding_about_standards_speaks_chinese(case: str) -> None:
    catalogue = translations("zh")
    for finding in found(case):
        nested = [value.template for value in finding.text.params.values() if isinstance(value, Text)]
        wanted = [t for t in (finding.text.template, *nested) if any(c.isalpha() for c in t.replace("{value}", ""))]
        assert [template for template in wanted if template not in catalogue] == []


def test_every_code_of_standards_has_a_case() -> None:
    seen = " ".join((GOLDEN / case / "expected.txt").read_text(encoding="utf-8") for case in CASES)
    assert [code for code in CODES if code not in seen] == []
    assert [code for code in RULES if code.startswith("JB3")] == list(CODES)
