"""What ``jbnet dr`` says to somebody tired: readable at 80 columns, the right next step, no words of Python's."""

from __future__ import annotations

import threading
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from command_line import Run
from recovery_story import KEYS, Story, failover
from recovery_workspace import Workspace

from jbnet.adapters.keys import load_private, make_person
from jbnet.cli.columns import cells
from jbnet.cli.context import Context
from jbnet.cli.dr_show import EventLines
from jbnet.model.errors import UsageError
from jbnet.model.text import Titled, text
from jbnet.ports import Progress
from jbnet.recovery.account import told_by
from jbnet.recovery.shown import as_typed
from jbnet.services.recover.entries import text_data

NAME = "20261122-1"
COMMANDS = """\
name: failover
title: Failover, applications started
title_zh: 故障切换，并启动应用
steps:
  - name: approve
    action: approve
  - name: start
    action: command
    params:
      host: golmud-dc-app1
      do: [sudo, sh, -c, "echo 'a b' > /run/x"]
      probe: [systemctl, is-active, app]
      verify: [systemctl, is-active, app]
    timeout: 30
  - name: applications
    action: verify-applications
    params: {site: standby, applications: [insurance, card]}
    timeout: 30
"""


@pytest.fixture
def workspace(tmp_path: Path, run: Run) -> Workspace:
    return Workspace(tmp_path, run)


def stopped() -> Story:
    """A failover whose promotion failed with a hint."""
    story = Story(NAME, "failover", ("production", "exchange", "decision"))
    story.begin()
    for step in story.steps:
        if step.action == "approve":
            story.approve(step, {})
        elif step.action == "promote":
            hint = {"text": "look at the disk", "template": "look at the disk", "params": {}}
            failed = {"text": "it does not answer", "template": "it does not answer", "params": {}, "phase": "do"}
            for _ in range(step.step.retry + 1):
                story.tell("intent", step.key, {"action": step.action, "params": dict(step.params)})
                story.tell("failed", step.key, {**failed, "hint": hint})
            break
        else:
            story.step(step, {"database": step.database})
    return story


def test_status_has_columns_and_of_a_failed_step_what_to_do_within_80_columns(workspace: Workspace) -> None:
    workspace.keep(failover(("production",), execution="20261121-1"))
    workspace.keep(stopped().past)
    for lang, head, following in (("en", "execution   runbook", "next: look at the disk"), ("zh", "执行", "下一步：")):
        code, out, err = workspace.run("--lang", lang, "dr", "status")
        assert code == 0, err
        assert out.startswith(head)
        assert following in out
        assert "promote[production]" in out
        assert f"jbnet dr resume {NAME}" in out
        assert max(map(cells, out.splitlines())) <= 80
    first, second = (line for line in workspace.run("dr", "status")[1].splitlines() if line.startswith("202611"))
    assert first.index("failover") == second.index("failover")
    assert first.index("done") == second.index("stopped")


def test_the_account_says_what_a_failed_step_wants_done(workspace: Workspace) -> None:
    workspace.keep(stopped().past)
    assert "it does not answer; next: look at the disk" in workspace.run("dr", "report", NAME)[1]


def test_a_dry_run_prints_commands_as_they_are_typed(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "book.yaml"
    book.write_text(COMMANDS, encoding="utf-8")
    root = Path(__file__).parents[3]
    code, out, err = run("-C", root, "--state", tmp_path / "s", "dr", "failover", "--runbook", book, "--dry-run")
    assert code == 0, err
    assert """do: sudo sh -c 'echo '"'"'a b'"'"' > /run/x'""" in out
    assert "probe: systemctl is-active app" in out
    assert "applications=insurance,card" in out
    assert "['" not in out


def test_parameters_have_no_brackets_of_pythons() -> None:
    assert as_typed("verify", ["test", "-f", "a b"]) == "test -f 'a b'"
    assert as_typed("ends", ("core-r1", "golmud-dc-r1")) == "core-r1,golmud-dc-r1"
    assert as_typed("variables", {"site": "standby", "ports": [1, 2]}) == "site=standby,ports=1,2"


@pytest.mark.parametrize("command", ["report", "verify", "resume"])
def test_nobody_is_told_to_fail_over_because_there_is_nothing_to_report(workspace: Workspace, command: str) -> None:
    code, _, err = workspace.run("dr", command)
    assert code == 3
    assert "jbnet dr status lists what is known here" in err
    assert "failover" not in err


def test_what_has_ended_is_not_shown_as_if_it_waited_for_signatures(workspace: Workspace) -> None:
    workspace.keep(failover(("production",)))
    key = make_person(workspace / "own", "li-na")
    code, out, err = workspace.run("dr", "approve", NAME, "--key", key, "--yes")
    assert (code, out) == (2, "")
    assert f"{NAME} has ended (done)" in err
    code, _, err = workspace.run("dr", "approve", NAME, "--token", "a/b/c/d/e")
    assert (code, "has ended" in err) == (2, True)


def test_what_was_approved_already_says_by_whom(workspace: Workspace) -> None:
    workspace.keep(stopped().past)
    code, _, err = workspace.run("dr", "approve", NAME, "--key", make_person(workspace / "own", "li-na"), "--yes")
    assert code == 2
    assert f"approved already, by {', '.join(KEYS)}" in err


def test_a_public_key_is_told_from_a_private_one_that_others_may_read(tmp_path: Path) -> None:
    private = make_person(tmp_path, "li-na")
    public = tmp_path / "approvers" / "li-na.pub"
    public.chmod(0o644)
    with pytest.raises(UsageError, match="the public half of a key"):
        load_private(public, str)
    beside = private.with_suffix(".pub")
    beside.write_bytes(public.read_bytes())
    with pytest.raises(UsageError) as caught:
        load_private(beside, str)
    assert str(caught.value.hint) == f"give {private}"
    assert load_private(private, str)


def test_a_file_of_another_kind_is_wrong_use_of_verify(workspace: Workspace) -> None:
    (workspace / "rec.csv").write_text("a,b\n")
    code, _, err = workspace.run("dr", "verify", workspace / "rec.csv")
    assert code == 2
    assert "neither a report" in err


def test_lines_from_threads_have_the_networks_time_and_say_its_zone(capfd: pytest.CaptureFixture[str]) -> None:
    context = Context(Path())
    context.__dict__["time_zone"] = timezone(timedelta(hours=5, minutes=45))
    lines = EventLines(context)
    lines.report(Progress("a", "here", {"text": text("told")}))
    worker = threading.Thread(target=lines.report, args=(Progress("a", "there", {"text": text("told")}),))
    worker.start()
    worker.join()
    said = capfd.readouterr().err.splitlines()
    assert len(said) == 2
    assert [line.split()[0][8:] for line in said] == ["+05:45", "+05:45"]


def test_a_title_is_shown_in_the_readers_language_and_a_text_within_a_text_survives_the_journal() -> None:
    title = text("{execution}: {title} is started", execution=NAME, title=Titled("Failover", zh="故障切换"))
    chinese = {"{execution}: {title} is started": "{execution}：{title}已开始", "no answer": "没有应答"}
    assert title.render(chinese) == f"{NAME}：故障切换已开始"
    assert str(title) == f"{NAME}: Failover is started"
    kept = text_data(text("{host}: {reason}", host="a", reason=text("no answer")))
    assert told_by(kept).render(chinese) == "a: 没有应答"


def test_what_paramiko_logs_of_a_server_that_is_none_does_not_reach_the_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    import logging

    import jbnet.adapters.ssh_login

    assert jbnet.adapters.ssh_login
    paramiko = logging.getLogger("paramiko")
    assert any(isinstance(handler, logging.NullHandler) for handler in paramiko.handlers)
    propagates, paramiko.propagate = paramiko.propagate, False  # pytest listens at the root
    try:
        logging.getLogger("paramiko.transport").error("Traceback (most recent call last)")
    finally:
        paramiko.propagate = propagates
    assert capfd.readouterr().err == ""
