"""What `jbnet check` calls an error of the rule sets, `jbnet plan` says too."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from jbnet import wiring
from jbnet.change.model import Change, Plan, Wave
from jbnet.cli.context import Context
from jbnet.cli.plan import conclude
from jbnet.model.findings import Finding

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def unpreferred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped workspace, both sessions with the ministry of one preference."""
    workspace = tmp_path_factory.mktemp("workspace")
    for folder in ("inventory", "topology", "monitors", "dr"):
        shutil.copytree(ROOT / folder, workspace / folder)
    routing = workspace / "topology" / "routing.yaml"
    said = routing.read_text(encoding="utf-8")
    assert said.count("{primary: 200, backup: 100}") > 0
    routing.write_text(said.replace("{primary: 200, backup: 100}", "{primary: 200, backup: 200}"), encoding="utf-8")
    return workspace


@pytest.fixture(scope="module")
def faults(unpreferred: Path) -> tuple[Finding, ...]:
    network, found = wiring.load_judged(unpreferred, unpreferred / ".jbnet")
    assert network.devices
    return found


def test_a_plan_gets_every_error_of_the_rule_sets_that_check_finds(
    unpreferred: Path, faults: tuple[Finding, ...]
) -> None:
    checked = wiring.check_workspace(unpreferred).findings
    assert {fault.code for fault in faults} == {finding.code for finding in checked if finding.severity == "error"}
    assert "QH-R-07" in {fault.code for fault in faults}
    assert all(fault.severity == "error" for fault in faults)


def test_what_is_shipped_breaks_no_rule() -> None:
    assert wiring.load_judged(ROOT, ROOT / "no-such-state")[1] == ()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_people_see_the_rule_what_is_wrong_and_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], faults: tuple[Finding, ...], lang: str
) -> None:
    context = Context(directory=tmp_path, lang=lang)
    changes = {"core-r1": Change("core-r1", ("+ x",), "", "")}
    conclude(context, Plan("qinghai", (Wave(1, ("core-r1",)),), changes, faults=faults), None, diff=False)
    said = capsys.readouterr().out
    assert "QH-R-07" in said
    assert "--override QH-R-07" in said
    assert ("声明违反规范" if lang == "zh" else "the declaration breaks rules") in said
    assert ("is preferred" in " ".join(said.split())) is (lang == "en")


def test_programs_find_them_among_the_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], faults: tuple[Finding, ...]
) -> None:
    conclude(Context(directory=tmp_path, json=True), Plan("qinghai", faults=faults), None, diff=False)
    assert '"code": "QH-R-07", "severity": "error"' in capsys.readouterr().out
