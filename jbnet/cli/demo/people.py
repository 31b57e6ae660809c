"""Two people who approve, with keys that live as long as the demo."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

NAMES = {"demo-li-na": "李娜", "demo-wang-lei": "王磊"}


@dataclass(frozen=True, slots=True)
class People:
    """The files of their private keys."""

    keys: tuple[Path, ...]

    @classmethod
    def make(cls, private: Path, public: Path) -> People:
        """Make the keys (ssh-keygen) and declare the public halves in the form of dr/approvers.yaml.

        Keys that are there are kept: whoever approved with one of them is the same person afterwards.
        """
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
        (public / "approvers").mkdir(mode=0o700, parents=True, exist_ok=True)
        lines = ["people:"]
        for name, name_zh in NAMES.items():
            key = private / name
            command = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(key))
            if not key.exists():
                subprocess.run(command, check=True, stdin=subprocess.DEVNULL, env=dict(os.environ))
            (public / "approvers" / f"{name}.pub").write_bytes(key.with_suffix(".pub").read_bytes())
            lines.append(f"  {name}: {{name_zh: {name_zh}, login: {name}, roles: [approver]}}")
        (public / "approvers.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return cls(tuple(private / name for name in NAMES))
