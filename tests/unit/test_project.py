"""The repository's shape and its texts are tested too."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
import yaml
from command_line import all_commands

from jbnet.catalogue import load
from jbnet.cli.app import LAZY_COMMANDS, load_command
from jbnet.cli.help import paragraphs
from jbnet.cli.show_subjects import SUBJECTS
from jbnet.cli.standards_tables import meaning
from jbnet.inventory.addresses.uses import Kind
from jbnet.inventory.schema.lines import Media
from jbnet.model.business import Replication
from jbnet.model.findings import Severity
from jbnet.model.levels import CircuitRole, DeviceKind, InterfaceKind, Level, Status, Zone
from jbnet.monitor.alarm_words import WORDS
from jbnet.monitor.causes import CauseKind
from jbnet.recovery import readiness
from jbnet.standards.model import Aspect, Outcome
from jbnet.standards.predicates import VOCABULARY

ROOT = Path(__file__).parents[2]
TEXT_MAKERS = {"text", "say", "note", "tr", "stage", "measured", "JbnetError"}
ERRORS = {"UsageError", "AnswerIsNo", "TargetError", "Unreachable", "CommandFailed", "Missing", "Refused"}


def templates() -> Iterator[tuple[str, str]]:
    """Yield (place, template) of every literal text in the program."""
    for path in sorted((ROOT / "jbnet").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in TEXT_MAKERS | ERRORS:
                continue
            for argument in node.args:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and name != "stage":
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", argument.value
                    break
            if name == "stage" and len(node.args) > 1 and isinstance(node.args[1], ast.Constant):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", str(node.args[1].value)


def templates_of_pages() -> Iterator[tuple[str, str]]:
    """Yield (place, template) of every text in a page's template: what stands in ``_("...")``."""
    for path in sorted((ROOT / "jbnet" / "web" / "templates").glob("*.j2")):
        for found in re.finditer(r"""_\((?:"([^"]*)"|'([^']*)')""", path.read_text(encoding="utf-8")):
            yield str(path.relative_to(ROOT)), found[1] or found[2]


def has_words(template: str) -> bool:
    """A template of parameters and punctuation alone needs no translation."""
    return any(any(c.isalpha() for c in literal) for literal, *_ in string.Formatter().parse(template))


def parameters(template: str) -> set[str]:
    return {name for _, name, *_ in string.Formatter().parse(template) if name is not None}


def test_every_text_has_a_chinese_translation() -> None:
    catalogue = load("zh")
    missing = [
        f"{place}: {template}"
        for place, template in (*templates(), *templates_of_pages())
        if has_words(template) and template not in catalogue
    ]
    assert not missing, "\n".join(missing)


def test_every_text_of_help_has_a_chinese_translation() -> None:
    catalogue = load("zh")
    assert [f"{' '.join(path)}: {said}" for path, said in texts_of_help() if said not in catalogue] == []


def test_every_word_of_a_closed_set_that_is_shown_has_a_chinese_translation() -> None:
    catalogue = load("zh")
    assert sorted(word for word in {*words_shown()} if word not in catalogue) == []


def words_shown() -> Iterator[str]:
    """Yield what tables and messages take from closed sets, which are no literal texts in the program."""
    for words in (
        Level,
        Status,
        CircuitRole,
        Zone,
        DeviceKind,
        InterfaceKind,
        Severity,
        Kind,
        Outcome,
        Aspect,
        CauseKind,
        readiness.Level,
        readiness.Check,
        readiness.Question,
        readiness.Can,
    ):
        yield from (member.value for member in words)
    yield from (*get_args(Media), *Replication, "native", "device", "reboot", "primary", "standby")
    yield from ("prefix", *(subject.name for subject in SUBJECTS), *WORDS.values())
    yield from (str(meaning(predicate)) for predicate in VOCABULARY.values())


def texts_of_help() -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each paragraph and option's text of the command line, with the command that says it."""
    for path, command in all_commands():
        yield from ((path, paragraph) for paragraph in paragraphs(command.help))
        helps = (getattr(param, "help", None) for param in command.params)
        yield from ((path, " ".join(said.split())) for said in helps if said)
    yield from (((name,), said) for name, (_, said) in LAZY_COMMANDS.items())


def test_no_text_is_translated_in_two_ways() -> None:
    said: dict[str, set[str]] = {}
    for file in sorted((ROOT / "jbnet" / "catalogue" / "zh").glob("*.yaml")):
        for template, chinese in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            said.setdefault(template, set()).add(chinese)
    assert {template: both for template, both in said.items() if len(both) > 1} == {}


def test_every_translation_uses_parameters_of_its_template() -> None:
    wrong = {en: zh for en, zh in load("zh").items() if not parameters(zh) <= parameters(en)}
    assert not wrong


@pytest.mark.parametrize("name", LAZY_COMMANDS)
def test_every_command_can_be_loaded_and_has_help(name: str) -> None:
    command = load_command(name)
    assert command.name == name
    assert command.help or getattr(command, "commands", None)


def test_the_fixed_top_level_is_there() -> None:
    wanted = "inventory playbooks monitors dr topology jbnet tests ansible.cfg pyproject.toml Makefile"
    files = [*wanted.split(), "README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    names = [d.split(">")[0].split("[")[0].split("=")[0].lower() for d in project["dependencies"]]
    assert [name for name in names if name not in reasons] == []


def test_no_decision_is_missing_from_the_index() -> None:
    index = (ROOT / "docs" / "adr" / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in (ROOT / "docs" / "adr").glob("0*.md") if p.name not in index] == []
