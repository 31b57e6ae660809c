"""What must be ours alone: the state directory, and the files in it that a change is made by.

Whoever can write there can put a plan, a host key or a secret in our place; as OpenSSH does (sshd_config(5),
StrictModes) it is looked at before it is used.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from jbnet.model.errors import Refused
from jbnet.model.text import Text, text

TRUSTED = ("known_hosts", "secrets.yaml", "keys", "plans", "change.db", "page.db")
"""What of the state directory devices are believed, logged in to and changed by, and people are let into the page."""


def check_state(folder: Path) -> Text | None:
    """Return what is to be said of a state directory that others can read. One that does not exist yet is fine.

    Raises Refused where another user owns it, or one of the files that count, or where others can write to them.
    """
    try:
        found = folder.stat()
    except OSError:
        return None  # whoever needs it says what is wrong with it
    if not stat.S_ISDIR(found.st_mode):
        return None
    mode = _check(folder, found, "700")
    for name in TRUSTED:
        check_file(folder / name)
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        return text("others can read {path}: chmod 700 {path}", path=folder)
    return None


def check_file(path: Path) -> None:
    """Raise Refused where another user owns a file of the state directory, or others can write to it."""
    try:
        found = path.stat()
    except OSError:
        return  # not there, or not for us: whoever needs it says so
    _check(path, found, "700" if stat.S_ISDIR(found.st_mode) else "600")


def _check(path: Path, found: os.stat_result, wanted: str) -> int:
    """Return the mode of what is ours alone."""
    if found.st_uid not in _us():
        raise Refused(
            "{path} belongs to another user (uid {owner}), who could change what is believed and done",
            path=path,
            owner=found.st_uid,
            hint=text("work as that user, take the file over with chown, or choose another directory with --state"),
        )
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise Refused(
            "others can write to {path} (mode {mode}), and so change what is believed and done",
            path=path,
            mode=f"{stat.S_IMODE(found.st_mode):04o}",
            hint=text("look whether somebody did, then: chmod {mode} {path}", mode=wanted, path=path),
        )
    return found.st_mode


def _us() -> Iterator[int]:
    """Yield whose files are believed: our own, root's, and those of whoever called us through sudo(8)."""
    yield from (0, os.geteuid())
    if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdigit():
        yield int(os.environ["SUDO_UID"])
