"""Who was deployed before, as the files of the state directory tell it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jbnet import wiring
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.journal import SqliteJournal
from jbnet.ports import Fetch


def confirm(state: Path, device: str) -> None:
    with SqliteJournal(state / "change.db", SystemClock()) as journal:
        journal.append("apply.start", "c1", {"owner": "li@noc"})
        journal.append("apply.end", "c1", {device: "confirmed"})


def lab(state: Path, *, age_s: float, deployed: bool = False) -> None:
    """Put down what a lab writes that was put up so long ago."""
    file = state / "lab.json"
    file.write_text(json.dumps({"deployed": deployed, "devices": {"c-r1": {}}}), encoding="utf-8")
    up = (datetime.now(UTC) - timedelta(seconds=age_s)).timestamp()
    os.utime(file, (up, up))


def test_a_state_directory_that_is_empty_knows_nobody(tmp_path: Path) -> None:
    assert wiring.deployed_before(tmp_path) == frozenset()
    assert list(tmp_path.iterdir()) == []


def test_the_journal_and_the_backups_both_know_a_device(tmp_path: Path) -> None:
    confirm(tmp_path, "a-r1")
    wiring.config_history(tmp_path).keep(Fetch({"b-r1": "hostname b-r1\n"}, "li@noc", everybody=True))
    assert wiring.deployed_before(tmp_path) == {"a-r1", "b-r1"}


def test_routers_of_a_new_lab_are_new_whatever_was_deployed_in_the_one_before(tmp_path: Path) -> None:
    confirm(tmp_path, "a-r1")
    wiring.config_history(tmp_path).keep(Fetch({"b-r1": "hostname b-r1\n"}, "li@noc", everybody=True))
    lab(tmp_path, age_s=-60)
    assert wiring.deployed_before(tmp_path) == frozenset()
    lab(tmp_path, age_s=60)
    assert wiring.deployed_before(tmp_path) == {"a-r1", "b-r1"}


def test_a_lab_that_booted_as_deployed_is_deployed(tmp_path: Path) -> None:
    lab(tmp_path, age_s=60, deployed=True)
    assert wiring.deployed_before(tmp_path) == {"c-r1"}
