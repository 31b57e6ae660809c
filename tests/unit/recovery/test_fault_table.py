"""docs/recovery-faults.md stays true: every test and every fault that it names is there, and none is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "recovery-faults.md").read_text(encoding="utf-8")
LIST, _, MEASURED = PAGE.partition("## As measured")
ROWS = [line.strip("|").split("|") for line in LIST.splitlines() if line.startswith("|")][2:]


def kinds() -> set[str]:
    """Return the faults under load that there are, by name."""
    tree = ast.parse((ROOT / "tests" / "lab" / "fault_list.py").read_text(encoding="utf-8"))
    found = next(n for n in ast.walk(tree) if isinstance(n, ast.AnnAssign) and ast.unparse(n.target) == "KINDS")
    assert isinstance(found.value, ast.Dict)
    return {str(ast.literal_eval(key)) for key in found.value.keys if key is not None}


def functions_of(file: str) -> Iterator[str]:
    """Yield the functions of a file, wherever it lies."""
    for path in (ROOT / "tests").rglob(file):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        yield from (node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def test_every_test_that_the_table_of_faults_names_exists() -> None:
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)
    assert named
    assert [f"{file}::{name}" for file, name in named if name not in functions_of(file)] == []


def test_every_fault_under_load_is_in_the_table_and_none_that_is_not_there() -> None:
    assert {word for row in ROWS for word in re.findall(r"`([^`]+)`", row[1])} == kinds()


def test_what_was_measured_was_measured_of_faults_that_are_there() -> None:
    assert set(re.findall(r"^\| `([^`]+)`", MEASURED, re.MULTILINE)) <= kinds()


def test_every_fault_of_the_table_is_shown_by_something_or_said_not_to_be() -> None:
    assert [row[0].strip() for row in ROWS if "`" not in row[1] + row[2] and row[2].strip() != "no test yet"] == []
