"""Taking a lab down without the right to."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from jbnet.cli.app import root
from jbnet.cli.errors import run_guarded


def test_taking_a_lab_down_without_root_is_refused_before_anything_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    monkeypatch.setattr(sys, "argv", ["jbnet", "-C", str(tmp_path), "lab", "down"])
    assert run_guarded(root) == 3
    assert "the lab needs root" in capfd.readouterr().err
