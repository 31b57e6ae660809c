"""``jbnet dr report -o``, ``dr verify REPORT`` and ``dr score``: what is written, proved, refused."""

from __future__ import annotations

import csv
import io
import json
import shutil
import stat
from pathlib import Path

import pytest
from command_line import Run
from recovery_story import KEYS, LOST, Story, failback, failover, losing, runbook
from recovery_workspace import Workspace

from jbnet.adapters.keys import fingerprint
from jbnet.adapters.report_keys import openssh
from jbnet.inventory.codes import RULES

NAME = "20261122-1"


@pytest.fixture
def workspace(tmp_path: Path, run: Run) -> Workspace:
    found = Workspace(tmp_path, run)
    found.keep(failover(("production",)))
    return found


def json_of(out: str) -> dict[str, object]:
    found = json.loads(out)
    assert isinstance(found, dict)
    return found


def findings_of(out: str) -> list[tuple[str, str]]:
    """Return the findings of an envelope but the one that is the error itself."""
    found = json_of(out)["findings"]
    assert isinstance(found, list)
    return [(one["code"], one["message"]) for one in found if one["code"] != "JB000"]


def test_both_forms_are_written_and_each_proves_itself(workspace: Workspace) -> None:
    page, document = workspace / "r.html", workspace / "r.json"
    code, out, err = workspace.run("dr", "report", NAME, "-o", page, "-o", document)
    assert code == 0, err
    assert str(page) in out
    for path in (page, document):
        code, out, err = workspace.run("dr", "verify", path)
        assert code == 0, err
        assert f"the report of {NAME} is as it was sealed" in out
        assert "this site's own key" in out
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(document.read_bytes())["schema"] == "jbnet/recovery-report/1"


def test_without_a_file_it_prints_what_it_always_printed_and_makes_no_key(workspace: Workspace) -> None:
    code, out, _ = workspace.run("dr", "report")
    assert code == 0
    assert out.startswith(f"# Execution {NAME}")
    assert not (workspace / ".jbnet/recovery/report-key").exists()


def test_the_sites_key_is_private_made_once_and_used_again(workspace: Workspace) -> None:
    signers = []
    for name in ("a.json", "b.json"):
        assert workspace.run("dr", "report", "-o", workspace / name)[0] == 0
        signers.append(json.loads((workspace / name).read_bytes())["signer"])
    key = workspace / ".jbnet/recovery/report-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert signers[0] == signers[1]
    key.chmod(0o644)
    code, _, err = workspace.run("dr", "report", "-o", workspace / "c.json")
    assert code == 4
    assert "0600" in err


def test_a_changed_figure_is_named_by_the_part_it_stands_in(workspace: Workspace) -> None:
    path = workspace / "r.json"
    workspace.run("dr", "report", "-o", path)
    path.write_text(path.read_text(encoding="utf-8").replace('"count": null', '"count": 0'), encoding="utf-8")
    code, out, err = workspace.run("--json", "dr", "verify", path)
    assert code == 1, err
    assert findings_of(out) == [
        ("JB792", "part databases was changed after it was signed"),
        ("JB792", "part lost was changed after it was signed"),
    ]
    assert "JB792" in RULES


def test_a_changed_word_of_the_page_is_named_with_its_line_and_what_was_signed(workspace: Workspace) -> None:
    path = workspace / "r.html"
    workspace.run("dr", "report", "-o", path)
    content = path.read_text(encoding="utf-8")
    line = content[: content.index("<td>li-na, wang-wei</td>")].count("\n") + 1
    path.write_text(content.replace("<td>li-na, wang-wei</td>", "<td>li-na, zhao-lei</td>"), encoding="utf-8")
    code, _, err = workspace.run("dr", "verify", path)
    assert code == 1
    assert f"line {line} of the page says" in err
    assert "li-na, wang-wei" in err
    assert "the page around the report is not the one that was signed" in err


def test_another_signature_than_the_expected_is_refused_by_fingerprint_and_by_file(workspace: Workspace) -> None:
    path = workspace / "r.json"
    workspace.run("dr", "report", "-o", path)
    own = workspace / ".jbnet/recovery/report-key.pub"
    other = next(iter(KEYS.values())).public_key()
    (workspace / "other.pub").write_text(openssh(other))
    for key in (str(own), json.loads(path.read_bytes())["signer"]["fingerprint"]):
        code, out, err = workspace.run("dr", "verify", path, "--key", key)
        assert code == 0, err
        assert "the key that was expected" in out
    for key in (str(workspace / "other.pub"), fingerprint(other)):
        code, out, _ = workspace.run("--json", "dr", "verify", path, "--key", key)
        assert code == 1
        assert [code for code, _ in findings_of(out)] == ["JB793"]


def test_whose_key_it_is_is_said_not_to_be_checked_where_nobody_knows_it(workspace: Workspace, tmp_path: Path) -> None:
    path = workspace / "r.json"
    workspace.run("dr", "report", "-o", path)
    code, out, _ = workspace.run("--state", tmp_path / "elsewhere", "dr", "verify", path)
    assert code == 0
    assert "was not checked" in out
    assert not (tmp_path / "elsewhere").exists()


def test_a_report_is_proved_where_there_is_no_workspace(workspace: Workspace, tmp_path: Path, run: Run) -> None:
    path = workspace / "r.html"
    workspace.run("--lang", "zh", "dr", "report", "-o", path)
    empty = tmp_path / "auditor"
    empty.mkdir()
    copy = shutil.copy(path, empty / "report.html")
    code, _, err = run("-C", empty, "dr", "verify", copy)
    assert code == 0, err
    assert [found.name for found in empty.iterdir()] == ["report.html"], "proving leaves nothing behind"


def test_the_public_half_of_the_key_is_laid_out_again_where_it_is_gone(workspace: Workspace) -> None:
    workspace.run("dr", "report", "-o", workspace / "r.json")
    public = workspace / ".jbnet/recovery/report-key.pub"
    said = public.read_text()
    public.unlink()
    workspace.run("dr", "report", "-o", workspace / "r.json")
    assert public.read_text() == said


def test_a_hash_noted_earlier_must_be_in_the_reports_journal(workspace: Workspace) -> None:
    path = workspace / "r.json"
    workspace.run("dr", "report", "-o", path)
    assert workspace.run("dr", "verify", path, "--head", failover(("production",)).head)[0] == 0
    code, _, err = workspace.run("dr", "verify", path, "--head", "0" * 63 + "1")
    assert code == 1
    assert "the hash noted earlier" in err


def test_a_report_of_a_journal_that_broke_the_rules_says_so_and_does_not_hold(tmp_path: Path, run: Run) -> None:
    workspace = Workspace(tmp_path, run)
    story = Story(NAME, "failover", ("production",))
    story.begin()
    for step in story.steps:
        if step.action == "approve":
            story.approve(step, {}, people=("li-na",))
        else:
            story.step(step, {})
    workspace.keep(story.end())
    path = workspace / "r.json"
    code, out, err = workspace.run("dr", "report", "-o", path)
    assert code == 1, out
    assert "the journal is not sound" in err
    code, out, _ = workspace.run("--json", "dr", "verify", path)
    assert code == 1
    assert {code for code, _ in findings_of(out)} == {"JB791"}


def test_the_reconciliation_list_opens_in_a_spreadsheet_in_both_languages_and_runs_nothing(
    workspace: Workspace,
) -> None:
    workspace.keep(failback(("production",), lost={"production": losing(*LOST, count=3)}))
    (workspace / "book.csv").write_bytes(
        "xid,对方机构,时间,金额,备注\r\n771,=HYPERLINK(1),2026-11-22 11:59:40,1280.00,养老金\r\n".encode("gb18030")
    )
    out = workspace / "list.csv"
    words = ("dr", "report", NAME, "--ledger", workspace / "book.csv", "--reconciliation", out)
    code, _, err = workspace.run(*words)
    assert code == 0, err
    raw = out.read_bytes()
    assert raw.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0][3] == "已告知方 told to"
    assert [row[:2] + row[3:4] for row in rows[1:]] == [
        ["production", "771", "'=HYPERLINK(1)"],
        ["production", "772", "unknown: ask"],
        ["production", "1 more that are not listed", ""],
    ]


def test_a_ledger_without_counterparties_is_wrong_use(workspace: Workspace) -> None:
    (workspace / "book.csv").write_text("transaction,amount\n1,2\n")
    code, _, err = workspace.run("dr", "report", "--ledger", workspace / "book.csv", "-o", workspace / "r.json")
    assert code == 2
    assert "counterparty" in err


def test_what_was_measured_is_taken_as_databases_measure_prints_it(workspace: Workspace) -> None:
    data = {
        "client": "town",
        "unreadable": 0,
        "databases": {"production": {"rto_s": 4.5, "rpo_s": 0.0, "lost_ids": []}},
    }
    (workspace / "m.json").write_text(json.dumps({"schema": "jbnet/1", "ok": True, "data": data}))
    path = workspace / "r.json"
    assert workspace.run("dr", "report", "--measured", workspace / "m.json", "-o", path)[0] == 0
    found = json.loads(path.read_bytes())
    assert found["databases"][0]["rto"]["seconds"] == 4.5
    (workspace / "m.json").write_text("{}")
    assert workspace.run("dr", "report", "--measured", workspace / "m.json", "-o", path)[0] == 2


@pytest.mark.parametrize(
    "words",
    [
        ("report", "-o", "r.pdf"),
        ("report", "--ledger", "x.csv"),
        ("verify", "--key", "SHA256:x"),
        ("verify", "20200101-1"),
    ],
)
def test_wrong_use_is_refused(workspace: Workspace, words: tuple[str, ...]) -> None:
    assert workspace.run("dr", *words)[0] == 2


def test_a_report_that_is_not_there_is_missing(workspace: Workspace) -> None:
    assert workspace.run("dr", "verify", workspace / "none.html")[0] == 3


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_score_fits_a_terminal_and_says_what_is_missing(workspace: Workspace, lang: str) -> None:
    code, out, err = workspace.run("--lang", lang, "dr", "score")
    assert code == 0, err
    assert "GB/T 20988-2007" in out
    assert "GB/T 20988-2025" in out
    assert ("none shown" if lang == "en" else "未证明任何等级") in out
    found = json_of(workspace.run("--json", "dr", "score")[1])["data"]
    assert isinstance(found, dict)
    assert found["total"] == 0
    assert len(found["elements"]) == 7


def test_a_score_is_refused_while_its_file_has_errors(workspace: Workspace) -> None:
    (workspace / "dr/standard.yaml").write_text("declared:\n  nonsense: {holds: true, reason: x}\n")
    code, _, err = workspace.run("dr", "score")
    assert code == 1
    assert "nonsense" in err


def test_the_runbooks_of_the_stories_are_those_that_are_shipped() -> None:
    assert {step.action for step in runbook("failover").steps} >= {"assess", "fence", "promote", "verify-writes"}
