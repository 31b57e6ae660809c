"""An apply that is under way: what it tells is read line by line, so that a test can step in at a certain moment."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from workspace import Workspace

from jbnet.change.codec import from_json, to_json

Event = dict[str, Any]


@dataclass
class RunningApply:
    """One run. ``events`` are those read so far."""

    process: subprocess.Popen[str]
    events: list[Event] = field(default_factory=list)

    def until(self, event: str, subject: str) -> None:
        """Read on until the run tells of this."""
        while (self.events[-1]["event"], self.events[-1]["subject"]) != (event, subject) if self.events else True:
            assert self._read(), f"{event} {subject} never came: {self.told()}"

    def end(self, code: int) -> Mapping[str, str]:
        """Read on to the end; return how each device ended."""
        while self._read():
            pass
        assert self.process.wait(60) == code, self.told()
        return dict(self.events[-1]["data"]["devices"])

    def kill(self) -> None:
        """Do what ``kill -9`` does."""
        self.process.kill()
        self.process.wait()

    def told(self) -> list[str]:
        """Return all that the run told, in short."""
        return [f"{e['event']} {e['subject'][:20]} {e['data']}" for e in self.events]

    def waves(self) -> list[list[str]]:
        """Return the devices of the waves that were begun."""
        return [list(e["data"]["devices"]) for e in self.events if e["event"] == "apply.wave"]

    def _read(self) -> bool:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if line:
            self.events.append(json.loads(line))
        return bool(line)


def begin(workspace: Workspace, plan: Mapping[str, Any], *arguments: str) -> RunningApply:
    """Start to apply a plan."""
    command = workspace.command("--json", "apply", plan["hash"], *arguments)
    return RunningApply(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True))


def forged(workspace: Workspace, plan: Mapping[str, Any], device: str, edit: Callable[[str], str]) -> dict[str, Any]:
    """Keep a plan that leads one device elsewhere: as if a declaration and every guard had overlooked something."""
    file = workspace.folder / ".jbnet" / "plans" / f"{plan['hash']}.json"
    made = from_json(json.loads(file.read_text()))
    before = made.changes[device].intended
    assert edit(before) != before
    changes = {**made.changes, device: replace(made.changes[device], intended=edit(before))}
    other = to_json(replace(made, changes=changes))
    (file.parent / f"{other['hash']}.json").write_text(json.dumps(other))
    return other
