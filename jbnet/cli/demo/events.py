"""The event lines of a long-running command, read as they come."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable
from typing import Any

from jbnet.cli.demo.waiting import wait_for
from jbnet.model.text import Text

Event = dict[str, Any]


class Events:
    """Reads the JSON lines of a process in the background; ``seen`` grows."""

    def __init__(self, process: subprocess.Popen[str]):
        self.process = process
        self.seen: list[Event] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def find(self, wanted: Callable[[Event], bool], since: int = 0) -> Event | None:
        """Return the first event from position ``since`` that is wanted."""
        return next((event for event in self.seen[since:] if wanted(event)), None)

    def wait(self, wanted: Callable[[Event], bool], what: Text, patience: float, since: int = 0) -> Event:
        """Wait for an event. Raises CommandFailed when time runs out or the process ends without it."""
        return wait_for(lambda: self.find(wanted, since), what, patience, alive=self._reader.is_alive)

    def finish(self, patience: float) -> int:
        """Wait until the process ends and return its exit code."""
        code = self.process.wait(patience)
        self._reader.join(patience)
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101  started with a pipe
        for line in self.process.stdout:
            if line.startswith("{"):
                self.seen.append(json.loads(line))
