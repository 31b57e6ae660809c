"""A lab of a thousand devices is shown by what is not well."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet.cli import lab as command
from jbnet.cli.context import Context
from jbnet.lab.lab import Status


def shown(capsys: pytest.CaptureFixture[str], tmp_path: Path, count: int, every: bool) -> str:
    devices = {f"d{number}-r1": "on" for number in range(count)} | {"bad-r1": "off"}
    found = Status("test", devices, {"good-up1": "up", "bad-up1": "cut"})
    command._print(Context(directory=tmp_path), found, every)
    return capsys.readouterr().out


def test_what_is_well_is_only_counted(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    said = shown(capsys, tmp_path, 1000, every=False)
    assert "bad-r1" in said
    assert "bad-up1" in said
    assert "good-up1" not in said
    assert "1000 devices, 1 circuit (--all)" in said
    assert len(said.splitlines()) < 10


def test_all_of_it_is_listed_on_request_what_is_not_well_first(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = shown(capsys, tmp_path, 3, every=True).splitlines()
    assert "bad-r1" in lines[2]
    assert sum("-r1" in line for line in lines) == 4
