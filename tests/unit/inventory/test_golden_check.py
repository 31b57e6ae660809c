"""Bad input has golden output: tests/golden/check/CASE overlays the small network in tests/golden/check/base.

Write the expected files anew with JBNET_UPDATE_GOLDEN=1, and read the difference before committing it.
"""

from __future__ import annotations

import os
import shutil
import string
from pathlib import Path

import pytest

from jbnet.adapters.workspace import read_files
from jbnet.catalogue import load as translations
from jbnet.inventory import load
from jbnet.inventory.codes import RULES
from jbnet.inventory.loader import Loaded
from jbnet.model.text import Text

GOLDEN = Path(__file__).parents[2] / "golden" / "check"
CASES = sorted(path.name for path in GOLDEN.iterdir() if path.name != "base")


def load_case(case: str, workspace: Path) -> Loaded:
    shutil.copytree(GOLDEN / "base", workspace, dirs_exist_ok=True)
    shutil.copytree(GOLDEN / case, workspace, dirs_exist_ok=True)
    return load(read_files(workspace))


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


def test_every_code_has_a_case() -> None:
    seen = " ".join((GOLDEN / case / "expected.txt").read_text(encoding="utf-8") for case in CASES)
    assert [code for code in RULES if code not in seen] == []
