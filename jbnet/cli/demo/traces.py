"""What a demo might leave on the machine: addresses, routes, filters, mounts, processes, namespaces, files."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.lab import process
from jbnet.lab.paths import LabPaths

if TYPE_CHECKING:
    from jbnet.lab.lab import Lab

LOOKS = {
    "address": ("ip", "-oneline", "address", "show"),
    "link": ("ip", "-oneline", "link", "show"),
    "route": ("ip", "route", "show", "table", "all"),
    "filter": ("nft", "list", "ruleset"),
}
VOLATILE = ("valid_lft", "preferred_lft", "state", "expires")


@dataclass
class Traces:
    """The machine before the demo, and which namespaces the demo made."""

    state: Path
    seen: dict[str, frozenset[str]]
    namespaces: set[str] = field(default_factory=set)

    @classmethod
    def before(cls, state: Path) -> Traces:
        """Look at the machine now."""
        return cls(state, {kind: _lines(argv) for kind, argv in LOOKS.items()})

    def remember(self, lab: Lab) -> None:
        """Note the namespaces of a lab's devices, by the kernel's number (a namespace lives on while one is in it)."""
        record = lab.record()
        chassis = [record.carriers, *record.devices.values()] if record else []
        self.namespaces = {str(Path(c.netns).readlink()) for c in chassis if Path(c.netns).exists()}

    def left(self) -> list[str]:
        """Return everything that is there now and was not before, one line each."""
        paths = LabPaths(self.state)
        found = [f"{kind}: {line}" for kind, argv in LOOKS.items() for line in sorted(_lines(argv) - self.seen[kind])]
        found += [f"process: {pid}" for pid in sorted(process.belonging(paths.runtime))]
        found += [f"namespace: {name}" for name in sorted(self.namespaces & _living_namespaces())]
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
        found += [f"mount: {line}" for line in mounts if str(paths.runtime) in line or str(self.state) in line]
        return found + ([f"file: {paths.runtime}"] if paths.runtime.exists() else [])


def _lines(argv: tuple[str, ...]) -> frozenset[str]:
    """Return a command's lines without what changes by itself (life times of addresses)."""
    said = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    return frozenset(_steady(line) for line in said.splitlines())


def _steady(line: str) -> str:
    words = line.replace("\\", " ").split()
    skip = {i + 1 for i, word in enumerate(words) if word in VOLATILE}
    return " ".join(word for i, word in enumerate(words) if i not in skip and word not in VOLATILE)


def _living_namespaces() -> set[str]:
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit():
                found.add(str((entry / "ns/net").readlink()))
        except OSError:  # it has just ended
            continue
    return found
