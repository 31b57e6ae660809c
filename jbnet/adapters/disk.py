"""Disks that are full or cannot be written, told apart from files that are damaged."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from jbnet.model.errors import Missing
from jbnet.model.refusals import FULL, READ_ONLY
from jbnet.model.text import Text

LITTLE = 64 * 1024
"""Bytes below which a write that failed is taken to have failed for want of room."""
_NOT_WRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


def has_no_room(path: Path) -> bool:
    """Say whether the disk that a path is on, or would be on, has no room for us (statvfs(3)): bytes or files."""
    there = next((place for place in (path, *path.parents) if place.exists()), None)
    if there is None:
        return False
    found = os.statvfs(there)
    blocks = found.f_bfree if os.geteuid() == 0 else found.f_bavail  # some are kept for root
    return blocks * found.f_frsize < LITTLE or (found.f_files > 0 and found.f_ffree == 0)


def full(path: Path) -> Missing:
    """Return the error for a file for which there is no room."""
    return Missing("the disk is full: {path} cannot be written", hint=FULL, path=path)


def is_for_room(path: Path, error: Exception) -> bool:
    """Say whether SQLite failed for want of room: it says so itself, or it says "disk I/O error" (its -shm file)."""
    code = sqlite_code(error)
    return code == sqlite3.SQLITE_FULL or (
        code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN) and has_no_room(path.parent)
    )


def sqlite_way_out(path: Path, error: Exception) -> Text | None:
    """Return what to do about an error of SQLite that is the disk's and not the file's; None for all others."""
    if is_for_room(path, error):
        return FULL
    return READ_ONLY if sqlite_code(error) in _NOT_WRITABLE else None


def sqlite_code(error: Exception) -> int | None:
    """Return SQLite's primary result code of an error; None where it has none."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else int(code) & 0xFF
