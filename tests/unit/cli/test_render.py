"""``jbnet render`` and platforms: what cannot be rendered is refused by name, what its lab copy runs can be had."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jbnet.cli.app import root
from jbnet.cli.errors import run_guarded
from jbnet.platforms.registry import names, platform

REPOSITORY = Path(__file__).parents[3]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["jbnet", "-C", str(REPOSITORY), *map(str, arguments)])
        code = int(run_guarded(root))
        said = capfd.readouterr()
        return code, said.out, said.err

    return call


def test_a_platform_without_templates_is_refused_and_the_way_on_is_named(run: Run) -> None:
    code, out, err = run("render", "core-r1")
    assert (code, out) == (3, "")
    assert "Huawei VRP 8" in err
    assert "--as-lab" in err


def test_the_copy_in_a_lab_is_rendered_on_request(run: Run) -> None:
    code, out, _ = run("render", "core-r1", "--as-lab")
    assert code == 0
    assert "hostname core-r1\n" in out
    code, out, _ = run("render", "core-r1", "--as-lab", "--bootstrap")
    assert code == 0
    assert "hostname core-r1\n" in out


def test_where_only_some_can_be_rendered_those_are_and_the_exit_code_says_so(run: Run, tmp_path: Path) -> None:
    code, _, err = run("render", "location:golmud-dc", "-o", tmp_path)
    assert code == 3
    written = {file.name for file in tmp_path.iterdir()}
    assert "golmud-dc-db1.conf" in written
    assert "golmud-dc-r1.conf" not in written
    assert "golmud-dc-r1" in err


def test_json_is_one_document_also_when_some_fail(run: Run) -> None:
    code, out, _ = run("--json", "render", "location:golmud-dc")
    assert code == 3
    assert json.loads(out)["ok"] is False
    code, out, _ = run("--json", "render", "location:golmud-dc", "--as-lab")
    assert code == 0
    assert "golmud-dc-r1" in json.loads(out)["data"]["configs"]


@pytest.mark.parametrize("name", names())
def test_every_platform_says_what_it_can_do(name: str) -> None:
    known = platform(name)
    assert known.name == name
    assert known.commit_timer in ("native", "device", "reboot")
    assert (known.trial is not None) == (known.commit_timer == "native")
    assert known.replace in ("whole", "lines")
    assert known.negation in ("no", "undo")
