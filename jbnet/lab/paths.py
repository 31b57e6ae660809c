"""Where a lab's files lie: short paths below /run/jbnet, large files in the state directory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path("/run/jbnet")
MARK = "JBNET_LAB"
"""Environment variable that every process of a lab carries; its value is the runtime directory."""
SCRIPTS = Path(__file__).parent / "scripts"
IMAGE = Path(__file__).parent / "image"


@dataclass(frozen=True)
class LabPaths:
    """The paths of one lab. The state directory decides whose lab it is.

    The runtime directory's name is a hash, because paths of sockets end at 107 bytes (unix(7)).
    """

    state: Path

    @cached_property
    def runtime(self) -> Path:
        """Return the directory of everything that lives only while the lab does."""
        digest = hashlib.sha256(str(self.state.resolve()).encode()).hexdigest()
        return ROOT / digest[:12]

    @property
    def owner(self) -> Path:
        """Return the file that names the state directory, so that a lab is found by those who only see /run."""
        return self.runtime / "state"

    @property
    def record(self) -> Path:
        """Return lab.json: what other commands know of a lab that is up."""
        return self.state / "lab.json"

    @property
    def lock(self) -> Path:
        """Return the file whose lock makes `up` and `down` exclude each other."""
        return self.state / "lab.lock"

    @property
    def keys(self) -> Path:
        """Return the directory of SSH keys with which one logs in to devices."""
        return self.state / "keys"

    @property
    def known_hosts(self) -> Path:
        """Return the file of host keys."""
        return self.state / "known_hosts"

    @property
    def disks(self) -> Path:
        """Return the directory of the devices' disks; /run is often too small for a database."""
        return self.state / "disks"

    def device(self, name: str) -> Path:
        """Return the directory of one device."""
        return self.runtime / "devices" / name

    def tree(self, name: str) -> Path:
        """Return the directory whose parts a device sees at their usual places."""
        return self.device(name) / "tree"

    def relay(self, number: int) -> Path:
        """Return the control socket of a relay of lines with delay."""
        return self.runtime / "relays" / str(number)


def states_below(directory: Path) -> list[Path]:
    """Return the state directories of all labs on this machine that lie in a directory: a workspace's, its demo's."""
    found = []
    for owner in sorted(ROOT.glob("*/state")):
        try:
            state = Path(owner.read_text(encoding="utf-8").strip())
        except FileNotFoundError:  # somebody takes that lab down right now
            continue
        if state.is_relative_to(directory.resolve()):
            found.append(state)
    return found


def tail(log: Path, lines: int = 3) -> str:
    """Return the last lines of a log, for a message; empty where there is none."""
    try:
        return " | ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
