"""A selector that no device fits is a wrong use everywhere: a night's backup of nobody must not end well."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run

ROOT = Path(__file__).parents[3]
NOBODY = "level=county,level=township"


@pytest.mark.parametrize(
    "words",
    [
        ("plan", NOBODY, "--check"),
        ("drift", NOBODY),
        ("backup", NOBODY),
        ("render", NOBODY),
        ("hostkeys", "check", NOBODY),
        ("run", NOBODY, "--", "display version"),
    ],
    ids=" ".join,
)
def test_selecting_nobody_is_no_success(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    code, _, said = run("-C", ROOT, "--state", tmp_path, *words)
    assert (code, "no device of ours is selected" in said) == (2, True), said


def test_everybody_may_be_nobody(run: Run, tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    code, _, said = run("-C", tmp_path, "plan")
    assert "is selected" not in said
    assert code != 2
