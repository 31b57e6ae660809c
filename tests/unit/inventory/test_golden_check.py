"""Bad input has golden output: tests/golden/check/CASE overlays the small network in tests/golden/check/base.

Write the expected files anew with JBNET_UPDATE_GOLDEN=1, and read the difference before committing it.
"""

from __future__ import annotations

import os
import shutil
import string
from pathlib import Path

import pytest

from jbnet.catalogue import load as translations
from jbnet.inventory.codes import RULES
from jbnet.inventory.loader import Loaded
from jbnet.model.text import Text
from jbnet.wiring import check_workspace

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "check"
ELSEWHERE = {
    # Sizes, numbers of files and names of files that a repository should not carry.
    "JB180": "unit/adapters/test_texts.py",
    "JB183": "unit/adapters/test_texts.py",
    "JB186": "unit/adapters/test_texts.py",
    "JB187": "unit/inventory/test_bounds.py",
    "JB189": "unit/inventory/test_bounds.py",
    # Findings about journals of executions, which are no part of the declaration.
    "JB790": "unit/adapters/test_journal_codes.py",
    "JB791": "unit/adapters/test_journal_codes.py",
    # Findings about reports of executions.
    "JB792": "unit/cli/test_dr_report.py",
    "JB793": "unit/cli/test_dr_report.py",
    # A day that comes near, which is another one every day.
    "JB414": "unit/inventory/test_permissions.py",
    # Findings about CSV files that are imported.
    **{f"JB19{number}": "unit/inventory/test_exchange.py" for number in range(10)},
    # Findings about rule sets and waivers, which have golden cases of their own.
    **{f"JB3{number:02}": "unit/standards/test_golden_standards.py" for number in range(1, 13)},
}
"""Codes that no workspace can produce, and the test that asserts them."""
CASES = sorted(path.name for path in GOLDEN.iterdir() if path.name != "base")


def load_case(case: str, workspace: Path) -> Loaded:
    shutil.copytree(GOLDEN / "base", workspace, dirs_exist_ok=True)
    shutil.copytree(GOLDEN / case, workspace, symlinks=True, dirs_exist_ok=True)
    return check_workspace(workspace)


def printed(loaded: Loaded) -> str:
    lines = []
    for finding in loaded.findings:
        lines.append(f"{finding.place} {finding.severity} {finding.code} {finding.message}")
        lines += [f"    see {place}" for place in finding.related]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_bad_input_gives_exactly_these_findings(case: str, tmp_path: Path) -> None:
    expected = GOLDEN / case / "expected.txt"
    shown = printed(load_case(case, tmp_path))
    if os.environ.get("JBNET_UPDATE_GOLDEN"):
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_every_finding_speaks_chinese(case: str, tmp_path: Path) -> None:
    catalogue = translations("zh")
    for finding in load_case(case, tmp_path).findings:
        nested = [value.template for value in finding.text.params.values() if isinstance(value, Text)]
        wanted = [template for template in (finding.text.template, *nested) if has_words(template)]
        assert [template for template in wanted if template not in catalogue] == []


def has_words(template: str) -> bool:
    return any(c.isalpha() for literal, *_ in string.Formatter().parse(template) for c in literal)


def test_the_base_of_the_cases_is_without_findings(tmp_path: Path) -> None:
    loaded = load_case("base", tmp_path)
    assert loaded.findings == ()
    assert loaded.network is not None


def test_every_code_is_produced_by_a_case_or_a_named_test() -> None:
    """A rule that nothing produces is a promise that nobody keeps."""
    seen = " ".join((GOLDEN / case / "expected.txt").read_text(encoding="utf-8") for case in CASES)
    assert [code for code in RULES if code not in seen and code not in ELSEWHERE] == []
    stale = [code for code in ELSEWHERE if code not in RULES or code in seen]
    assert stale == [], "a case or nothing produces these now: take them out of ELSEWHERE"


@pytest.mark.parametrize("code", ELSEWHERE)
def test_a_code_without_a_case_is_asserted_by_the_test_named(code: str) -> None:
    file = ROOT / "tests" / ELSEWHERE[code]
    assert f'"{code}"' in file.read_text(encoding="utf-8")
