"""Where a plan is written to, and what is left when there is no room for it."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from jbnet.change.model import Change, Plan, Wave
from jbnet.cli.context import Context
from jbnet.cli.plan import SHORT, keep_plan, plans_folder
from jbnet.model.errors import TargetError

PLAN = Plan("qinghai", (Wave(1, ("core-r1",)),), {"core-r1": Change("core-r1", ("+ x",), "", "x\n")})


def fill(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Leave room for the first few characters of a file in a folder."""
    write = Path.write_text

    def full(self: Path, content: str, **options: Any) -> int:
        if self.parent != folder:
            return write(self, content, **options)
        write(self, content[:10], **options)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)


def test_a_full_disk_of_the_reader_leaves_nothing_behind_and_the_plan_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, output = Context(tmp_path), tmp_path / "usb" / "p.json"
    output.parent.mkdir()
    fill(monkeypatch, output.parent)
    with pytest.raises(TargetError) as caught:
        keep_plan(context, PLAN, output)
    assert f"cannot write the plan to {output}: No space left on device" in str(caught.value)
    assert f"jbnet apply {PLAN.hash[:SHORT]}" in str(caught.value.hint)
    assert "--state" not in str(caught.value.hint)
    assert list(output.parent.iterdir()) == []
    assert [file.stem for file in plans_folder(context.state_dir).iterdir()] == [PLAN.hash]


def test_a_full_disk_of_the_state_directory_is_named_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = Context(tmp_path)
    fill(monkeypatch, plans_folder(context.state_dir))
    with pytest.raises(OSError, match=PLAN.hash) as caught:
        keep_plan(context, PLAN, None)
    assert caught.value.errno == errno.ENOSPC
    assert list(plans_folder(context.state_dir).iterdir()) == []
