"""Findings about a journal bear codes that `jbnet check --explain` knows."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from jbnet.adapters.clock import SystemClock
from jbnet.adapters.journal import SqliteJournal
from jbnet.inventory.codes import RULES
from jbnet.recovery.approval import Judged
from jbnet.recovery.audit import audit


def test_a_tampered_journal_is_a_finding_of_its_own_code(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with SqliteJournal(path, SystemClock()) as journal:
        journal.append("intent", "fence", {})
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "DROP TRIGGER entry_is_kept; DROP TRIGGER entry_stands; UPDATE entry SET subject = 'promote'"
        )
    assert {finding.code for finding in journal.verify()} == {"JB790"} <= RULES.keys()


def test_a_runbook_that_is_not_the_pinned_one_is_a_finding_of_its_own_code() -> None:
    book = {"name": "move", "title": "Move", "steps": [{"name": "look", "action": "assess"}]}
    first = {"seq": 1, "kind": "execution", "subject": "x", "data": {"runbook": book, "runbook_sha256": "0" * 64}}
    found = audit([first], lambda _request, approval: Judged(approval), "journal.db")
    assert {finding.code for finding in found} == {"JB791"} <= RULES.keys()
