"""jbnet playbook as people see it, and the shipped playbooks as text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_line import Run, runner

from jbnet.adapters.playbook_shelf import PlaybookShelf
from jbnet.catalogue import load
from jbnet.cli.context import Context
from jbnet.cli.playbook import _Tasks
from jbnet.model.errors import UsageError
from jbnet.model.text import Text
from jbnet.ports import Progress

ROOT = Path(__file__).parents[3]
PLAYBOOKS = ROOT / "playbooks"
KEYWORDS = {
    "name", "register", "when", "changed_when", "failed_when", "check_mode", "no_log", "loop", "loop_control", "vars",
    "until", "retries", "delay", "ignore_errors", "become", "delegate_to", "run_once", "throttle",
}  # fmt: skip


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capfd)


def test_the_shipped_playbooks_are_listed_with_what_they_are_for(call: Run) -> None:
    code, said, _ = call("-C", ROOT, "--json", "playbook")
    listed = json.loads(said)["data"]["playbooks"]
    assert code == 0
    assert {"baseline", "postgres", "backup", "application", "firmware", "facts"} <= {p["name"] for p in listed}
    assert [p["name"] for p in listed if not p["about"] or not p["about_zh"]] == []


def test_the_index_names_no_playbook_that_is_not_there() -> None:
    named = yaml.safe_load((PLAYBOOKS / "index.yaml").read_text(encoding="utf-8"))["playbooks"]
    assert named.keys() <= PlaybookShelf(ROOT).all().keys()


def test_an_unknown_playbook_is_wrong_use(call: Run) -> None:
    code, _, said = call("-C", ROOT, "playbook", "basline", "all")
    assert code == 2
    assert "there is no playbook basline" in said
    assert "baseline" in said


def test_without_devices_it_is_wrong_use(call: Run) -> None:
    assert call("-C", ROOT, "playbook", "facts")[0] == 2


@pytest.mark.parametrize(
    "word",
    [
        "ansible_connection=local",
        "ansible_ssh_common_args=-oStrictHostKeyChecking=no",
        "ansible_host_key_checking=false",
        "ANSIBLE_CONNECTION=local",
        "ansible_python_interpreter=/tmp/x",
        "inventory_hostname=localhost",
        "hostvars={}",
        "version='{{ lookup(1) }}'",
        'names=["a", "\\x7b{ 1 }}"]',
    ],
)
def test_no_variable_decides_where_and_how_a_task_runs(call: Run, word: str) -> None:
    code, _, said = call("-C", ROOT, "playbook", "facts", "device:core-r1", "--set", word)
    assert (code, word.partition("=")[0] in said) == (4, True), said


@pytest.mark.parametrize("word", ["no-equals", "a b=1", "x={"])
def test_a_setting_that_sets_nothing_is_wrong_use(call: Run, word: str) -> None:
    assert call("-C", ROOT, "playbook", "facts", "all", "--set", word)[0] == 2


@pytest.mark.parametrize("text", ["playbooks: {facts: {abut: x}}", "playbooks: [", "playbooks: {facts: {seconds: -1}}"])
def test_an_index_with_an_error_is_told_by_its_key(tmp_path: Path, text: str) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "index.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="cannot be understood"):
        PlaybookShelf(tmp_path).all()


def tasks() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every task of the shipped playbooks and roles."""
    for file in sorted(
        [*PLAYBOOKS.glob("*.yaml"), *PLAYBOOKS.glob("plays/*.yaml"), *PLAYBOOKS.glob("roles/*/tasks/*")]
    ):
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
        if file.name == "index.yaml":
            continue
        for entry in found:
            for task in entry.get("tasks", [entry] if "hosts" not in entry else []):
                if "import_playbook" not in task:
                    yield str(file.relative_to(PLAYBOOKS)), task


def action(task: dict[str, Any]) -> str:
    (name,) = task.keys() - KEYWORDS
    return str(name)


def test_every_task_is_builtin_or_our_own() -> None:
    own = {path.stem for path in (*PLAYBOOKS.glob("library/*.py"), *PLAYBOOKS.glob("action_plugins/*.py"))}
    odd = [(f, action(t)) for f, t in tasks() if action(t) not in own and not action(t).startswith("ansible.builtin.")]
    assert odd == []


def test_no_task_with_a_secret_writes_a_log() -> None:
    assert [(f, t["name"]) for f, t in tasks() if "jbnet_secrets" in str(t) and t.get("no_log") is not True] == []


def test_every_task_has_a_name_of_its_own_words() -> None:
    assert [f for f, t in tasks() if not re.match(r"[A-Z\"]", t.get("name", ""))] == []


def tasks_of(plays: object) -> Iterator[str]:
    """Yield the names of all tasks in a file of plays or tasks."""
    for item in plays if isinstance(plays, list) else ():
        if "hosts" not in item and "name" in item:
            yield item["name"]
        for key in ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always"):
            yield from tasks_of(item.get(key))


def test_every_task_that_is_told_has_a_name_in_chinese() -> None:
    catalogue = load("zh")
    names = {
        re.sub(r"\{\{ service_name \}\}", "{name}", name)
        for path in PLAYBOOKS.rglob("*.yaml")
        for name in tasks_of(yaml.safe_load(path.read_text(encoding="utf-8")))
    }
    assert len(names) > 30
    assert sorted(name for name in names if name not in catalogue and "{{" not in name) == []


def test_in_a_dry_run_nothing_is_told_to_be_changed() -> None:
    said: list[str] = []

    class Chinese(Context):
        def note(self, template: str | Text, **params: object) -> None:
            said.append(self.tr(template, **params))

    for dry in (True, False):
        tasks = _Tasks(Chinese(ROOT, lang="zh"), dry=dry)
        tasks.report(Progress("playbook.task", "east-app1", {"task": "Service chrony", "outcome": "changed"}))
    assert said == ["east-app1：服务 chrony：会改变", "east-app1：服务 chrony：已改变"]


def test_it_is_known_which_groups_a_playbook_is_for() -> None:
    groups = PlaybookShelf(ROOT).all()
    assert groups["baseline"].groups == ("servers",)
    assert groups["facts"].groups == ("servers", "platform_frr")
    assert "databases" in groups["postgres"].groups
