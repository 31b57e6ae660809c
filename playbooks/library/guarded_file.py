#!/usr/bin/python3
"""Ansible module: a file on which one's own access hangs (SSH server, packet filter), changed under a timer.

    state present    write the file, check it, apply it; after ``seconds`` it is taken back, unless confirmed
    state confirmed  stop the timer: a task that needed a new login has run

The timer is a process of the host's own: it needs nobody to be able to log in. A change that was cut short before it
was confirmed counts as a change again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import subprocess
import time
from pathlib import Path

from ansible.module_utils.basic import AnsibleModule

GUARDS = Path("/run/jbnet-guard")
COMMAND_S = 30


class Guarded:
    """One file and its timer. ``marker`` exists while a change waits to be confirmed."""

    def __init__(self, module: AnsibleModule):
        self.module = module
        self.options = module.params
        self.path = Path(self.options["path"])
        self.marker = GUARDS / hashlib.sha256(str(self.path).encode()).hexdigest()[:16]

    def present(self) -> bool:
        """Bring the file about; return whether anything changed."""
        wanted = self.options["content"]
        before = self.path.read_text(encoding="utf-8") if self.path.exists() else None
        if before == wanted and self.holds() and not self.marker.exists():
            return False
        if not self.module.check_mode:
            self.change(before, wanted)
        return True

    def change(self, before: str | None, wanted: str) -> None:
        """Write, check, arm the timer, apply; what fails is taken back at once."""
        self.write(wanted)
        for step in ("check", "apply"):
            if step == "apply":
                self.arm(before)
            done = self.run(self.options[step])
            if done.returncode:
                self.confirm()
                self.put_back(before, applied=step == "apply")
                said = (done.stderr or done.stdout).strip()[-400:]
                self.module.fail_json(msg=f"{self.path} was taken back: {' '.join(self.options[step])}: {said}")

    def holds(self) -> bool:
        """Say whether what the file asks for is in effect, as far as one can ask."""
        return not self.options["holds"] or self.run(self.options["holds"]).returncode == 0

    def put_back(self, before: str | None, *, applied: bool = True) -> None:
        """Let the file be what it was, in effect too."""
        if before is None:
            self.path.unlink(missing_ok=True)
        else:
            self.write(before)
        undo = (
            self.options["apply_absent"] if before is None and self.options["apply_absent"] else self.options["apply"]
        )
        if applied:
            self.run(undo)

    def confirm(self) -> None:
        """Stop the timer."""
        self.marker.unlink(missing_ok=True)

    def arm(self, before: str | None) -> None:
        """Start the timer: a session of its own, so that the end of ours does not end it."""
        GUARDS.mkdir(mode=0o700, exist_ok=True)
        token = secrets.token_hex(8)
        self.marker.write_text(token, encoding="ascii")
        if os.fork():
            return
        os.setsid()
        if os.fork():
            os._exit(0)
        silence()
        time.sleep(self.options["seconds"])
        if self.marker.exists() and self.marker.read_text(encoding="ascii") == token:
            self.put_back(before)
            self.confirm()
        os._exit(0)

    def write(self, content: str) -> None:
        """Replace the file whole."""
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        mode = int(self.options["mode"], 8)
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as stream:
            os.fchmod(stream.fileno(), mode)
            stream.write(content)
        temporary.replace(self.path)

    @staticmethod
    def run(argv: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command and return how it ended."""
        return subprocess.run(
            argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=COMMAND_S, check=False
        )


def silence() -> None:
    """Let go of the session's streams, or whoever reads them waits for us."""
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    os.closerange(3, 256)


def main() -> None:
    """Read the parameters, act, report."""
    module = AnsibleModule(
        argument_spec={
            "state": {"choices": ["present", "confirmed"], "default": "present"},
            "path": {"type": "path", "required": True},
            "content": {"type": "str", "default": ""},
            "mode": {"type": "str", "default": "0644"},
            "check": {"type": "list", "elements": "str"},
            "apply": {"type": "list", "elements": "str"},
            "apply_absent": {"type": "list", "elements": "str"},
            "holds": {"type": "list", "elements": "str"},
            "seconds": {"type": "int", "default": 60},
        },
        required_if=[("state", "present", ("content", "check", "apply"))],
        supports_check_mode=True,
    )
    guarded = Guarded(module)
    if module.params["state"] == "confirmed":
        guarded.confirm()
        module.exit_json(changed=False)
    module.exit_json(changed=guarded.present())


if __name__ == "__main__":
    main()
