"""A journal of changes that cannot be used: what people are told to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jbnet.adapters.clock import SystemClock
from jbnet.model.errors import TargetError
from jbnet.wiring.change_journal import change_journal


def test_a_damaged_journal_of_changes_names_its_own_way_out_and_what_is_lost(tmp_path: Path) -> None:
    (tmp_path / "change.db").write_bytes(b"no database" * 500)
    with pytest.raises(TargetError) as caught:
        change_journal(tmp_path, SystemClock()).entries()
    hint = str(caught.value.hint)
    assert "dr verify" not in hint
    assert f"moved aside with those beside it ({tmp_path / 'change.db'}, -wal, -shm)" in hint
    assert "Lost are: who changed what" in hint


def test_moved_aside_a_new_one_begins(tmp_path: Path) -> None:
    (tmp_path / "change.db").write_bytes(b"no database" * 500)
    (tmp_path / "change.db").rename(tmp_path / "change.db.damaged")
    with change_journal(tmp_path, SystemClock(), shared=True) as journal:
        assert journal.append("note", "core-r1", {}) == 1
