"""Stores on a disk that is really full, then read-only; run in a mount namespace of its own: it prints what came."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

from jbnet.adapters.action_log import ActionFile
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.config_history import GitHistory
from jbnet.adapters.device_files import BackupFiles
from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_kept import KeptStore
from jbnet.model.errors import JbnetError
from jbnet.monitor.actions import Action, Deed
from jbnet.ports import Fetch
from jbnet.wiring.change_journal import change_journal

folder = Path(sys.argv[1])
clock, said = SystemClock(), dict[str, list[str]]()
history, ballast = folder / "history", folder / "ballast"
SMALL = "hostname core-r1\n"
LINES = [f"description {Random(i).randbytes(32).hex()}\n" for i in range(20_000)]

ACTION = Action("1", clock.now(), "clerk@noc", Deed.ACKNOWLEDGE, "1")


def fill(leave: int) -> None:
    with ballast.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 4096)
        except OSError:
            stream.truncate(max(0, stream.tell() - leave))


def refused(name: str, act: Callable[[], object]) -> None:
    try:
        act()
    except JbnetError as error:
        said[name] = [str(error.text), str(error.hint)]


def keep(config: str, where: Path = history) -> None:
    GitHistory(where, clock).keep(Fetch({"core-r1": config}, "clerk@noc", True, ()))


def files() -> list[str]:
    return sorted(str(path.relative_to(history)) for path in history.rglob("*") if path.is_file())


keep(SMALL)
fill(leave=512 * 1024)
before = files()
refused("history while git packs", lambda: keep("".join(LINES)))
refused("history while git unpacks", lambda: keep("".join(LINES[:9_000])))
left = sorted(set(files()) - set(before))
ballast.unlink()
fill(leave=0)
refused("new history", lambda: keep(SMALL, folder / "another"))
store = KeptStore(SqliteStore(folder / "monitor.db"), folder / "monitor.db", print)
refused("monitor", store.load)
store.close()
refused("actions", lambda: ActionFile(folder / "actions.db").append([ACTION]))
ballast.unlink()
keep(SMALL)
keep(SMALL, folder / "another")
journal = change_journal(folder, clock)
journal.append("change.began", "1", {})
journal.close()
subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
refused("backup", lambda: BackupFiles(folder / "backups", clock).keep("core-r1", SMALL))
refused("actions read-only", lambda: ActionFile(folder / "actions.db").append([ACTION]))
refused("journal", lambda: change_journal(folder, clock).append("change.began", "2", {}))
print(json.dumps({"said": said, "left": left}))
