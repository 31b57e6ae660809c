"""The disk of a box as it leaves the factory."""

from __future__ import annotations

import shutil

from jbnet.lab import keys
from jbnet.lab.paths import LabPaths

CONFIG = "frr defaults traditional\nhostname router\nservice integrated-vtysh-config\n!\nend\n"
LEFT_BEHIND = ("var/lib/jbnet", "var/lib/frr", "var/log/frr")
HOST_KEY = "etc/ssh/ssh_host_ed25519_key"


def wipe(paths: LabPaths, device: str) -> None:
    """Make a device's disk that of another box: nothing configured, nothing kept, a host key of its own.

    The software and the account stay: they are what the box is sold with, or what the depot installs. The device must
    be without power.
    """
    tree = paths.tree(device)
    for folder in LEFT_BEHIND:
        for entry in (tree / folder).iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    (tree / "etc/frr/frr.conf").write_text(CONFIG, encoding="utf-8")  # owner and mode stay
    for name in (HOST_KEY, f"{HOST_KEY}.pub"):
        (tree / name).unlink(missing_ok=True)
    keys.create_pair(tree / HOST_KEY, device)
