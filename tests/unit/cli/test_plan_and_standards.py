"""What `jbnet check` calls an error of the rule sets or of a day that is over, `jbnet plan` and others say too."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import Run, runner

from jbnet import wiring
from jbnet.change.codec import to_json
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
    assert ("equally preferred" in " ".join(said.split())) is (lang == "en")


def test_programs_find_them_among_the_findings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], faults: tuple[Finding, ...]
) -> None:
    conclude(Context(directory=tmp_path, json=True), Plan("qinghai", faults=faults), None, diff=False)
    assert '"code": "QH-R-07", "severity": "error"' in capsys.readouterr().out


@pytest.fixture(scope="module")
def outlasted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped workspace with a permission that ended, and one that did not."""
    workspace = tmp_path_factory.mktemp("outlasted")
    for folder in ("inventory", "topology", "monitors", "dr"):
        shutil.copytree(ROOT / folder, workspace / folder)
    (workspace / "inventory" / "permissions.yaml").write_text(
        "permissions:\n"
        '  over: {from: tax-haixi, to: xining-dc-db1, port: 8443, until: "2020-01-31", reason: letter 17}\n'
        '  open: {from: tax-haixi, to: xining-dc-db1, port: 8444, until: "2199-12-31", reason: letter 18}\n',
        encoding="utf-8",
    )
    return workspace


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], outlasted: Path, tmp_path: Path) -> Run:
    call = runner(monkeypatch, capfd)
    return lambda *arguments: call("-C", outlasted, "--state", tmp_path / "state", *arguments)


def test_a_plan_gets_the_permissions_that_are_over_as_rules_that_apply_wants_overridden(
    outlasted: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network, over = wiring.load_judged(outlasted, tmp_path / "state")
    assert [(fault.code, str(fault.place)) for fault in over] == [("JB413", "inventory/permissions.yaml:2:3")]
    changes = {"core-r1": Change("core-r1", ("+ x",), "", "")}
    made = Plan(network.name, (Wave(1, ("core-r1",)),), changes, faults=over)
    assert made.broken == ("JB413",)
    conclude(Context(outlasted, state=tmp_path / "state"), made, None, diff=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "the permission over ended on 2020-01-31 and still opens filters" in said
    assert "--override JB413" in said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_render_says_on_stderr_that_a_permission_is_over_and_prints_the_configuration(run: Run, lang: str) -> None:
    code, out, err = run("--lang", lang, "render", "haixi-r1")
    assert code == 0
    assert "JB413" not in out
    assert ("许可 over 已于" if lang == "zh" else "the permission over ended on 2020-01-31") in err
    assert err.count("JB413") == 1


def test_render_puts_it_among_the_findings_of_its_json(run: Run) -> None:
    code, out, _ = run("--json", "render", "haixi-r1")
    assert code == 0
    assert [finding["code"] for finding in json.loads(out)["findings"]] == ["JB413"]


@pytest.mark.parametrize("override", [(), ("--override", "JB413")])
def test_apply_judges_the_days_anew_for_a_plan_made_before_a_permission_ended(
    run: Run, outlasted: Path, tmp_path: Path, override: tuple[str, ...]
) -> None:
    network, _ = wiring.load_judged(outlasted, tmp_path / "state")
    made = Plan(network.name, (Wave(1, ("core-r1",)),), {"core-r1": Change("core-r1", ("+ x",), "", "")})
    (tmp_path / "plan.json").write_text(json.dumps(to_json(made)), encoding="utf-8")
    code, out, err = run("apply", tmp_path / "plan.json", "--dry-run", *override)
    told = "inventory/permissions.yaml:2:3: since the plan was made the declaration breaks JB413" in out + err
    assert (code, told) == ((3, False) if override else (4, True)), out + err
