"""The guide of standards: its example works as it stands, its tables are the program's."""

from __future__ import annotations

import re
from pathlib import Path

from jbnet.standards import load
from jbnet.standards.predicates import VOCABULARY
from jbnet.standards.subjects import FILTERS

PAGE = (Path(__file__).parents[3] / "docs" / "standards.md").read_text(encoding="utf-8")


def test_the_example_is_sound() -> None:
    blocks = re.findall(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", PAGE, re.DOTALL)
    standards = load(dict(blocks))
    assert standards.findings == ()
    assert [len(one.rules) for one in standards.sets.values()] == [2]
    assert len(standards.waivers) == 1


def test_every_predicate_is_in_the_table_and_no_other() -> None:
    table = PAGE.partition("## What can be required")[2]
    named = re.findall(r"`([a-z_]+)`", " ".join(line.split("|")[1] for line in table.splitlines() if "|" in line))
    assert sorted(named) == sorted(VOCABULARY)


def test_every_predicate_names_all_its_parameters() -> None:
    rows = [line.split("|") for line in PAGE.partition("## What can be required")[2].splitlines() if "`" in line]
    for row in rows:
        for name in re.findall(r"`([a-z_]+)`", row[1]):
            assert [field for field in VOCABULARY[name].model_fields if field not in row[2]] == [], name


def test_every_filter_is_in_the_table() -> None:
    table = PAGE.partition("## Subjects and their filters")[2].partition("## ")[0]
    rows = [line.split("|") for line in table.splitlines() if "`" in line and line.startswith("|")]
    listed = {kind: row[2] for row in rows for kind in re.findall(r"`(\w+)`", row[1])}
    for kind, filters in FILTERS.items():
        assert [key for key in filters if key not in listed[kind.value]] == [], kind
