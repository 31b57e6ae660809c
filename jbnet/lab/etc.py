"""The /etc of a lab's server: a copy of this machine's, without what only root may read here."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

HOST = Path("/etc")
SUDOERS = """\
Defaults env_reset
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
root ALL=(ALL:ALL) ALL
netops ALL=(ALL:ALL) NOPASSWD: ALL
"""
"""``netops`` becomes root without a password: its key is what guards the lab."""
OWN = ("ssh", "frr", "snmp", "postgresql", "hostname", "hosts", "mtab")
"""What the lab writes itself, or what leads out of /etc."""


def server_etc(target: Path, host: Path = HOST) -> None:
    """Copy the machine's /etc. Files that not everybody may read (keys, hashes) stay where they are."""
    shutil.copytree(host, target, symlinks=True, ignore=_left_out)


def _left_out(folder: str, names: list[str]) -> set[str]:
    top = Path(folder) == HOST
    return {name for name in names if (top and name in OWN) or not _is_public(Path(folder, name))}


def _is_public(path: Path) -> bool:
    """Say whether everybody may read it; devices, sockets and pipes are not copied."""
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return True
    return bool(mode & stat.S_IROTH) and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))
