"""`jbnet check` looks at all that is declared: a broken recovery plan must not first show in a disaster."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jbnet.wiring import check_workspace

ROOT = Path(__file__).parents[3]
BROKEN = {
    "dr/plan.yaml": "hello\n",
    "dr/approvers.yaml": "people: {li-na: 3}\n",
    "dr/runbooks/failover.yaml": "name: failover\nsteps:\n  - {name: a, action: fense}\n",
    "monitors/checks.yaml": "checks: [\n",
}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for folder in ("inventory", "topology", "monitors", "dr"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_what_is_shipped_has_no_finding(workspace: Path) -> None:
    found = check_workspace(workspace)
    assert found.findings == ()
    assert found.network is not None


@pytest.mark.parametrize("file", BROKEN)
def test_a_broken_file_is_an_error_with_its_place_from_the_workspace_on(workspace: Path, file: str) -> None:
    (workspace / file).write_text(BROKEN[file], encoding="utf-8")
    found = check_workspace(workspace)
    assert found.network is None
    assert {finding.place.file for finding in found.findings if finding.place} == {file}


def test_the_same_finding_is_told_once(workspace: Path) -> None:
    (workspace / "monitors/checks.yaml").write_text("checks: [\n", encoding="utf-8")
    lines = [(f.place, f.code, f.message) for f in check_workspace(workspace).findings]
    assert len(lines) == len(set(lines))
