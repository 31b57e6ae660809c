"""``--help`` of every command: in both languages, within 80 columns."""

from __future__ import annotations

import subprocess
import sys

import pytest
from command_line import Run, all_commands

from jbnet.cli.columns import cells, lines

PATHS = [path for path, _ in all_commands()]


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_help_stays_within_80_columns(run: Run, path: tuple[str, ...], lang: str) -> None:
    code, out, err = run("--lang", lang, *path, "--help")
    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if cells(line) > 80] == []
    assert out.startswith("Usage: jbnet" if lang == "en" else "用法：jbnet")


def test_an_output_is_named_in_the_same_two_ways_everywhere() -> None:
    options = [option for _, command in all_commands() for option in command.params]
    assert {tuple(option.opts) for option in options if "-o" in option.opts} == {("--output", "-o")}


def test_the_language_of_help_may_come_from_the_environment(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JBNET_LANG", "zh")
    for words in ((), ("--help",), ("show",), ("show", "site", "--help")):
        _, out, err = run(*words)
        assert (out + err).startswith("用法：jbnet")


def test_chinese_help_says_nothing_in_english_but_names(run: Run) -> None:
    _, out, _ = run("--lang", "zh", "address", "free", "--help")
    assert "必填" in out
    assert "required" not in out
    assert "Options" not in out


def test_help_imports_neither_the_commands_nor_what_they_need() -> None:
    heavy = {"rich", "pydantic", "networkx", "jbnet.wiring", "jbnet.inventory", "yaml"}
    code = (
        "import sys; sys.argv = ['jbnet', '--help']; from jbnet.cli.app import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_chinese_is_broken_between_characters_and_signs_stay_with_what_is_before_them() -> None:
    assert lines("查看站点，设备。", 9) == ["查看站", "点，设", "备。"]
    assert lines("one two  three", 7) == ["one two", "three"]
    assert lines("averylongword", 5) == ["averylongword"]
    assert lines("", 5) == [""]
