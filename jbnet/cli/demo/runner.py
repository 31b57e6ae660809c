"""Runs jbnet's own commands as a user would, each in a process that ends with the demo."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jbnet.model.errors import CommandFailed
from jbnet.model.text import text

DIES_WITH_US = ("setpriv", "--pdeathsig", "TERM", "--")
"""Asks the kernel to end what follows when the demo dies, by whatever signal (prctl(2), PR_SET_PDEATHSIG).

A function run between fork and exec would do so too; a Ctrl-C that comes just then is lost, since Python drops what is
raised in its hooks after a fork.
"""
TAIL_LINES = 12


@dataclass
class Runner:
    """Runs commands in one workspace with a state directory of the demo's; ``log`` keeps what they said on stderr."""

    workspace: Path
    state: Path
    log: Path
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def argv(self, *arguments: str) -> list[str]:
        """Return the command line of ``jbnet`` with these arguments."""
        options = ("-C", str(self.workspace), "--state", str(self.state), "--json")
        return [sys.executable, "-m", "jbnet", *options, *arguments]

    def json(self, *arguments: str, codes: Sequence[int] = (0,), timeout: float = 300.0) -> dict[str, Any]:
        """Run a command to its end and return its JSON envelope. Raises CommandFailed on another exit code."""
        process = self.start(*arguments)
        try:
            stdout, _ = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired as error:
            self.stop(process)
            raise CommandFailed(
                "jbnet {command} did not end in {timeout} s", command=" ".join(arguments), timeout=timeout
            ) from error
        with self.log.open("a", encoding="utf-8") as log:
            log.write(stdout)
        if process.returncode not in codes:
            raise CommandFailed(
                "jbnet {command} ended with exit code {code}",
                command=" ".join(arguments),
                code=process.returncode,
                hint=text("{detail}", detail=self.tail(stdout)),
            )
        lines = [line for line in stdout.splitlines() if line.startswith("{")]
        envelope: dict[str, Any] = json.loads(lines[-1]) if lines else {}
        return envelope

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command and return its process; its stdout is a pipe of JSON lines."""
        return self.spawn(self.argv(*arguments), subprocess.PIPE)

    def spawn(self, argv: Sequence[str], stdout: int | None = None) -> subprocess.Popen[str]:
        """Start any program in the same way."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(argv)}\n")
            log.flush()
            process = subprocess.Popen(
                [*DIES_WITH_US, *argv],
                stdin=subprocess.DEVNULL,
                stdout=stdout or log,
                stderr=log,
                text=True,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self.running.append(process)
        return process

    def stop(self, process: subprocess.Popen[str], patience: float = 10.0) -> int:
        """End a process politely, then not, and return its code."""
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        return process.returncode

    def stop_all(self) -> None:
        """End everything that was started and still runs."""
        for process in reversed(self.running):
            self.stop(process)

    def tail(self, stdout: str = "") -> str:
        """Return the last lines that commands said, for an error message."""
        said = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return "\n  ".join([*said[-TAIL_LINES:], *stdout.splitlines()[-2:]])
