"""A workspace that holds recoveries as they were told (``recovery_story``), and commands run in it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from command_line import Run
from recovery_story import BEGIN, KEYS

from jbnet.adapters.journal import SqliteJournal
from jbnet.adapters.report_keys import openssh
from jbnet.recovery.report.nouns import Past

ROOT = Path(__file__).parents[2]


class ToldClock:
    """Says what the story says."""

    def __init__(self) -> None:
        self.time = BEGIN

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing waits here")


class Workspace:
    """A workspace with the small network, two people and whatever executions it is given."""

    def __init__(self, folder: Path, run: Run):
        self.folder = folder
        self._run = run
        shutil.copytree(ROOT / "tests" / "golden" / "check" / "base", folder, dirs_exist_ok=True)
        shutil.copytree(ROOT / "dr", folder / "dr")
        people = folder / "dr" / "approvers.yaml"
        people.write_text("people:\n" + "".join(f"  {name}: {{roles: [approver]}}\n" for name in KEYS))
        for name, key in KEYS.items():
            (folder / "dr" / "approvers" / f"{name}.pub").write_text(openssh(key.public_key()))

    def keep(self, past: Past) -> None:
        clock = ToldClock()
        path = self.folder / ".jbnet" / "recovery" / past.execution / "journal.db"
        path.parent.mkdir(parents=True)
        (self.folder / ".jbnet").chmod(0o700)
        with SqliteJournal(path, clock) as journal:
            for entry in past.entries:
                clock.time = datetime.fromisoformat(str(entry["time"]))
                data = entry["data"]
                journal.append(str(entry["kind"]), str(entry["subject"]), data if isinstance(data, Mapping) else {})
            assert journal.head() == past.head

    def run(self, *words: object) -> tuple[int, str, str]:
        return self._run("-C", self.folder, *words)

    def __truediv__(self, name: str) -> Path:
        return self.folder / name
