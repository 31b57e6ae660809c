"""The global options stand before the command or behind it, as one likes."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from command_line import Run, all_commands

from jbnet.cli.everywhere import take_globals

GLOBALS = {"-C", "--json", "--lang", "--state", "--vantage"}
PASSES_ON = [("lab", "exec")]
"""Commands whose options, known or not, are for a program in a device."""


def test_every_command_takes_the_global_options() -> None:
    taken = {path: {name for param in command.params for name in param.opts} for path, command in all_commands()}
    assert [path for path, options in taken.items() if not options >= GLOBALS] == PASSES_ON


@pytest.mark.parametrize(
    "words", [("--json", "address", "list"), ("address", "--json", "list"), ("address", "list", "--json")]
)
def test_json_may_stand_anywhere(run: Run, words: tuple[str, ...]) -> None:
    code, out, _ = run(*words)
    assert code == 0
    assert json.loads(out)["schema"] == "jbnet/1"


@pytest.mark.parametrize("option", [("-C", "{}"), ("-C{}",)])
def test_the_workspace_may_stand_behind_the_command(run: Run, tmp_path: Path, option: tuple[str, ...]) -> None:
    code, _, err = run("coverage", *(part.format(tmp_path) for part in option))
    assert code == 2
    assert f"{tmp_path} is no workspace" in err


def test_the_state_directory_may_stand_behind_the_command(run: Run, tmp_path: Path) -> None:
    assert f"{tmp_path}/monitor.db" in run("status", "--state", tmp_path)[2]


def test_the_language_may_stand_behind_the_command_and_behind_help(run: Run) -> None:
    for words in (("check", "--lang", "zh"), ("check", "--lang=zh"), ("check", "--help", "--lang", "zh")):
        code, out, _ = run(*words)
        assert code == 0
        assert any("\u4e00" <= sign <= "\u9fff" for sign in out), words


def test_what_stands_last_holds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JBNET_LANG", "zh")
    assert run("--lang", "zh", "show", "--help", "--lang", "en")[1].startswith("Usage: ")


def test_a_language_that_there_is_not_is_refused_behind_the_command_too(run: Run) -> None:
    code, out, err = run("coverage", "--lang", "fr")
    assert (code, out) == (2, "")
    assert "en, zh" in err


def test_init_keeps_its_own_directory_beside_the_workspace(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("init", tmp_path / "new", "-C", tmp_path / "other", "--json")
    assert code == 0
    assert json.loads(out)["data"]["directory"] == str(tmp_path / "new")


def test_what_stands_behind_two_dashes_is_the_devices_own(run: Run) -> None:
    code, out, _ = run("run", "core-r1", "--dry-run", "--", "display", "version", "--json")
    assert "--json" not in out
    assert not out.startswith("{")
    code, out, _ = run("run", "core-r1", "--dry-run", "--json", "--", "display", "version", "--lang", "zh")
    assert code == 0
    assert json.loads(out)["data"]["command"] == "display version --lang zh"


def test_an_option_of_a_command_keeps_the_commands_meaning() -> None:
    command = click.Command("own", params=[click.Option(["--state"])])
    take_globals(command)
    assert sum("--state" in param.opts for param in command.params) == 1
