"""The guide of audits: its example works as it stands, and its commands are the program's."""

from __future__ import annotations

import re
from pathlib import Path

from command_line import all_commands

from jbnet.standards import load

PAGE = (Path(__file__).parents[3] / "docs" / "audit.md").read_text(encoding="utf-8")


def test_the_example_is_sound_and_judged_on_configurations() -> None:
    standards = load(dict(re.findall(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)))
    assert standards.findings == ()
    assert [rule.evidence.value for rule in standards.rules.values()] == ["configuration"]


def test_every_option_of_the_guide_is_one_of_the_commands() -> None:
    command = next(command for path, command in all_commands() if path == ("audit",))
    known = {option for param in command.params for option in param.opts} | {"--json"}
    lines = [line for line in PAGE.splitlines() if "jbnet" in line and line.startswith("jbnet") and "audit" in line]
    used = {word for line in lines for word in re.findall(r"--[a-z]+", line)}
    assert used
    assert sorted(used - known) == []
